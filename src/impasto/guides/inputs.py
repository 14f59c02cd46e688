"""Guides as inputs of a method: up to four pairs, by number."""

from impasto.core import Extra

MOST_PAIRS = 4


def pair_names(number: int) -> tuple[str, str]:
    """What the guides of a pair are called, over the style and over the result; the first has no number.

    >>> pair_names(1), pair_names(2)
    (('style_guide', 'content_guide'), ('style_guide_2', 'content_guide_2'))
    """
    end = "" if number == 1 else f"_{number}"
    return f"style_guide{end}", f"content_guide{end}"


def over_content() -> tuple[str, ...]:
    """What the guides over the result are called, those of all pairs."""
    return tuple(pair_names(number)[1] for number in range(1, MOST_PAIRS + 1))


def guide_inputs(kinds: tuple[str, ...] = ()) -> tuple[Extra, ...]:
    """Declarations of the pairs, none of which has to be given. kinds: what each is made for."""
    found: list[Extra] = []
    for number in range(1, MOST_PAIRS + 1):
        over_style, over_content = pair_names(number)
        kind = f" Made for: {kinds[number - 1]}." if number <= len(kinds) else ""
        further = "" if number == 1 else " A further pair."
        found += [
            Extra(
                over_style, f"What is where in the style, in any colours.{kind}{further}", optional=True, of="styles"
            ),
            Extra(
                over_content, f"What is where in the result, in the colours of {over_style}.{further}", optional=True
            ),
        ]
    return tuple(found)
