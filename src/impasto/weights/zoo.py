"""The shipped styles: what each is called, whose painting it was learned from, and which networks know it. No torch."""

from dataclasses import dataclass
from pathlib import Path

from .manifest import FILES

MANY = "cin"
"""The weight file with a row for every style."""
BANKED = ("composition-vii", "great-wave", "metzinger", "starry-night", "the-scream", "udnie")
"""The styles of the weight file of `stylebank`."""
_OWN, _NARROW = "johnson_", "_quarter"


@dataclass(frozen=True, slots=True)
class Painting:
    """The painting behind a style. year: as catalogues have it."""

    title: str
    artist: str
    year: str


PAINTINGS: dict[str, Painting] = {
    "belle-ile": Painting("Belle-Île, Rain Effect", "Claude Monet", "1886"),
    "birch-forest": Painting("Farmhouse with Birch Trees", "Gustav Klimt", "1903"),
    "chateau-noir": Painting("Château Noir", "Paul Cézanne", "about 1904"),
    "composition-vii": Painting("Composition VII", "Wassily Kandinsky", "1913"),
    "contrast-of-forms": Painting("Contrast of Forms", "Fernand Léger", "1913"),
    "dragon": Painting("Dragon", "Utagawa Kuniyoshi", "before 1861"),
    "great-wave": Painting("Under the Wave off Kanagawa", "Katsushika Hokusai", "about 1831"),
    "in-the-rain": Painting("In the Rain", "Franz Marc", "1912"),
    "landscape-with-stars": Painting("Landscape with Stars", "Henri-Edmond Cross", "about 1908"),
    "metzinger": Painting("Portrait of Jean Metzinger", "Robert Delaunay", "1906"),
    "rocky-ground": Painting("Rocky Ground at Montmajour", "Vincent van Gogh", "1888"),
    "starry-night": Painting("The Starry Night", "Vincent van Gogh", "1889"),
    "the-scream": Painting("The Scream", "Edvard Munch", "1893"),
    "udnie": Painting("Udnie", "Francis Picabia", "1913"),
    "woman-with-a-hat": Painting("Woman with a Hat", "Henri Matisse", "1905"),
}
"""The styles of the file MANY, in the order of its rows. All painters died before 1956, all works are older than 1929."""


def own_network(style: str, *, narrow: bool = False) -> str | None:
    """The weight file of the network that knows this style alone; None where there is none.

    narrow: the one of a quarter of the paper's width instead of half.

    >>> own_network("no-such-style") is None
    True
    """
    name = _OWN + style.replace("-", "_") + _NARROW * narrow
    return name if name in FILES else None


def with_own_network() -> tuple[str, ...]:
    """Styles that have a network of their own, sorted."""
    own = (name for name in FILES if name.startswith(_OWN) and not name.endswith(_NARROW))
    return tuple(sorted(name.removeprefix(_OWN).replace("_", "-") for name in own))


def with_narrow_network() -> tuple[str, ...]:
    """Those of them that have a quicker one, too, sorted."""
    return tuple(style for style in with_own_network() if own_network(style, narrow=True))


def method_for(names: str) -> str:
    """The method that paints a style, or a blend of several ("a:2,b:1"), best.

    >>> method_for("starry-night:2,udnie")
    'cin'
    """
    return "johnson" if own_network(names) or names.endswith(".safetensors") else "cin"


def thumbnail(style: str) -> Path | None:
    """A small picture of the painting, where there is one."""
    file = Path(__file__).parent / "thumbnails" / f"{style}.jpg"
    return file if file.is_file() else None
