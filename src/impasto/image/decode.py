"""Any picture a person has, as float32 sRGB the right way up: files, bytes, open files, PIL images and arrays."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError, RunError

from . import deep, icc, png
from .arrays import check_array, to_float
from .files import MAX_BYTES, read_bytes, shown
from .formats import BMP, HEIC, JPEG, PNG, TIFF, WEBP, Format, sniff
from .heif import read_heif
from .picture import Picture
from .pillow import Samples, open_with, read_image
from .structure import MAX_PIXELS, examine, refuse_bomb

_LARGE = 1_000_000  # pixels: smaller pictures are decoded whole in a few milliseconds
_SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that change height and width about

Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | NDArray[Any] | Any


def decode(
    source: Source, *, name: str | None = None, max_pixels: int = MAX_PIXELS, enough_px: int | None = None
) -> Picture:
    """Make a picture ready to be painted from whatever holds it; the source is left as it was.

    source: a file name, the bytes of a file, an open binary file, a PIL image, or an array of uint8, uint16 or float in
    [0, 1] of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4). name: what messages call it. EXIF orientation is
    applied and profiles are converted to sRGB. Floating-point files and arrays are taken as sRGB values too.
    enough_px: a long side that will do: a large JPEG is decoded at a half, a quarter or an eighth that is no smaller.
    Raises InputError, in one line, for anything that cannot be used: missing, not a picture, truncated, moving,
    of more than `max_pixels`.
    """
    if isinstance(source, str | os.PathLike):
        label = name or shown(source)
        data = read_bytes(source)
        return _named(label, name or Path(shown(source)).name, lambda: _from_bytes(data, max_pixels, enough_px))
    label = name or _name_of(source)
    if isinstance(source, np.ndarray):
        return _named(label, label, lambda: _from_array(source, max_pixels))
    if isinstance(source, bytes | bytearray | memoryview):
        return _named(label, label, lambda: _from_bytes(bytes(source), max_pixels, enough_px))
    if hasattr(source, "read"):
        return _named(label, label, lambda: _from_bytes(_read_all(source), max_pixels, enough_px))
    if _is_pillow(source):
        return _named(label, label, lambda: _from_pillow(source, max_pixels))
    kind = type(source).__name__
    raise InputError(
        f"{label}: a {kind} is not a picture. Pass a file name, bytes, an open file, a PIL image or an array."
    )


def _named(label: str, base: str, make: Callable[[], Picture]) -> Picture:
    """Make a picture called `base`; what goes wrong is told as one line that starts with `label`."""
    try:
        return replace(make(), name=base)
    except InputError as error:
        raise InputError(f"{label}: {' '.join(str(error).split())}") from None  # libraries put line breaks in theirs
    except MemoryError:
        raise RunError(f"{label}: there is not enough memory to decode it.") from None
    except Exception as error:
        raise InputError(f"{label}: {_damage('picture', error)}") from None


def _damage(what: str, error: Exception) -> str:
    """One line for anything a decoder raises: they raise almost anything, and to the person it means the same."""
    reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return f"{'too large for Pillow' if 'Bomb' in type(error).__name__ else 'damaged ' + what} ({reason})."


def _name_of(source: Any) -> str:
    if isinstance(source, np.ndarray):
        return "array"
    for attribute in ("name", "filename"):  # of an open file, of a PIL image
        value = getattr(source, attribute, None)
        if isinstance(value, str) and value:
            return Path(shown(value)).name
    return "picture"


def _is_pillow(source: Any) -> bool:
    from PIL import Image

    return isinstance(source, Image.Image)


def _read_all(file: BinaryIO) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if not isinstance(data, bytes):
        raise InputError("the file is open as text. Open it in binary mode ('rb').")
    return data


def _from_bytes(data: bytes, max_pixels: int, enough_px: int | None) -> Picture:
    if not data:
        raise InputError("the file is empty.")
    if len(data) > MAX_BYTES:
        raise InputError(f"more than {MAX_BYTES // 2**20} MB of data, which is the limit.")
    format = sniff(data)
    examine(data, format, max_pixels)
    try:
        samples = _read_jpeg(data, enough_px) if format is JPEG else _READERS[format](data)
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise InputError(_damage(format.name, error)) from None
    return replace(_finish(samples), sha256=hashlib.sha256(data).hexdigest())


def _read_jpeg(data: bytes, enough_px: int | None) -> Samples:
    """A JPEG, or a half, a quarter or an eighth of it, in which its own transform makes the smaller picture."""
    image = open_with(JPEG, data)
    width, height = image.size
    if enough_px is None or width * height < _LARGE or image.mode not in ("L", "RGB"):
        return read_image(image)
    share = next((share for share in (8, 4, 2) if max(width, height) >= share * enough_px), 1)
    image.draft(None, (width // share, height // share))
    return replace(read_image(image), whole=(height, width))


def _read_png(data: bytes) -> Samples:
    return deep.read_png(data) if png.depth(data) == 16 else read_image(open_with(PNG, data))


def _read_heic(data: bytes) -> Samples:
    pixels, profile = read_heif(data)
    return Samples(pixels, 255.0 if pixels.dtype == np.uint8 else 65535.0, profile)


_READERS: dict[Format, Callable[[bytes], Samples]] = {
    WEBP: lambda data: read_image(open_with(WEBP, data)),
    BMP: lambda data: read_image(open_with(BMP, data)),
    TIFF: deep.read_tiff,
    PNG: _read_png,
    HEIC: _read_heic,
}


def _from_pillow(image: Any, max_pixels: int) -> Picture:
    width, height = image.size
    refuse_bomb(width, height, max_pixels)
    return _finish(read_image(image.copy()))


def _from_array(pixels: NDArray[Any], max_pixels: int) -> Picture:
    check_array(pixels)
    refuse_bomb(pixels.shape[1], pixels.shape[0], max_pixels)
    white = {"u1": 255.0, "u2": 65535.0}.get(pixels.dtype.str[1:], 1.0)
    return _finish(Samples(pixels[..., 0] if pixels.shape[2:] == (1,) else pixels, white))


def _finish(samples: Samples) -> Picture:
    """From stored samples to the finished picture: sRGB, float, upright, alpha apart."""
    whole = samples.whole
    if whole is not None and samples.orientation in _SIDEWAYS:
        whole = whole[1], whole[0]
    pixels, alpha = samples.pixels, None
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        alpha = to_float(_upright(pixels[..., -1], samples.orientation), samples.white)
        pixels = pixels[..., 0] if pixels.shape[2] == 2 else pixels[..., :3]
    grey = pixels.ndim == 2
    colours, profile, notes = _to_srgb(pixels, samples, "GRAY" if grey else "RGB")
    if grey:
        colours = np.repeat(colours[..., None], 3, axis=2)
    return Picture(
        rgb=np.ascontiguousarray(_upright(colours, samples.orientation)),
        alpha=alpha,
        profile=profile,
        depth=8 if samples.white == 255 else 16,
        dpi=samples.dpi,
        notes=samples.notes + notes,
        whole=whole,
    )


def _to_srgb(
    pixels: NDArray[Any], samples: Samples, expected: str
) -> tuple[NDArray[np.float32], bytes | None, tuple[str, ...]]:
    """Colours as sRGB, the profile to convert a result back to, and what there is to say about it."""
    if samples.profile is None:
        return to_float(pixels, samples.white), None, ()
    try:
        found = icc.space(samples.profile)
        if found != expected:
            raise icc.ProfileError(f"is for {found}, not for {expected}")
        colours = icc.to_srgb(pixels, samples.white, samples.profile)
    except icc.ProfileError as error:
        return to_float(pixels, samples.white), None, (f"the colour profile {error} and was ignored",)
    if expected == "GRAY":
        return colours, None, ()
    notes: tuple[str, ...] = ()
    if samples.white != 255 and icc.shaper(samples.profile) is None:
        notes = ("the colour profile is made of tables; colours were converted at 8 bits",)
    try:
        icc.check_writable_profile(samples.profile)
    except icc.ProfileError:
        return colours, None, (*notes, "the colour profile can only be read; the result will be sRGB")
    return colours, samples.profile, notes


def _upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn a stored picture as EXIF asks (CIPA DC-008, tag 0x0112): row 0 and column 0 of the file to top and left."""
    if orientation in _SIDEWAYS:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels
