"""Measures of pictures given in any form the API takes."""

from collections.abc import Sequence

from impasto.evaluation import Evaluation, evaluate_all

from .sources import Source, opaque, picture


def evaluate(content: Source, style: Source, result: Source) -> Evaluation:
    """Measure how much of the style a picture has taken and how much of the photo it has kept.

    Takes any three pictures, ours or another program's, as `stylize` does. The evaluation's `to_dict()` is JSON-ready.
    """
    return measure(content, style, [result])[0]


def measure(content: Source, style: Source, results: Sequence[Source]) -> list[Evaluation]:
    """Measure several results of one photo and one style, in order."""
    photo, look = opaque(picture(content, "content")), opaque(picture(style, "style"))
    single = len(results) == 1
    named = [picture(result, "result" if single else f"result {i}") for i, result in enumerate(results, 1)]
    # Two results may share a file name; the position tells them apart and the name stays for messages.
    keys = [given.name if single else f"{given.name} ({i})" for i, given in enumerate(named, 1)]
    found = evaluate_all(photo, look, {key: opaque(given) for key, given in zip(keys, named, strict=True)})
    return [found[key] for key in keys]
