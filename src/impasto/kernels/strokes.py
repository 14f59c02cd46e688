"""Brush strokes: traced along a picture's directions, and laid onto a canvas in order. After Hertzmann 1998."""

import numpy as np
from numpy.typing import NDArray

from impasto.kernels import over_rows, use_cache

use_cache()

from numba import njit  # noqa: E402

_PARTS = 3  # straight pieces to each span of a spline
_BRISTLES = 1024  # length of the profile that bristles leave across a stroke
_FAR = np.float32(1e9)


def trace(
    starts: NDArray[np.int32], reference: NDArray[np.float32], canvas: NDArray[np.float32], blank: bool,
    tangent: NDArray[np.float32], radius: float, shortest: int, longest: int, curvature: float,
    threads: int | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:  # fmt: skip
    """Control points (n, longest + 1, 2), x then y, and their counts (n,), of strokes from starts (n, 2), x then y.

    A stroke goes on by `radius` along the tangents (H, W, 2) until its colour fits the reference (H, W, 3) less than
    the canvas does, though not before `shortest` steps; a blank canvas fits nowhere. It ends where there is no
    direction, and at the picture's edge. curvature: 1 follows every turn, less remembers the way it came.
    """
    points = np.zeros((len(starts), longest + 1, 2), np.float32)
    counts = np.ones(len(starts), np.int32)
    if len(starts):
        over_rows(
            _trace, len(starts), starts, reference, canvas, blank, tangent, np.float32(radius), shortest,
            np.float32(curvature), points, counts, threads=threads,
        )  # fmt: skip
    return points, counts


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _trace(first, last, starts, reference, canvas, blank, tangent, radius, shortest, curvature, points, counts):
    height, width = reference.shape[:2]
    for n in range(first, last):
        column, row = starts[n, 0], starts[n, 1]
        x, y = np.float32(column), np.float32(row)
        r0, g0, b0 = reference[row, column, 0], reference[row, column, 1], reference[row, column, 2]
        points[n, 0, 0], points[n, 0, 1] = x, y
        px = py = np.float32(0)
        for i in range(1, points.shape[1]):
            r, g, b = reference[row, column, 0], reference[row, column, 1], reference[row, column, 2]
            if i > shortest and not blank:
                off = (r - r0) ** 2 + (g - g0) ** 2 + (b - b0) ** 2
                p, q, s = canvas[row, column, 0], canvas[row, column, 1], canvas[row, column, 2]
                if (r - p) ** 2 + (g - q) ** 2 + (b - s) ** 2 < off:
                    break
            dx, dy = tangent[row, column, 0], tangent[row, column, 1]
            if dx == 0 and dy == 0:
                break
            if dx * px + dy * py < 0:
                dx, dy = -dx, -dy
            if i > 1:
                dx, dy = curvature * dx + (1 - curvature) * px, curvature * dy + (1 - curvature) * py
            norm = np.sqrt(dx * dx + dy * dy)
            if norm < np.float32(1e-6):
                break
            px, py = dx / norm, dy / norm
            x, y = x + radius * px, y + radius * py
            column, row = int(np.floor(x + np.float32(0.5))), int(np.floor(y + np.float32(0.5)))
            if column < 0 or row < 0 or column >= width or row >= height:
                break
            points[n, i, 0], points[n, i, 1] = x, y
            counts[n] = i + 1


def lay(
    canvas: NDArray[np.float32], relief: NDArray[np.float32], points: NDArray[np.float32], counts: NDArray[np.int32],
    colours: NDArray[np.float32], radius: float, opacity: float, profile: NDArray[np.float32], texture: float,
    threads: int | None = None, entries: NDArray[np.int32] | None = None,
) -> None:  # fmt: skip
    """Lay strokes, in order, onto a canvas (H, W, 3); the paint's height goes into relief (H, W). Both are written to.

    A stroke is the cubic B-spline of its control points, `radius` thick to either side, its rim smoothed over a pixel.
    profile: (1024,) of mean 0, what bristles leave across a stroke; texture: how much of it lightens and darkens paint.
    entries: (n,), where in the profile each brush begins; left alone, elsewhere for each.
    """
    if len(points):
        entries = brushes(len(points)) if entries is None else entries
        over_rows(
            _lay, len(canvas), canvas, relief, points, counts, colours, np.float32(radius), np.float32(opacity), profile,
            np.float32(texture), entries, threads=threads,
        )  # fmt: skip


def brushes(count: int) -> NDArray[np.int32]:
    """Where in the profile of bristles each of so many brushes begins: (n,)."""
    return (np.arange(count, dtype=np.int64) * 389 % _BRISTLES).astype(np.int32)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _spline(points, stroke, count, out):
    """Places on the uniform cubic B-spline of `count` points, its ends repeated so that it starts and ends on them."""
    n = 0
    for span in range(count + 1):
        a, b = max(span - 2, 0), min(max(span - 1, 0), count - 1)
        c, d = min(span, count - 1), min(span + 1, count - 1)
        for part in range(_PARTS):
            t = np.float32(part) / np.float32(_PARTS)
            w0 = (1 - t) ** 3 / 6
            w1 = (3 * t**3 - 6 * t**2 + 4) / 6
            w2 = (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6
            w3 = t**3 / 6
            out[n, 0] = (
                w0 * points[stroke, a, 0]
                + w1 * points[stroke, b, 0]
                + w2 * points[stroke, c, 0]
                + w3 * points[stroke, d, 0]
            )
            out[n, 1] = (
                w0 * points[stroke, a, 1]
                + w1 * points[stroke, b, 1]
                + w2 * points[stroke, c, 1]
                + w3 * points[stroke, d, 1]
            )
            n += 1
    out[n, 0], out[n, 1] = points[stroke, count - 1, 0], points[stroke, count - 1, 1]
    return n + 1


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _lay(first, last, canvas, relief, points, counts, colours, radius, opacity, profile, texture, entries):
    width = canvas.shape[1]
    rim = radius + np.float32(0.5)
    nearest = np.full((last - first, width), _FAR, np.float32)
    side = np.zeros((last - first, width), np.float32)
    left, right = np.full(last - first, width, np.int32), np.full(last - first, -1, np.int32)
    path = np.empty((_PARTS * (points.shape[1] + 1) + 1, 2), np.float32)
    for n in range(len(points)):
        low, high = points[n, 0, 1], points[n, 0, 1]
        for i in range(1, counts[n]):
            low, high = min(low, points[n, i, 1]), max(high, points[n, i, 1])
        if high + rim < first or low - rim >= last:
            continue
        for i in range(_spline(points, n, counts[n], path) - 1):
            x, y = path[i, 0], path[i, 1]
            ex, ey = path[i + 1, 0] - x, path[i + 1, 1] - y
            square = ex * ex + ey * ey
            if i and square < np.float32(1e-6):
                continue
            inverse = np.float32(1) / max(square, np.float32(1e-6))
            scale = np.sqrt(inverse)
            top, bottom = max(int(min(y, y + ey) - rim), first), min(int(max(y, y + ey) + rim) + 1, last - 1)
            begin, end = max(int(min(x, x + ex) - rim), 0), min(int(max(x, x + ex) + rim) + 1, width - 1)
            for row in range(top, bottom + 1):
                k = row - first
                left[k], right[k] = min(left[k], begin), max(right[k], end)
                dy = np.float32(row) - y
                for column in range(begin, end + 1):
                    dx = np.float32(column) - x
                    t = min(max((dx * ex + dy * ey) * inverse, np.float32(0)), np.float32(1))
                    away = (dx - t * ex) ** 2 + (dy - t * ey) ** 2
                    across = (dy * ex - dx * ey) * scale
                    closer = away < nearest[k, column]
                    side[k, column] = across if closer else side[k, column]
                    nearest[k, column] = min(away, nearest[k, column])
        r, g, b = colours[n, 0], colours[n, 1], colours[n, 2]
        # Every brush has its own bristles: the profile is entered at another place for each stroke.
        entry = np.float32(entries[n])
        for k in range(max(int(low - rim) - 1, first) - first, min(int(high + rim) + 2, last) - first):
            for column in range(left[k], right[k] + 1):
                away = nearest[k, column]
                if away < rim * rim:
                    cover = min(rim - np.sqrt(away), np.float32(1))
                    mark = profile[int(entry + (side[k, column] + radius) * np.float32(4)) & (_BRISTLES - 1)]
                    tone = texture * mark
                    # Bristles that press hardest carry most paint; the others let what is beneath show.
                    cover *= opacity * min(np.float32(1), np.float32(1) + tone)
                    canvas[k + first, column, 0] += cover * (r + tone * np.float32(0.12) - canvas[k + first, column, 0])
                    canvas[k + first, column, 1] += cover * (g + tone * np.float32(0.12) - canvas[k + first, column, 1])
                    canvas[k + first, column, 2] += cover * (b + tone * np.float32(0.12) - canvas[k + first, column, 2])
                    relief[k + first, column] += cover * (np.float32(1) + mark - relief[k + first, column])
                nearest[k, column] = _FAR
            left[k], right[k] = width, -1
