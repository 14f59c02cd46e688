"""Pictures and masks at another size, without jagged or ringing edges."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.core.machine import one_blas_thread


def fit_size(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Height and width with the given long side and the same proportions; no side falls below one pixel.

    >>> fit_size((300, 400), 100)
    (75, 100)
    >>> fit_size((2, 4000), 100)
    (1, 100)
    """
    height, width = size
    longest = max(height, width)
    # Whole numbers, rounded half up: exact at any size, and the long side always comes out as asked for.
    return tuple(max(1, (2 * side * long_side + longest) // (2 * longest)) for side in (height, width))  # type: ignore[return-value]


_SMALLEST_STYLE_PX = 32  # below it nothing of a painting is left at the deepest layers that matter


def style_size(painting: tuple[int, int], size: tuple[int, int], scale: float = 1.0) -> tuple[int, int]:
    """Height and width of a painting for a result of `size`: long sides in the ratio `scale`, no side below 32 px.

    >>> style_size((600, 1200), (300, 400)), style_size((600, 1200), (30, 40), 0.25)
    ((200, 400), (32, 64))
    """
    height, width = painting
    ratio = max(max(size) * scale / max(painting), _SMALLEST_STYLE_PX / min(painting))
    return round(height * ratio), round(width * ratio)


_MOST_LABELS = 32  # a picture of more grey levels is a soft mask


def label_levels(mask: NDArray[Any]) -> NDArray[np.uint8] | None:
    """The grey levels, 0 to 255 in order, of a label picture (H, W) in [0, 1]; None for one with too many to be labels."""
    levels = np.unique(np.rint(np.asarray(mask) * 255).astype(np.uint8))
    return levels if len(levels) <= _MOST_LABELS else None


def resize_mask(mask: NDArray[Any], size: tuple[int, int]) -> Array:
    """A mask (H, W) at another size: labels stay the labels they are, soft masks stay soft."""
    if mask.shape == size or label_levels(mask) is None:
        return resize(mask, size)
    return np.ascontiguousarray(nearest_pixels(mask, size), np.float32)


def nearest_pixels(values: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Values (H, W) at (height, width): each new pixel takes what lies at its middle, so that nothing shifts.

    >>> nearest_pixels(np.array([[0, 1], [2, 3]]), (2, 4)).tolist()
    [[0, 0, 1, 1], [2, 2, 3, 3]]
    """
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp) for new, old in zip(size, values.shape, strict=True)
    )
    return values[np.ix_(rows, columns)]


_COARSE = 4  # beyond this ratio the area mean does the bulk of the work first; the last factor two stays sharp
_LOBES = 3
_BLOCK = 16  # new rows made by one product of matrices; more would mostly multiply by zeros


def resize(array: NDArray[Any], size: tuple[int, int]) -> Array:
    """The array at (height, width): (H, W) or (H, W, C) to float32 of the same kind, a new array even at its own size.

    Lanczos windows of three lobes, as wide as a new pixel when shrinking (no aliasing, and fine texture stays crisp:
    a plain area mean costs a painting a twentieth of its style at relu2_1). Kept within the old values' range, as the
    window overshoots at edges.
    """
    import cv2

    height, width = size
    if height < 1 or width < 1:
        raise ValueError(f"a picture of {height} x {width} pixels is none")
    if array.shape[:2] == (height, width):
        return np.array(array, np.float32, order="C")
    given = np.ascontiguousarray(array, np.float32)
    low, high = float(given.min()), float(given.max())
    planes: Array = given[..., None] if given.ndim == 2 else given
    if given.shape[1] > _COARSE * width or given.shape[0] > _COARSE * height:
        halfway = (min(given.shape[1], 2 * width), min(given.shape[0], 2 * height))
        # One channel at a time: OpenCV's area mean takes no more than four.
        channels = [np.ascontiguousarray(planes[..., c]) for c in range(planes.shape[2])]
        areas = [cv2.resize(c, halfway, interpolation=cv2.INTER_AREA) for c in channels]
        planes = np.stack(areas, -1).astype(np.float32, copy=False)
    with one_blas_thread():
        # Both passes work down the rows, where a product of matrices finds its numbers side by side.
        turned = _turned(_rows_resized(planes, height))
        resized = _turned(_rows_resized(turned, width))
    return np.clip(resized, low, high, out=resized).reshape(height, width, *array.shape[2:])


def _rows_resized(planes: Array, length: int) -> Array:
    """(H, W, C) at another height, by the windows of a few new rows at a time."""
    flat = planes.reshape(len(planes), -1)
    out = np.empty((length, flat.shape[1]), np.float32)
    for new, old, weights in _windows(len(planes), length):
        np.matmul(weights, flat[old], out=out[new])
    return out.reshape(length, *planes.shape[1:])


def _turned(planes: Array) -> Array:
    """(H, W, C) as (W, H, C)."""
    import cv2

    if planes.shape[2] > 4:  # the most that OpenCV takes
        return np.ascontiguousarray(planes.swapaxes(0, 1))
    return np.asarray(cv2.transpose(planes), np.float32).reshape(planes.shape[1], planes.shape[0], planes.shape[2])


@lru_cache(maxsize=32)
def _windows(old: int, new: int) -> tuple[tuple[slice, slice, Array], ...]:
    """For blocks of new places: which they are, which old ones they see, and how much of each (new, old)."""
    scale = old / new
    stretch = max(scale, 1.0)
    middles = (np.arange(new) + 0.5) * scale
    first = np.maximum(0, (middles - _LOBES * stretch + 0.5).astype(np.intp))
    last = np.minimum(old, (middles + _LOBES * stretch + 0.5).astype(np.intp))
    found: list[tuple[slice, slice, Array]] = []
    for start in range(0, new, _BLOCK):
        block = slice(start, min(start + _BLOCK, new))
        seen = slice(int(first[start]), int(last[block.stop - 1]))
        places = np.arange(seen.start, seen.stop)
        apart = (places + 0.5 - middles[block, None]) / stretch
        weights = np.sinc(apart) * np.sinc(apart / _LOBES)
        weights[(places < first[block, None]) | (places >= last[block, None])] = 0
        found.append((block, seen, (weights / weights.sum(1, keepdims=True)).astype(np.float32)))
    return tuple(found)
