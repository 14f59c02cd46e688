"""What can be picked: bundled pictures, styles by name, and what people brought along, kept as long as jobs are."""

import json
import secrets
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from impasto import assets
from impasto._version import __version__
from impasto.api import zoo
from impasto.core import InputError
from impasto.service.folders import ID, new_id
from impasto.service.orders import clean_name, refuse_stranger

if TYPE_CHECKING:
    from PIL import Image

THUMB_PX = 180
_BUNDLED, _NAMED = "bundled:", "zoo:"
NAMED_GROUP = "Learned by heart"
"""What stands above the styles that networks know by name."""


class Shelf:
    """A folder of pictures by unguessable ids; bundled pictures and the zoo's styles are on it too, under their names."""

    def __init__(self, folder: Path, pixels: int, max_bytes: int) -> None:
        """pixels: of the largest picture that is taken; max_bytes: of all of them together."""
        self.folder, self.pixels, self.max_bytes = folder, pixels, max_bytes

    def put(self, data: bytes, name: str) -> str:
        """Keep a picture that can be decoded; returns its id. Raises InputError for one that cannot."""
        refuse_stranger(data, name)
        self.folder.mkdir(parents=True, exist_ok=True)
        key = new_id()
        thumb = _thumb(data, name, self.pixels)
        (self.folder / f"{key}.thumb").write_bytes(thumb)
        (self.folder / f"{key}.json").write_text(json.dumps(clean_name(name, "painting")))
        temporary = self.folder / f".{secrets.token_hex(8)}"
        temporary.write_bytes(data)
        temporary.replace(self.folder / key)
        return key

    def get(self, key: str) -> tuple[bytes, str]:
        """A picture's bytes and name. Raises InputError for one that is not, or no longer, there."""
        if key.startswith(_BUNDLED):
            name = key.removeprefix(_BUNDLED)
            return assets.path(name).read_bytes(), name
        if style := named(key):
            return _painting_of(style)
        path = self._path(key)
        try:
            return path.read_bytes(), self.name(key)
        except FileNotFoundError:
            raise InputError("a picture chosen earlier is no longer there; add it again.") from None

    def _path(self, key: str) -> Path:
        if not ID.fullmatch(key):
            raise InputError("a picture chosen earlier is no longer there; add it again.")
        return self.folder / key

    def name(self, key: str) -> str:
        """What a picture is called."""
        if key.startswith(_BUNDLED):
            return key.removeprefix(_BUNDLED)
        if style := named(key):
            return style
        try:
            return json.loads(self._path(key).with_suffix(".json").read_text())
        except FileNotFoundError:
            return "painting"

    def palette(self, first: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Everything there is to paint with, after pictures of one's own, with nothing chosen."""
        named = [self.item(_NAMED + entry.name) for entry in zoo.entries()]
        return {"items": [*(first or []), *self.bundled("paintings"), *named], "chosen": []}

    def item(self, key: str) -> dict[str, str]:
        """A picture as the page shows it: id, title and a small copy; group: what it may be mixed with."""
        if style := named(key):
            return _named_item(style)
        return {"id": key, "title": title(self.name(key)), "thumb": _address(key)}

    def thumb(self, key: str) -> bytes:
        """A picture's small copy, as JPEG. Raises InputError where there is none."""
        if style := named(key):
            thumbnail = _known(style).thumbnail
            if thumbnail is None:
                raise InputError("there is no picture of that style.")
            return thumbnail.read_bytes()  # small already, of whatever proportions; the page cuts squares out of them
        if key.startswith(_BUNDLED):
            return _bundled_thumb(key.removeprefix(_BUNDLED))
        try:
            return self._path(key).with_suffix(".thumb").read_bytes()
        except FileNotFoundError:
            raise InputError("a picture chosen earlier is no longer there; add it again.") from None

    def bundled(self, kind: assets.Kind) -> list[dict[str, str]]:
        """The pictures that come with the package."""
        return [self.item(_BUNDLED + name) for name in assets.names(kind)]

    def shown(self, palette: dict[str, Any] | None, chosen: list[dict[str, Any]]) -> dict[str, Any]:
        """A palette on which these are chosen; those that were not on it are first."""
        palette = palette or self.palette()
        known = {item["id"] for item in palette["items"]}
        new = [self.item(str(row["id"])) for row in chosen if row["id"] not in known]
        return {**palette, "items": [*new, *palette["items"]], "chosen": chosen}

    def sweep(self, hours: float) -> None:
        """Throw away what is older, and the oldest where all together are too much."""
        if not self.folder.is_dir():
            return
        files = sorted((path for path in self.folder.iterdir()), key=lambda path: path.stat().st_mtime, reverse=True)
        total = 0
        for path in files:
            status = path.stat()
            total += status.st_size
            if status.st_mtime < time() - hours * 3600 or total > self.max_bytes:
                path.unlink(missing_ok=True)


def named(key: str) -> str | None:
    """The name of a style that a network knows by heart; None for a picture.

    >>> named("zoo:udnie"), named("bundled:udnie.jpg")
    ('udnie', None)
    """
    return key.removeprefix(_NAMED) if key.startswith(_NAMED) else None


def _known(style: str) -> zoo.StyleEntry:
    found = next((entry for entry in zoo.entries() if entry.name == style), None)
    if found is None:
        raise InputError("a style chosen earlier is no longer there; choose another.")
    return found


def _named_item(style: str) -> dict[str, str]:
    entry = _known(style)
    by = ", ".join(filter(None, (entry.artist, entry.year)))
    thumb = _address(_NAMED + style) if entry.thumbnail is not None else ""
    return {"id": _NAMED + style, "title": entry.title, "by": by, "group": NAMED_GROUP, "thumb": thumb}


def _painting_of(style: str) -> tuple[bytes, str]:
    """The bundled painting that a style was learned from. Raises InputError where it is not among them."""
    name = style.replace("-", "_") + ".jpg"
    if name not in assets.names("paintings"):
        raise InputError(f"{_known(style).title}: networks know this style by name; this method needs a painting.")
    return assets.path(name).read_bytes(), name


def lay_out(data: bytes, target: Path) -> str:
    """Put a picture where Gradio may show it, whole before anybody sees it; returns the path."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{secrets.token_hex(8)}")
        temporary.write_bytes(data)
        temporary.replace(target)
    return str(target)


def title(name: str) -> str:
    """A file name as a title.

    >>> title("starry_night.jpg")
    'Starry night'
    """
    stem = (name.rpartition(".")[0] or name.replace("-", " ")).replace("_", " ").strip()
    return stem[:1].upper() + stem[1:]


def _address(key: str) -> str:
    """Where the page finds a small copy. Browsers keep it, so another version's have another address."""
    return f"/thumbs/{quote(key)}?{__version__}"


@lru_cache(maxsize=64)
def _bundled_thumb(name: str) -> bytes:
    from PIL import Image

    image = Image.open(BytesIO(assets.path(name).read_bytes()))
    image.draft("RGB", (THUMB_PX * 2, THUMB_PX * 2))  # ours: no need to look at every pixel
    return _small(image)


def _thumb(data: bytes, name: str, pixels: int) -> bytes:
    """A small JPEG of a picture, decoded whole so that damage is found now."""
    from PIL import Image

    from impasto.image import decode

    return _small(Image.fromarray((decode(data, name=name, max_pixels=pixels).rgb * 255 + 0.5).astype("uint8")))


def _small(image: "Image.Image") -> bytes:
    """A square from the middle, as JPEG."""
    image.thumbnail((THUMB_PX * 2, THUMB_PX * 2))
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    target = BytesIO()
    square = image.convert("RGB").crop((left, top, left + side, top + side)).resize((THUMB_PX, THUMB_PX))
    square.save(target, "JPEG", quality=82)
    return target.getvalue()
