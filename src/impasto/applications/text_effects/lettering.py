"""Words as masks: fonts found by name or file, and text laid out on a canvas."""

import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import UsageError

_SUFFIXES = (".ttf", ".otf", ".ttc")
_PX = 100  # size at which a text's proportions are measured
_MARGIN = 0.45  # of the font's size on every side: room for what surrounds the letters
_BOLD = 0.02  # of the font's size: Pillow's own font is thin, and effects need room inside strokes
_NONE = "\U0010fffe"  # no font has this; it shows what a font draws for what it lacks


def proportions(text: str, font: str | None) -> tuple[float, float]:
    """Width and height of a text with its margins, in any unit."""
    left, top, right, bottom = _box(text, font, _PX)
    return right - left + 2 * _MARGIN * _PX, bottom - top + 2 * _MARGIN * _PX


def lettered(text: str, font: str | None, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The text as large as fits a canvas (H, W), in its middle. Raises UsageError for a font that lacks a letter."""
    from PIL import Image, ImageDraw

    width, height = proportions(text, font)
    size = max(4.0, _PX * min(shape[1] / width, shape[0] / height))
    left, top, right, bottom = _box(text, font, size)
    canvas = Image.new("L", (shape[1], shape[0]))
    at = ((shape[1] - left - right) / 2, (shape[0] - top - bottom) / 2)
    ImageDraw.Draw(canvas).multiline_text(
        at, _lines(text), fill=255, font=load(font, size), align="center", stroke_width=_stroke(font, size)
    )
    return np.asarray(canvas) > 127


def _lines(text: str) -> str:
    return text.replace("\\n", "\n")


def _stroke(font: str | None, size: float) -> int:
    return round(size * _BOLD) if font is None else 0


def _box(text: str, font: str | None, size: float) -> tuple[float, ...]:
    from PIL import Image, ImageDraw

    check(text, font)
    draw = ImageDraw.Draw(Image.new("L", (1, 1)))
    return draw.multiline_textbbox((0, 0), _lines(text), font=load(font, size), align="center", stroke_width=_stroke(font, size))  # fmt: skip


def check(text: str, font: str | None) -> None:
    """Raise UsageError for an empty text, and for one with letters that the font lacks."""
    if not _lines(text).strip():
        raise UsageError("text: there is nothing to write.")
    missing = lacking(_lines(text), load(font, _PX))
    if missing:
        able = [path.stem for path in installed() if not _lacks(path, missing)][:3]
        advice = (
            f"Fonts here that have them: {', '.join(able)}." if able else "No font that is installed here has them."
        )
        raise UsageError(f"font: {font or 'the built-in font'} has no '{missing}'. {advice}")


def lacking(text: str, font: Any) -> str:
    """The letters of a text for which a font draws what it draws for no letter."""
    nothing = bytes(font.getmask(_NONE))
    return "".join(dict.fromkeys(c for c in text if not c.isspace() and bytes(font.getmask(c)) == nothing))


def _lacks(path: Path, letters: str) -> bool:
    from PIL import ImageFont

    try:
        return bool(lacking(letters, ImageFont.truetype(path, 20)))
    except OSError:
        return True


def load(font: str | None, size: float) -> Any:
    """A font by file or name, Pillow's own for None. Raises UsageError for one that is not there."""
    from PIL import ImageFont

    if font is None:
        return ImageFont.load_default(size)
    path, face = found(font)
    try:
        return ImageFont.truetype(path, size, index=face)
    except OSError:
        raise UsageError(f"font: {path} cannot be read as a font.") from None


@lru_cache(maxsize=16)
def found(font: str) -> tuple[str, int]:
    """File and number of the face of a font: a path, a file's name, or what its family and style are called."""
    from PIL import ImageFont

    if Path(font).suffix.lower() in _SUFFIXES and Path(font).is_file():
        return font, 0
    wanted = _plain(Path(font).stem if font.lower().endswith(_SUFFIXES) else font)
    paths = list(installed())
    for path in paths:
        if _plain(path.stem) == wanted:
            return str(path), 0
    for path in paths:
        for face in range(12 if path.suffix.lower() == ".ttc" else 1):
            try:
                family, style = (name or "" for name in ImageFont.truetype(path, 10, index=face).getname())
            except OSError:
                break
            if wanted in (_plain(family + style), _plain(family) if style in ("Regular", "Book") else ""):
                return str(path), face
    near = [path.stem for path in paths if wanted[:4] and wanted[:4] in _plain(path.stem)]
    advice = f" Is it one of {', '.join(near[:3])}?" if near else " Give the path of a .ttf, .otf or .ttc file."
    raise UsageError(f"font: no font '{font}' is installed here.{advice}")


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def installed() -> Iterator[Path]:
    """Files of the fonts that are installed, by name."""
    home = Path.home()
    if sys.platform == "win32":
        folders = [
            Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",
            home / "AppData/Local/Microsoft/Windows/Fonts",
        ]
    elif sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    else:
        shared = os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
        folders = [home / ".local/share/fonts", home / ".fonts", *(Path(folder) / "fonts" for folder in shared)]
    for folder in folders:
        if folder.is_dir():
            yield from sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
