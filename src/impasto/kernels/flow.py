"""Filters that follow edges: along streamlines of a field of directions, and across them through small windows.

What runs across is looked up: a window for each of a number of directions, its weights worked out beforehand. What runs
along walks in whole numbers: places in 256ths of a pixel, directions in 256ths of a turn, each with its step in a table.
"""

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.kernels import over_rows, use_cache

use_cache()

from numba import njit  # noqa: E402

TURNS = 64  # directions in half a turn that there are windows for: 2.8 degrees apart
WAYS, STILL = 128, 256  # directions in half a turn that walks take, 1.4 degrees apart; and that of a place without any
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


@lru_cache(maxsize=16)
def folded(weights: tuple[float, ...]) -> Profile:
    """The same windows, half of each: a place stands for the one opposite, too, which weighs the same.

    The middle comes last, with half its weight, as it is its own opposite.
    """
    begins, offsets, shares = lines(weights)
    starts, places, halves = [0], [], []
    for first, last in pairwise(begins):
        window = dict(zip(map(tuple, offsets[first:last].tolist()), shares[first:last].tolist(), strict=True))
        half = [place for place in window if place > (0, 0)]
        places += [*half, (0, 0)]
        halves += [*(window[place] for place in half), window[0, 0] / 2]
        starts.append(len(places))
    return np.array(starts, np.int32), np.array(places, np.int32), np.array(halves, np.float32)


def _padded(values: NDArray[Any], margin: int) -> NDArray[Any]:
    """A picture of any channels with its border repeated."""
    import cv2

    return cv2.copyMakeBorder(values, margin, margin, margin, margin, cv2.BORDER_REPLICATE)


def across(
    values: NDArray[np.float32], turn: NDArray[np.int32], weights: NDArray[np.float32], threads: int | None = None
) -> NDArray[np.float32]:
    """Weighted sums of values (H, W) on lines at right angles to the direction turn (H, W) of each pixel."""
    begins, offsets, shares = folded(tuple(weights.tolist()))
    margin = int(np.abs(offsets).max())
    padded = _padded(values, margin)
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
            one = other = np.float32(0)
            begin, end = np.uintp(begins[turn[y, x]]), np.uintp(begins[turn[y, x] + 1])
            # Two sums at a time, as each waits for the one before.
            for i in range(begin, end - np.uintp(1), np.uintp(2)):
                p, q = places[i], places[i + np.uintp(1)]
                one += shares[i] * (values[np.uintp(middle + p)] + values[np.uintp(middle - p)])
                other += shares[i + np.uintp(1)] * (values[np.uintp(middle + q)] + values[np.uintp(middle - q)])
            if (end - begin) & np.uintp(1):
                one += np.float32(2) * shares[end - np.uintp(1)] * values[np.uintp(middle)]
            out[y, x] = one + other


@lru_cache(maxsize=1)
def steps() -> NDArray[np.int64]:
    """One pixel's step in each of 256 directions of a whole turn, x plus y * 2^32, in 256ths of a pixel; then as many of none."""
    angle = np.pi * np.arange(2 * WAYS) / WAYS
    x, y = (np.rint(256 * part).astype(np.int64) for part in (np.cos(angle), np.sin(angle)))
    return np.concatenate([x + (y << 32), np.zeros(2 * WAYS, np.int64)])


def along(
    values: NDArray[np.float32], way: NDArray[np.uint16], weights: NDArray[np.float32], threads: int | None = None
) -> NDArray[np.float32]:
    """Weighted sums of values, (H, W) or (H, W, 3), on the streamlines through each pixel. Steps of one pixel, both ways.

    way: (H, W), the nearest of WAYS directions in half a turn, or STILL; each step takes it the way round that goes on.
    """
    margin = len(weights)
    padded, ways = _padded(values, margin), _padded(way, margin)
    out = np.empty(values.shape, np.float32)
    kernel = _along if values.ndim == 2 else _colours_along
    over_rows(
        kernel, len(out), padded.reshape(-1), ways.reshape(-1), margin, steps(), weights, out, threads=threads
    )  # fmt: skip
    return out


_BLOCK = 256  # pixels that walk side by side: none waits for another, and their places stay in the first cache


@njit(cache=True, nogil=True, inline="always")
def _begin(start, x, y, way, ways, places, headings):
    """Set out: the middles of the pixels from (x, y) on, as places, and where each heads; way 0 or 1, on or back."""
    place = (np.int64(y) << np.int64(40)) + (np.int64(x) << np.int64(8)) + (np.int64(1) << np.int64(39)) + np.int64(128)
    for k in range(len(places)):
        places[k] = place + (np.int64(k) << np.int64(8))
        headings[k] = ways[np.uintp(start + k)] ^ (128 * way)


@njit(cache=True, nogil=True, inline="always")
def _step(k, pitch, table, ways, places, headings):
    """Go one step from place k: the index of the pixel that is reached. Its direction is turned round where it goes back."""
    place = places[k] + table[np.uintp(headings[k])]
    places[k] = place
    at = np.uintp((place >> np.int64(40)) * pitch + ((place >> np.int64(8)) & np.int64(0xFFFFFF)))
    way = np.int64(ways[at])
    # More than a quarter of a turn apart: bit 7 of the difference and a quarter.
    headings[k] = way ^ ((way - headings[k] + np.int64(64)) & np.int64(128))
    return at


@njit(cache=True, nogil=True, fastmath=True)
def _along(first, last, values, ways, margin, table, weights, out):
    width = out.shape[1]
    pitch = width + 2 * margin
    places, headings = np.empty((2, _BLOCK), np.int64)
    for y in range(first, last):
        for left in range(0, width, _BLOCK):
            count = min(_BLOCK, width - left)
            start = (y + margin) * pitch + left + margin
            for k in range(count):
                out[y, left + k] = weights[0] * values[np.uintp(start + k)]
            for way in range(2):
                _begin(start, left + margin, y + margin, way, ways, places[:count], headings)
                for i in range(1, len(weights)):
                    for k in range(count):
                        out[y, left + k] += weights[i] * values[_step(k, pitch, table, ways, places, headings)]


@njit(cache=True, nogil=True, fastmath=True)
def _colours_along(first, last, values, ways, margin, table, weights, out):
    width = out.shape[1]
    pitch = width + 2 * margin
    places, headings = np.empty((2, _BLOCK), np.int64)
    for y in range(first, last):
        for left in range(0, width, _BLOCK):
            count = min(_BLOCK, width - left)
            start = (y + margin) * pitch + left + margin
            for k in range(count):
                for c in range(3):
                    out[y, left + k, c] = weights[0] * values[np.uintp(3 * (start + k) + c)]
            for way in range(2):
                _begin(start, left + margin, y + margin, way, ways, places[:count], headings)
                for i in range(1, len(weights)):
                    for k in range(count):
                        at = np.uintp(3) * _step(k, pitch, table, ways, places, headings)
                        for c in range(3):
                            out[y, left + k, c] += weights[i] * values[at + np.uintp(c)]


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
    padded = _padded(colours, margin)
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
