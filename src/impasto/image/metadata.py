"""Where a picture came from, written into its file: method, options, seed, versions and hashes of the inputs.

PNG carries it as text under the keyword "impasto", TIFF as its description, the others in EXIF's user comment;
"Software" names the program. Nothing of the inputs' own metadata is ever copied: it may say where they were taken.
"""

import json
import math
import os
from collections.abc import Mapping
from typing import Any

from impasto._version import __version__
from impasto.core import InputError

from . import png, tiff
from .files import read_bytes, shown
from .formats import HEIC, JPEG, PNG, TIFF, WEBP, sniff

KEYWORD = "impasto"
SOFTWARE = f"impasto {__version__}"
EXIF_LIMIT = 60_000
"""Longest text that goes into EXIF, in bytes: a JPEG segment holds 65,533 (ITU-T T.81, B.1.1.4)."""

_SOFTWARE_TAG, _EXIF_TAG, _COMMENT_TAG = 0x0131, 0x8769, 0x9286
_ASCII = b"ASCII\0\0\0"  # how EXIF marks the characters of a user comment (CIPA DC-008, 4.6.5)


def to_json(metadata: Mapping[str, Any], limit: int | None = None) -> str:
    """One line of plain ASCII JSON. Values JSON has no word for become text; NaN and infinity become null.

    With a limit in bytes, the longest entries are left out until it fits, and named under "left_out": a finished
    picture is never lost to its own label.
    """
    plain = {str(key): _plain(value) for key, value in metadata.items()}
    text = json.dumps(plain)
    left_out: list[str] = []
    while limit is not None and len(text) > limit:
        entries = [key for key in plain if key != "left_out"]
        if not entries:
            return "{}"
        longest = max(entries, key=lambda key: len(json.dumps(plain[key])) + len(key))
        left_out.append(longest[:80])
        del plain[longest]
        text = json.dumps(plain | {"left_out": left_out})
    return text


def _plain(value: Any) -> Any:
    """A value as JSON can say it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if hasattr(value, "tolist"):  # NumPy's numbers and arrays, and tensors
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def exif_block(metadata: Mapping[str, Any]) -> bytes:
    """An EXIF block that holds nothing but the program's name and the metadata."""
    from PIL import Image

    exif = Image.Exif()
    exif[_SOFTWARE_TAG] = SOFTWARE
    exif.get_ifd(_EXIF_TAG)[_COMMENT_TAG] = _ASCII + to_json(metadata, EXIF_LIMIT).encode("ascii")
    return exif.tobytes()


def text_chunks(metadata: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """The PNG chunks that hold the program's name and the metadata."""
    return [png.text_chunk("Software", SOFTWARE), png.text_chunk(KEYWORD, to_json(metadata))]


def read_metadata(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """What impasto wrote into a picture about its making, or None when it did not make it.

    Raises InputError for a file that is missing or not a picture.
    """
    name = shown(path)
    data = read_bytes(path)
    try:
        format = sniff(data)
        if format is PNG:
            text = png.read_text(data, KEYWORD)
        elif format is TIFF:
            text = _from_tiff(data)
        else:
            text = _from_exif(data) if format in (JPEG, WEBP, HEIC) else None
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    try:
        found = json.loads(text or "null")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _from_tiff(data: bytes) -> str | None:
    tags = tiff.directories(data)[0].tags
    software, description = tags.get(tiff.SOFTWARE), tags.get(tiff.DESCRIPTION)
    if not isinstance(software, bytes) or not isinstance(description, bytes) or not _is_ours(software):
        return None
    return description.rstrip(b"\0").decode("ascii", "replace")


def _from_exif(data: bytes) -> str | None:
    exif = _exif_of(data)
    try:
        comment = exif.get_ifd(_EXIF_TAG).get(_COMMENT_TAG, b"")
        software = str(exif.get(_SOFTWARE_TAG, "")).encode()
    except Exception:  # someone else's broken EXIF
        return None
    if not isinstance(comment, bytes) or not comment.startswith(_ASCII) or not _is_ours(software):
        return None
    return comment.removeprefix(_ASCII).decode("ascii", "replace")


def _is_ours(software: bytes) -> bool:
    return software.startswith(KEYWORD.encode() + b" ")


def _exif_of(data: bytes) -> Any:
    from PIL import Image

    from .heif import heif_exif
    from .pillow import open_with

    format = sniff(data)
    try:
        if format is not HEIC:
            return open_with(format, data).getexif()
        exif = Image.Exif()
        exif.load(heif_exif(data))
        return exif
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"damaged {format} ({error}).") from None
