"""Pillow's many kinds of picture, brought down to one: grey or colour samples, with or without alpha."""

import io
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError

from . import icc
from .arrays import check_range
from .formats import BMP, JPEG, PNG, TIFF, WEBP, Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Exif, Image

_ORIENTATION = 0x0112
_PLUGINS = {JPEG: "Jpeg", PNG: "Png", WEBP: "WebP", TIFF: "Tiff", BMP: "Bmp"}


@dataclass(frozen=True, slots=True)
class Samples:
    """A picture as it is stored, before it becomes sRGB in [0, 1] and upright.

    pixels: (H, W), (H, W, 2), (H, W, 3) or (H, W, 4): grey or colour, the even ones with alpha; white: the value that
    means 1. profile: of these samples, None for sRGB. orientation: EXIF's 1 to 8. whole: see Picture, not yet upright.
    """

    pixels: NDArray[Any]
    white: float = 255.0
    profile: bytes | None = None
    orientation: int = 1
    dpi: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    whole: tuple[int, int] | None = None


def open_with(format: Format, data: bytes) -> "Image":
    """A file opened by exactly one of Pillow's readers, pixels not yet decoded.

    The reader is called directly rather than through Image.open, whose own guard stops at 179 megapixels; ours has
    looked at the size already. (For WebP and TIFF that guard also sits in the reader, and holds.) It also leaves the
    extra pictures that phones hide in a JPEG alone.
    """
    module = import_module(f"PIL.{_PLUGINS[format]}ImagePlugin")
    return getattr(module, f"{_PLUGINS[format]}ImageFile")(io.BytesIO(data))


def read_image(image: "Image") -> Samples:
    """Decode a Pillow picture of any mode. Raises InputError for one that has no defined black and white."""
    image.load()
    found = Samples(np.empty(0), orientation=exif_orientation(image.getexif), dpi=_dpi(image))
    profile = image.info.get("icc_profile") or None
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return replace(found, **_read_deep(image), profile=profile)
    if mode == "CMYK":
        return replace(found, **_read_cmyk(image, profile))
    if mode == "LAB":
        return replace(found, pixels=np.asarray(icc.convert_image(image, None)))
    return replace(found, pixels=np.asarray(_plain(image)), profile=profile)


def _plain(image: "Image") -> "Image":
    """The picture in mode L, LA, RGB or RGBA."""
    has_key = "transparency" in image.info  # one colour or palette entry that is see-through
    if image.mode in ("P", "PA"):
        see_through = has_key or image.mode == "PA" or (image.palette is not None and image.palette.mode == "RGBA")
        return image.convert("RGBA" if see_through else "RGB")
    if has_key and image.mode in ("1", "L", "RGB"):
        return image.convert("RGBA")
    wanted = {"1": "L", "La": "LA", "RGBa": "RGBA"}.get(image.mode, image.mode)
    if wanted not in ("L", "LA", "RGB", "RGBA"):
        wanted = "RGB"  # YCbCr, HSV, RGBX
    return image if image.mode == wanted else image.convert(wanted)


def _read_deep(image: "Image") -> dict[str, Any]:
    """Grey of more than 8 bits: 16-bit, 32-bit integers that are 16-bit in truth, or floats in [0, 1]."""
    pixels = np.asarray(image)
    low, high = float(pixels.min()), float(pixels.max())
    if image.mode == "F":
        check_range(low, high)
        return {"pixels": pixels.astype(np.float32), "white": 1.0}
    if low < 0 or high > 65535:
        raise InputError(f"whole numbers from {low:.0f} to {high:.0f}, with nothing to say which is white.")
    return {"pixels": pixels.astype(np.uint16), "white": 65535.0}


def _read_cmyk(image: "Image", profile: bytes | None) -> dict[str, Any]:
    """Printing inks as sRGB: by their profile when there is one that works, by plain subtraction otherwise.

    Pillow has turned the inverted inks of Adobe's JPEG files the right way round already.
    """
    notes: tuple[str, ...] = ()
    if profile is not None:
        try:
            if icc.space(profile) != "CMYK":
                raise icc.ProfileError(f"is for {icc.space(profile)}, not for CMYK")
            return {"pixels": np.asarray(icc.convert_image(image, profile))}
        except icc.ProfileError as error:
            notes = (f"the colour profile {error} and was ignored",)
    return {"pixels": np.asarray(image.convert("RGB")), "notes": notes}


def exif_orientation(parse: "Callable[[], Exif]") -> int:
    """Which way up the stored picture is, in EXIF's numbers; 1, upright, when the file does not say or makes no sense.

    parse: reads the EXIF block. For TIFF, call this after decoding: Pillow turns it itself and then forgets the tag.
    """
    try:
        value = parse().get(_ORIENTATION, 1)
    except Exception:  # broken EXIF is no reason to refuse a good picture
        return 1
    return value if value in range(1, 9) else 1


def _dpi(image: "Image") -> tuple[float, float] | None:
    try:
        x, y = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (x, y) if 1 <= x <= 1e5 and 1 <= y <= 1e5 else None
