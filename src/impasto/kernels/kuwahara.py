"""The anisotropic Kuwahara filter: colours averaged within the calmest sectors of an ellipse that lies along the edge.

Kyprianidis, Kang, Doellner 2009; the smooth sectors are the polynomials of Kyprianidis, Semmo, Kang, Doellner 2010.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from impasto.kernels import lanes, over_rows, use_cache

use_cache()

from numba import njit  # noqa: E402

SECTORS = 8
TURNS, SHAPES = 64, 8  # directions and eccentricities there are windows for: steps of 2.8 degrees are not to be seen
_ZETA, _GAMMA = 1 / 3, 3 * np.pi / 16  # how far sectors overlap at the middle, and at the rim (2010, section 3)
_FALL = 0.78  # exp(-0.78 rho^2): how much less the rim counts than the middle


def sector_weights(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights (..., 8) of the eight sectors at places of the unit disc, zero outside it; with the fall to the rim."""
    angle = 2 * np.pi * np.arange(SECTORS) / SECTORS
    x = u[..., None] * np.cos(angle) + v[..., None] * np.sin(angle)
    y = v[..., None] * np.cos(angle) - u[..., None] * np.sin(angle)
    eta = (_ZETA + np.cos(_GAMMA)) / np.sin(_GAMMA) ** 2
    weights = np.maximum(0, _ZETA + x - eta * y**2) ** 2
    weights /= np.maximum(weights.sum(-1, keepdims=True), 1e-12)
    rho = (u**2 + v**2)[..., None]
    return np.where(rho <= 1, weights * np.exp(-_FALL * rho), 0)


@lru_cache(maxsize=8)
def windows(radius: float, stretch: float) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Every window: where each begins (TURNS * SHAPES + 1,), its offsets (n, 2) in x and y, its weights (n, 8).

    Window t * SHAPES + k lies along angle pi t / TURNS and is drawn out by 1 + stretch k / (SHAPES - 1), as much longer
    as it is narrower, so that all have the same area. The weights of each sector of a window sum to one.
    """
    reach = int(np.ceil(radius * (1 + stretch)))
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    begins, offsets, weights = [0], [], []
    for turn in range(TURNS):
        c, s = np.cos(np.pi * turn / TURNS), np.sin(np.pi * turn / TURNS)
        along, across = c * dx + s * dy, c * dy - s * dx
        for shape in range(SHAPES):
            ratio = 1 + stretch * shape / (SHAPES - 1)
            # Half a pixel at least, so that no window is empty but for its middle.
            u, v = along / max(radius * ratio, 0.6), across / max(radius / ratio, 0.6)
            inside = u**2 + v**2 <= 1
            found = sector_weights(u[inside], v[inside])
            offsets.append(np.stack([dx[inside], dy[inside]], -1))
            weights.append(found / found.sum(0))
            begins.append(begins[-1] + len(found))
    return (
        np.array(begins, np.int32),
        np.concatenate(offsets).astype(np.int32),
        np.concatenate(weights).astype(np.float32),
    )


@lru_cache(maxsize=8)
def folded(radius: float, stretch: float) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """The same windows, each folded on its middle: begins, offsets (n, 2) and weights (n, 8) for half the places.

    A place and the one opposite weigh the same in opposite sectors. With sums and differences of the two colours,
    weights (w_k + w_(k+4)) / 2 give the mean of two opposite sectors, (w_k - w_(k+4)) / 2 what parts them: half the
    products. Every window has an even number of places, the last without weight if need be: the kernel takes two at once.
    """
    begins, offsets, weights = windows(radius, stretch)
    starts, places, shares = [0], [], []
    for first, last in pairwise(begins):
        middle = (first + last) // 2  # places run row by row, so that the one in the middle is the middle
        near, far = weights[first : middle + 1, :4].astype(np.float64), weights[first : middle + 1, 4:]
        even, odd = (near + far) / 2, (near - far) / 2
        even[-1] /= 2  # the middle is its own opposite
        odd[-1] = 0
        spare = len(even) % 2
        places.append(np.pad(offsets[first : middle + 1], ((0, spare), (0, 0))))
        shares.append(np.pad(np.hstack([even, odd]), ((0, spare), (0, 0))))
        starts.append(starts[-1] + len(even) + spare)
    return np.array(starts, np.int32), np.concatenate(places), np.concatenate(shares).astype(np.float32)


def kuwahara(
    samples: NDArray[np.float32], choice: NDArray[np.int32], radius: float, stretch: float, sharpness: int, step: int = 1,
    threads: int | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Filter samples (H, W, 4) of red, green, blue and the sum of their squares, in [0, 1]: gives (H, W, 3).

    choice: (H, W), which of the `windows` each pixel looks through. radius: of a round window, in steps of `step` pixels.
    sharpness: q, how firmly calm sectors win: a sector with variance s counts 1 / (1 + (255 s)^(q / 2)).
    """
    import cv2

    height, width = choice.shape
    begins, offsets, weights = folded(radius, stretch)
    margin = int(np.abs(offsets).max()) * step
    padded = cv2.copyMakeBorder(samples, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    places = (4 * step * (offsets[:, 0] + offsets[:, 1] * padded.shape[1])).astype(np.int32)
    out = np.empty((height, width, 3), np.float32)
    over_rows(
        _rows, height, padded.reshape(-1), margin, choice, begins, places, weights.reshape(-1), sharpness, out,
        threads=threads,
    )  # fmt: skip
    return out


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _rows(first, last, samples, margin, choice, begins, places, weights, sharpness, out):
    width = out.shape[1]
    pitch = width + 2 * margin
    ones = lanes.fill(np.float32(1))
    for y in range(first, last):
        for x in range(width):
            middle = ((y + margin) * pitch + x + margin) * 4
            window = choice[y, x]
            # Two sums each of red with green and of blue with the squares, in turn: each product waits for the one before.
            warm = warmer = cold = colder = lanes.no_pair()
            # Never below zero; telling numba so spares a test for indices that count from the end.
            for i in range(np.uintp(begins[window]), np.uintp(begins[window + 1]), np.uintp(2)):
                place, weight = places[i], lanes.load(weights, np.intp(8) * np.intp(i))
                values = lanes.sums_and_differences(samples, middle + place, middle - place)
                warm = lanes.add_first(warm, weight, values)
                cold = lanes.add_last(cold, weight, values)
                place, weight = places[i + np.uintp(1)], lanes.load(weights, np.intp(8) * np.intp(i) + np.intp(8))
                values = lanes.sums_and_differences(samples, middle + place, middle - place)
                warmer = lanes.add_first(warmer, weight, values)
                colder = lanes.add_last(colder, weight, values)
            warm, cold = lanes.add_pairs(warm, warmer), lanes.add_pairs(cold, colder)
            red, green = lanes.unfold_first(warm), lanes.unfold_last(warm)
            blue, square = lanes.unfold_first(cold), lanes.unfold_last(cold)
            spread = lanes.subtract(square, lanes.multiply(red, red))
            spread = lanes.subtract(spread, lanes.multiply(green, green))
            spread = lanes.subtract(spread, lanes.multiply(blue, blue))
            base = lanes.root(lanes.multiply(spread, lanes.fill(np.float32(255))))
            power = ones
            for _ in range(sharpness):
                power = lanes.multiply(power, base)
            vote = lanes.divide(ones, lanes.add(ones, power))
            scale = np.float32(1) / lanes.total(vote)
            out[y, x, 0] = lanes.total(lanes.multiply(vote, red)) * scale
            out[y, x, 1] = lanes.total(lanes.multiply(vote, green)) * scale
            out[y, x, 2] = lanes.total(lanes.multiply(vote, blue)) * scale
