"""HEIC, the phone's format: read and written through pillow-heif, which is asked for only when one is met."""

import io
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError, UsageError

if TYPE_CHECKING:
    from PIL.Image import Image

_INSTALL = "needs the 'heif' extra. Install it with: pip install 'impasto[heif]'"


def _library() -> ModuleType | None:
    try:
        import pillow_heif
    except ImportError:
        return None
    return pillow_heif


def require_heif(name: str) -> None:
    """Raise UsageError unless HEIC files can be written here."""
    if _library() is None:
        raise UsageError(f"{name}: writing HEIC {_INSTALL}.")


def _open(data: bytes) -> Any:
    """The primary picture of a file, its pixels not yet decoded."""
    library = _library()
    if library is None:
        raise InputError(f"a HEIC picture, which {_INSTALL}.")
    try:
        # Opened directly: Pillow's own list of readers stays as the person's program left it.
        file = library.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        return file[file.primary_index]
    except MemoryError:
        raise
    except Exception as error:
        raise InputError(f"damaged HEIC ({error}).") from None


def heif_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the headers alone."""
    return _open(data).size


def read_heif(data: bytes) -> tuple[NDArray[Any], bytes | None]:
    """The upright pixels of a file, (H, W) or (H, W, C) of uint8 or uint16, and its ICC profile.

    libheif turns the picture as its own boxes say; the orientation in EXIF repeats that and must not be applied again.
    """
    image = _open(data)
    try:
        pixels = np.asarray(image)
        # "RGBa" says that colours are multiplied by alpha already.
        premultiplied = image.has_alpha and image.premultiplied_alpha
    except MemoryError:
        raise
    except Exception as error:
        raise InputError(f"damaged HEIC ({error}).") from None
    if premultiplied:
        from .alpha import unpremultiply

        pixels = unpremultiply(pixels)
    return pixels, image.info.get("icc_profile") or None


def write_heif(image: "Image", *, quality: int, exif: bytes | None, profile: bytes | None) -> bytes:
    """The bytes of a HEIC file of an 8-bit RGB or RGBA picture, colour at full resolution."""
    require_heif("the picture")
    import pillow_heif

    extra = {key: value for key, value in (("exif", exif), ("icc_profile", profile)) if value is not None}
    target = io.BytesIO()
    pillow_heif.from_pillow(image).save(target, quality=quality, chroma=444, **extra)
    return target.getvalue()


def heif_exif(data: bytes) -> bytes:
    """The EXIF block of a file, empty when it has none."""
    return _open(data).info.get("exif") or b""
