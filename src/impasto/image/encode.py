"""A finished picture as the bytes of a file, and saved so that the file is whole or not there at all."""

import os
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, RunError, UsageError

from . import icc, png, tiff
from .alpha import composite
from .arrays import quantise
from .files import shown, write_atomic
from .formats import BMP, HEIC, JPEG, PNG, TIFF, WEBP, Format, format_named, format_of
from .metadata import SOFTWARE, exif_block, text_chunks, to_json

Metadata = Mapping[str, Any]
Samples = NDArray[Any]  # uint8 or uint16
Dpi = tuple[float, float]


def encode(
    picture: Array,
    format: str,
    *,
    alpha: Array | None = None,
    profile: bytes | None = None,
    metadata: Metadata | None = None,
    quality: int = 95,
    depth: int = 8,
    dpi: Dpi | None = None,
) -> bytes:
    """The bytes of a picture file; the pictures handed in are left as they are.

    picture: sRGB in [0, 1], (H, W, 3); values outside are clipped, then rounded to nearest. format: "png", "jpg" ...
    alpha: (H, W) in [0, 1]; written where the format has it, otherwise the picture is laid on white.
    profile: an RGB profile that colours are converted to and that is embedded; a format or profile that does not
    allow it gives sRGB. metadata: where the picture came from, see `read_metadata`; BMP has no place for it.
    quality: 1 to 100, of JPEG, WebP and HEIC, always with full colour resolution where the format has it.
    depth: bits per sample, 8, or 16 in PNG and TIFF.
    Raises UsageError for a format, quality, depth or size that does not exist, RunError for a picture with NaN.
    """
    kind = format_named(format)
    _check(picture, alpha, kind, quality, depth)
    if alpha is not None and not kind.alpha:
        picture, alpha = composite(picture, np.clip(alpha, 0, 1)), None
    if profile is not None:
        picture, profile = _to_profile(picture, profile) if kind.profile else (picture, None)
    samples = quantise(picture, depth)
    if alpha is not None:
        samples = np.concatenate([samples, quantise(alpha, depth)[..., None]], -1)
    if kind is PNG:
        return _encode_png(samples, profile, metadata, dpi)
    if kind is TIFF:
        description = None if metadata is None else to_json(metadata)
        return tiff.write(samples, software=SOFTWARE, description=description, profile=profile, dpi=dpi)
    return _encode_lossy(samples, kind, profile, metadata, quality, dpi)


def save(
    picture: Array,
    path: str | os.PathLike[str],
    *,
    alpha: Array | None = None,
    profile: bytes | None = None,
    metadata: Metadata | None = None,
    quality: int = 95,
    depth: int = 8,
    dpi: Dpi | None = None,
) -> None:
    """Write a picture in the format of the file name's suffix, as `encode` says.

    A file that was there before is replaced in one step or stays as it was. Raises UsageError and RunError in one line.
    """
    name = shown(path)
    kind = format_of(name)
    try:
        data = encode(
            picture, kind.name if kind.name != "TIFF" else "tif", alpha=alpha, profile=profile, metadata=metadata,
            quality=quality, depth=depth, dpi=dpi,
        )  # fmt: skip
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    except RunError as error:
        raise RunError(f"{name}: {error}") from None
    write_atomic(path, data)


def check_size(kind: Format, height: int, width: int) -> None:
    """Raise UsageError when a format cannot hold a picture of that many pixels on a side."""
    if max(height, width) > kind.max_side:
        raise UsageError(
            f"{kind} holds at most {kind.max_side:,} pixels on a side, not {max(height, width):,}. Save it as PNG."
        )


def _check(picture: Array, alpha: Array | None, kind: Format, quality: int, depth: int) -> None:
    if picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape or picture.dtype.kind != "f":
        raise ValueError(f"a picture is float (H, W, 3), not {picture.dtype} {picture.shape}")
    if alpha is not None and alpha.shape != picture.shape[:2]:
        raise ValueError(f"alpha of shape {alpha.shape} does not lie on a picture of shape {picture.shape}")
    if not 1 <= quality <= 100:
        raise UsageError(f"quality {quality} is not within 1 to 100.")
    if depth not in kind.depths:
        depths = " or ".join(str(each) for each in kind.depths)
        more = " PNG and TIFF hold 16." if depth == 16 else ""
        raise UsageError(f"{kind} holds {depths} bits per sample, not {depth}.{more}")
    check_size(kind, *picture.shape[:2])
    for array in (picture, alpha):
        # Minimum and maximum carry every NaN and infinity and need no memory of their own.
        if array is not None and not np.isfinite([array.min(), array.max()]).all():
            raise RunError("the picture holds NaN or infinite values; it was not written.")


def _to_profile(picture: Array, profile: bytes) -> tuple[Array, bytes | None]:
    """The picture in a profile's colours, with the profile; unchanged and without, when that cannot be done."""
    try:
        if icc.space(profile) != "RGB":
            return picture, None
        return icc.from_srgb(picture, profile), profile
    except icc.ProfileError:
        return picture, None


def _encode_png(samples: Samples, profile: bytes | None, metadata: Metadata | None, dpi: Dpi | None) -> bytes:
    data = _with_pillow(samples, "PNG") if samples.dtype == np.uint8 else _deep_png(samples)
    extra = [] if profile is None else [png.profile_chunk(profile)]
    extra += [] if dpi is None else [png.resolution_chunk(dpi)]
    extra += [] if metadata is None else text_chunks(metadata)
    return png.insert(data, extra)


def _deep_png(samples: Samples) -> bytes:
    """A PNG of 16 bits per sample, which Pillow cannot write."""
    import cv2

    blue_first = np.ascontiguousarray(samples[..., [2, 1, 0, 3][: samples.shape[2]]])
    written, data = cv2.imencode(".png", blue_first, [cv2.IMWRITE_PNG_COMPRESSION, 6])
    if not written:
        raise RunError("the picture could not be compressed as PNG.")
    return data.tobytes()


def _encode_lossy(
    samples: Samples, kind: Format, profile: bytes | None, metadata: Metadata | None, quality: int, dpi: Dpi | None
) -> bytes:
    """JPEG, WebP, HEIC; BMP too, which loses nothing but has no place for anything else either."""
    exif = None if metadata is None or not kind.metadata else exif_block(metadata)
    if kind is HEIC:
        from PIL import Image

        from .heif import write_heif

        return write_heif(Image.fromarray(samples), quality=quality, exif=exif, profile=profile)
    given = {"exif": exif, "icc_profile": profile, "dpi": None if kind is WEBP else dpi}
    extra = {key: value for key, value in given.items() if value is not None}
    settings: dict[Format, dict[str, Any]] = {
        JPEG: {"quality": quality, "subsampling": 0},  # 4:4:4
        # WebP always halves colour; the sharper way of halving and the slower search make the best of it.
        WEBP: {"quality": quality, "method": 6, "use_sharp_yuv": True, "alpha_quality": 100},
        BMP: {},
    }
    return _with_pillow(samples, kind.name.upper(), **settings[kind], **extra)


def _with_pillow(samples: Samples, writer: str, **settings: Any) -> bytes:
    from PIL import Image

    target = BytesIO()
    Image.fromarray(samples).save(target, writer, **settings)
    return target.getvalue()
