"""Filters that follow edges: along streamlines of a field of directions, and across them through small windows.

What runs across is looked up: a window for each of a number of directions, its weights worked out beforehand.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from impasto.kernels import over_rows, use_cache

use_cache()

from numba import njit  # noqa: E402

TURNS = 64  # directions in half a turn: 2.8 degrees apart
_BINS = 1024  # of the table of range weights
_FAR = 4.5  # colours further apart than so many sigmas have nothing to do with one another


def gaussian(sigma: float) -> NDArray[np.float32]:
    """Weights at 0, 1, ... px on one side of a Gaussian, so that both sides and the middle once sum to one."""
    far = np.arange(int(np.ceil(2 * sigma)) + 1)
    weights = np.exp(-(far**2) / (2 * max(sigma, 1e-3) ** 2))
    return (weights / (2 * weights.sum() - weights[0])).astype(np.float32)


Profile = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]


@lru_cache(maxsize=16)
def lines(weights: tuple[float, ...]) -> Profile:
    """A symmetric profile laid across each of TURNS directions: begins (TURNS + 1,), offsets (n, 2) in x and y, weights (n,).

    weights: at 0, 1, ... px from the middle. A place between pixels is shared out among the four around it. The weights
    of each window keep the profile's sum.
    """
    begins, offsets, shares = [0], [], []
    far = np.arange(-len(weights) + 1, len(weights))
    profile = np.array([weights[abs(i)] for i in far])
    for turn in range(TURNS):
        angle = np.pi * turn / TURNS
        found: dict[tuple[int, int], float] = {}
        for distance, weight in zip(far, profile, strict=True):
            x, y = -np.sin(angle) * distance, np.cos(angle) * distance
            left, top = int(np.floor(x)), int(np.floor(y))
            for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
                share = weight * (1 - abs(x - left - dx)) * (1 - abs(y - top - dy))
                if abs(share) > 1e-7:
                    place = (left + dx, top + dy)
                    found[place] = found.get(place, 0.0) + share
        offsets += found
        shares += found.values()
        begins.append(len(offsets))
    return np.array(begins, np.int32), np.array(offsets, np.int32).reshape(-1, 2), np.array(shares, np.float32)


def across(
    values: NDArray[np.float32], turn: NDArray[np.int32], weights: NDArray[np.float32], threads: int | None = None
) -> NDArray[np.float32]:
    """Weighted sums of values (H, W) on lines at right angles to the direction turn (H, W) of each pixel."""
    begins, offsets, shares = lines(tuple(weights.tolist()))
    margin = int(np.abs(offsets).max())
    padded = np.pad(values, margin, mode="edge")
    places = (offsets[:, 0] + offsets[:, 1] * padded.shape[1]).astype(np.int32)
    out = np.empty(turn.shape, np.float32)
    over_rows(_across, len(out), padded.reshape(-1), margin, turn, begins, places, shares, out, threads=threads)
    return out


@njit(cache=True, nogil=True, fastmath=True)
def _across(first, last, values, margin, turn, begins, places, shares, out):
    width = out.shape[1]
    for y in range(first, last):
        for x in range(width):
            middle = (y + margin) * (width + 2 * margin) + x + margin
            total = np.float32(0)
            t = turn[y, x]
            for i in range(begins[t], begins[t + 1]):
                total += shares[i] * values[np.uintp(middle + places[i])]
            out[y, x] = total


def along(
    values: NDArray[np.float32], tangent: NDArray[np.float32], weights: NDArray[np.float32], threads: int | None = None
) -> NDArray[np.float32]:
    """Weighted sums of values (H, W), or of planes of them (P, H, W), on the streamlines through each pixel.

    Steps of one pixel, both ways.
    tangent: unit vectors (H, W, 2), x then y; either sign, since each step takes the one that goes on. Zero: stay.
    """
    out = np.empty(values.shape, np.float32)
    height, width = tangent.shape[:2]
    planes = values.reshape(-1, height * width)
    over_rows(
        _along, height, planes, tangent.reshape(-1), weights, out.reshape(-1, height, width), threads=threads
    )  # fmt: skip
    return out


_BLOCK = 256  # pixels that walk side by side: their places stay in the first cache


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _along(first, last, values, tangent, weights, out):
    height, width = out.shape[1:]
    right, bottom, pitch = np.float32(width - 1), np.float32(height - 1), np.int32(width)
    half, none, one = np.float32(0.5), np.float32(0), np.float32(1)
    px, py, dx, dy = np.empty((4, _BLOCK), np.float32)
    places = np.empty(_BLOCK, np.uint32)
    for y in range(first, last):
        for left in range(0, width, _BLOCK):
            count = min(_BLOCK, width - left)
            start = y * width + left
            for plane in range(len(values)):
                for k in range(count):
                    out[plane, y, left + k] = weights[0] * values[plane, start + k]
            for way in range(2):
                sign = np.float32(1 - 2 * way)
                for k in range(count):
                    px[k], py[k] = np.float32(left + k), np.float32(y)
                    dx[k], dy[k] = sign * tangent[2 * (start + k)], sign * tangent[2 * (start + k) + 1]
                for i in range(1, len(weights)):
                    # The innermost loop runs over pixels, not steps: no pixel waits for another, so that the compiler
                    # takes sixteen at once where the processor can.
                    for k in range(count):
                        u, v = min(max(px[k] + dx[k], none), right), min(max(py[k] + dy[k], none), bottom)
                        px[k], py[k] = u, v
                        at = np.int32(v + half) * pitch + np.int32(u + half)
                        places[k] = np.uint32(at)
                        tx, ty = tangent[np.uint32(2 * at)], tangent[np.uint32(2 * at + 1)]
                        on = one if tx * dx[k] + ty * dy[k] >= none else -one
                        dx[k], dy[k] = on * tx, on * ty
                    for plane in range(len(values)):
                        for k in range(count):
                            out[plane, y, left + k] += weights[i] * values[plane, places[k]]


def range_table(sigma: float) -> tuple[NDArray[np.float32], float]:
    """Weights exp(-d^2 / (2 sigma^2)) by squared distance d^2 of colours, and the bins to a unit of it."""
    squares = np.linspace(0, (_FAR * sigma) ** 2, _BINS)
    table = np.exp(-squares / (2 * sigma**2)).astype(np.float32)
    table[-1] = 0  # all that lies beyond
    return table, (_BINS - 1) / float(squares[-1])


def bilateral_across(
    colours: NDArray[np.float32], turn: NDArray[np.int32], sigma: float, sigma_range: float, threads: int | None = None
) -> NDArray[np.float32]:
    """Means of colours (H, W, 3) on lines across each pixel's direction, of colours like its own only."""
    begins, offsets, shares = lines(tuple(gaussian(sigma).tolist()))
    margin = int(np.abs(offsets).max())
    padded = np.pad(colours, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    places = (3 * (offsets[:, 0] + offsets[:, 1] * padded.shape[1])).astype(np.int32)
    out = np.empty(colours.shape, np.float32)
    table, bins = range_table(sigma_range)
    over_rows(
        _bilateral_across, len(out), padded.reshape(-1), margin, turn, begins, places, shares, table, np.float32(bins),
        out, threads=threads,
    )  # fmt: skip
    return out


@njit(cache=True, nogil=True, fastmath=True)
def _bilateral_across(first, last, colours, margin, turn, begins, places, shares, table, bins, out):
    width = out.shape[1]
    most = np.float32(len(table) - 1)
    for y in range(first, last):
        for x in range(width):
            middle = 3 * ((y + margin) * (width + 2 * margin) + x + margin)
            l0, a0, b0 = colours[middle], colours[middle + 1], colours[middle + 2]
            light = a = b = weights = np.float32(0)
            t = turn[y, x]
            for i in range(begins[t], begins[t + 1]):
                at = np.uintp(middle + places[i])
                dl, da, db = colours[at] - l0, colours[at + np.uintp(1)] - a0, colours[at + np.uintp(2)] - b0
                far = min((dl * dl + da * da + db * db) * bins, most)
                weight = shares[i] * table[np.uintp(far)]
                weights += weight
                light += weight * dl
                a += weight * da
                b += weight * db
            out[y, x, 0], out[y, x, 1], out[y, x, 2] = l0 + light / weights, a0 + a / weights, b0 + b / weights


def bilateral_along(
    colours: NDArray[np.float32], tangent: NDArray[np.float32], sigma: float, sigma_range: float,
    threads: int | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Means of colours (H, W, 3) on the streamline through each pixel, of colours like its own only."""
    table, bins = range_table(sigma_range)
    out = np.empty(colours.shape, np.float32)
    over_rows(
        _bilateral_along, len(out), colours, tangent, gaussian(sigma), table, np.float32(bins), out, threads=threads
    )
    return out


@njit(cache=True, nogil=True, fastmath=True)
def _bilateral_along(first, last, colours, tangent, shares, table, bins, out):
    height, width = colours.shape[:2]
    right, bottom, most = np.float32(width - 1), np.float32(height - 1), np.float32(len(table) - 1)
    half, none = np.float32(0.5), np.float32(0)
    for y in range(first, last):
        for x in range(width):
            l0, a0, b0 = colours[y, x, 0], colours[y, x, 1], colours[y, x, 2]
            light = a = b = none
            weights = shares[0]
            for way in range(2):
                sign = np.float32(1 - 2 * way)
                dx, dy = sign * tangent[y, x, 0], sign * tangent[y, x, 1]
                px, py = np.float32(x), np.float32(y)
                for i in range(1, len(shares)):
                    px, py = min(max(px + dx, none), right), min(max(py + dy, none), bottom)
                    row, column = np.uint32(py + half), np.uint32(px + half)
                    dl, da, db = (
                        colours[row, column, 0] - l0,
                        colours[row, column, 1] - a0,
                        colours[row, column, 2] - b0,
                    )
                    weight = shares[i] * table[np.uint32(min((dl * dl + da * da + db * db) * bins, most))]
                    weights += weight
                    light += weight * dl
                    a += weight * da
                    b += weight * db
                    tx, ty = tangent[row, column, 0], tangent[row, column, 1]
                    turn = np.float32(1) if tx * dx + ty * dy >= none else np.float32(-1)
                    dx, dy = turn * tx, turn * ty
            out[y, x, 0], out[y, x, 1], out[y, x, 2] = l0 + light / weights, a0 + a / weights, b0 + b / weights
