"""Arrays that people hand over: which are pictures, what their numbers mean, and how large pieces are worked on."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, InputError

_TOLERANCE = 1e-3  # a quarter of an 8-bit level: rounding, not another range
_BAND = 1 << 19  # pixels worked on at once; their temporaries fit into a few tens of megabytes


def bands(height: int, width: int) -> Iterator[slice]:
    """Slices of rows that cover a picture, each small enough for generous temporaries."""
    rows = max(1, _BAND // max(1, width))
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


def check_array(pixels: NDArray[Any]) -> None:
    """Raise InputError unless the array is a picture: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4); uint8, uint16 or float.

    Floats must be finite and within [0, 1].
    """
    _check_shape(pixels.shape)
    if pixels.dtype.kind == "u" and pixels.dtype.itemsize <= 2:
        return
    if pixels.dtype.kind != "f":
        raise InputError(
            f"an array of {pixels.dtype} is not a picture. Use uint8 (0 to 255), uint16 (0 to 65535) or float (0 to 1)."
        )
    check_range(float(pixels.min()), float(pixels.max()))


def _check_shape(shape: tuple[int, ...]) -> None:
    hint = ""
    if len(shape) == 4 and shape[0] == 1:
        hint = " It looks like a batch of one: pass array[0]."
    elif len(shape) == 3 and shape[2] not in (1, 3, 4) and shape[0] in (1, 3, 4):
        hint = " The channels seem to come first: pass array.transpose(1, 2, 0)."
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3, 4)):
        allowed = "(H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"
        raise InputError(f"an array of shape {shape} is not a picture; it must be {allowed}.{hint}")
    if 0 in shape:
        raise InputError(f"an array of shape {shape} is not a picture; there is nothing in it.")


def check_range(low: float, high: float) -> None:
    """Raise InputError unless a float picture's smallest and largest value are finite and within [0, 1]."""
    if not np.isfinite(low) or not np.isfinite(high):  # minimum and maximum carry every NaN
        raise InputError("the picture holds NaN or infinite values.")
    if low >= -_TOLERANCE and high <= 1 + _TOLERANCE:
        return
    hint = "Scale them, or clip them if they stray."
    if low >= 0 and 2 < high <= 255:
        hint = "They look like 0 to 255: divide by 255, or use uint8."
    elif low >= 0 and 255 < high <= 65535:
        hint = "They look like 0 to 65535: divide by 65535, or use uint16."
    elif -1 - _TOLERANCE <= low < -0.1 and high <= 1 + _TOLERANCE:
        hint = "They look like -1 to 1: use (x + 1) / 2."
    raise InputError(f"float values run from {low:.4g} to {high:.4g} and must lie within 0 to 1. {hint}")


def to_float(pixels: NDArray[Any], white: float) -> Array:
    """A fresh float32 array in [0, 1] from samples whose largest value means white.

    >>> to_float(np.array([0, 51, 255], np.uint8), 255).tolist()
    [0.0, 0.20000000298023224, 1.0]
    """
    if pixels.dtype == np.uint8 and pixels.size and pixels.ndim in (2, 3):
        import cv2

        table = np.arange(256, dtype=np.float32) / np.float32(white)
        return np.asarray(cv2.LUT(np.ascontiguousarray(pixels), table), np.float32).reshape(pixels.shape)
    out = np.empty(pixels.shape, np.float32)
    np.divide(pixels, np.float32(white), out=out, casting="same_kind")
    if pixels.dtype.kind == "f":
        np.clip(out, 0, 1, out=out)
    return out


def quantise(picture: NDArray[np.floating[Any]], depth: int) -> NDArray[Any]:
    """Samples, uint8 or uint16, from a picture in [0, 1], rounded to nearest; values outside are clipped.

    >>> quantise(np.array([[-1.0, 0.5, 2.0]]), 8).tolist()
    [[0, 128, 255]]
    """
    if depth == 8 and picture.dtype == np.float32 and picture.ndim == 3 and picture.shape[2] <= 4:
        import cv2

        scaled = np.multiply(picture, np.float32(255), order="C")
        return cv2.multiply(scaled, np.ones(4), dtype=cv2.CV_8U).reshape(picture.shape)
    white, kind = (255, np.uint8) if depth == 8 else (65535, np.uint16)
    out = np.empty(picture.shape, kind)
    for rows in bands(picture.shape[0], int(np.prod(picture.shape[1:]))):
        scaled = picture[rows] * np.float32(white)
        np.clip(np.rint(scaled, out=scaled), 0, white, out=scaled)
        out[rows] = scaled
    return out
