"""Pictures that come with the package, so that the first run needs nothing: photos/ and paintings/.

All are public domain or CC0; SOURCES.md beside this file says who made each one and where it comes from.
The folder a picture lies in is its kind: adding one is adding a file and its line in SOURCES.md.
"""

from importlib.resources import files
from pathlib import Path
from typing import Literal

from impasto.core import unknown

Kind = Literal["photos", "paintings"]

_KINDS: tuple[Kind, ...] = ("photos", "paintings")


def names(kind: Kind | None = None) -> tuple[str, ...]:
    """Names of the bundled pictures of one kind, or of both, sorted.

    >>> "castle.jpg" in names("photos"), "castle.jpg" in names("paintings")
    (True, False)
    """
    if kind is not None and kind not in _KINDS:
        raise unknown("kind of picture", kind, _KINDS, f"There are: {', '.join(_KINDS)}.")
    return tuple(sorted(name for name, place in _places().items() if kind in (None, place.parent.name)))


def path(name: str) -> Path:
    """Where the bundled picture of that name lies; UsageError with the nearest name if there is none.

    >>> path("starry_night.jpg").name
    'starry_night.jpg'
    """
    places = _places()
    if name not in places:
        raise unknown("bundled picture", name, places, f"There are: {', '.join(sorted(places))}.")
    return places[name]


def _places() -> dict[str, Path]:
    """Every bundled picture by its file name; names are unique across kinds (a test holds this)."""
    root = Path(str(files(__name__)))
    return {place.name: place for kind in _KINDS for place in (root / kind).glob("*.jpg")}
