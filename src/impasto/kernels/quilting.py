"""Quilting: how well each block of a sample continues what lies there already, and where to cut (Efros & Freeman 2001)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled

Floats = NDArray[np.float32]


@compiled(fastmath=True)
def _row_difference(a: Any, b: Any, start: int, end: int) -> Any:
    total = np.float32(0)
    for i in range(start, end):
        d = a[i] - b[i]
        total += d * d
    return total


@compiled()
def block_errors(
    sample: Any, sample_guide: Any, laid: Any, earlier: Any, guide: Any, overlaps: Any, weights: Any, tolerance: Any,
    rows: Any, columns: Any, errors: Any,
) -> None:  # fmt: skip
    """Fill errors (n,) with the misfit of the sample's blocks at (rows, columns); inf where it is not among the best.

    sample: (h, w * c), sample_guide: (h, w). laid, earlier: (b, b * c), what the canvas holds and what the pass before
    it made; guide: (b, b). overlaps: how many rows or columns are laid already at the top, left, bottom and right.
    weights: of the squared differences in the overlaps, to the earlier pass, and of the guide. A block is given up as
    soon as it is worse than (1 + tolerance) times the best one so far: what is within that of the very best is exact.
    """
    size = laid.shape[0]
    channels = laid.shape[1] // size
    top, left, bottom, right = overlaps[0], overlaps[1], overlaps[2], overlaps[3]
    overlap, before, guided = weights[0], weights[1], weights[2]
    best = np.float32(np.inf)
    for n in range(len(rows)):
        y, x = rows[n], columns[n]
        limit = best * (1 + tolerance)
        total = np.float32(0)
        for r in range(size):
            source = sample[y + r, x * channels : (x + size) * channels]
            if overlap > 0:
                if r < top or r >= size - bottom:
                    total += overlap * _row_difference(source, laid[r], 0, size * channels)
                else:
                    total += overlap * _row_difference(source, laid[r], 0, left * channels)
                    total += overlap * _row_difference(source, laid[r], (size - right) * channels, size * channels)
            if before > 0:
                total += before * _row_difference(source, earlier[r], 0, size * channels)
            if guided > 0:
                total += guided * _row_difference(sample_guide[y + r, x : x + size], guide[r], 0, size)
            if total > limit:
                total = np.float32(np.inf)
                break
        errors[n] = total
        best = min(best, total)


@compiled()
def least_path(errors: Any) -> Any:
    """The way from the first row of (n, width) to the last, a step to the side at most, that meets the least error: (n,)."""
    n, width = errors.shape
    sums = errors.astype(np.float64)
    for row in range(1, n):
        for x in range(width):
            least = sums[row - 1, x]
            if x > 0:
                least = min(least, sums[row - 1, x - 1])
            if x < width - 1:
                least = min(least, sums[row - 1, x + 1])
            sums[row, x] += least
    path = np.empty(n, np.int64)
    path[n - 1] = np.argmin(sums[n - 1])
    for row in range(n - 2, -1, -1):
        x = path[row + 1]
        step = x
        for near in (x - 1, x + 1):
            if 0 <= near < width and sums[row, near] < sums[row, step]:
                step = near
        path[row] = step
    return path


def taken(laid: Floats, block: Floats, overlaps: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    """Which pixels (b, b) of a new block are kept: those beyond the cut of least error through each of its overlaps.

    laid, block: (b, b, c). overlaps: widths at the top, left, bottom and right; 0 where nothing lies yet. Where two
    overlaps meet, a pixel is new only beyond both cuts, as in the paper.
    """
    size = len(block)
    difference = np.square(laid - block).sum(2)
    keep = np.ones((size, size), np.bool_)
    for side, width in enumerate(overlaps):
        if width:
            # Turn the overlap so that it lies at the left, its outer border first.
            turned = (difference.T, difference, difference[::-1].T, difference[:, ::-1])[side][:, :width]
            cut = least_path(np.ascontiguousarray(turned))
            new = np.arange(size)[None] >= cut[:, None]
            keep &= (new.T, new, new.T[::-1], new[:, ::-1])[side]
    return keep
