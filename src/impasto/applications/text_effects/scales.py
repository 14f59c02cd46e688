"""At which scale patches of an effect are best compared, and how that depends on the distance (sections 3.2 and 3.3).

A large patch that occurs over and over is flat or regular there, and may be compared as a whole; where no large patch
returns, a small one has to do. Scales are the picture softened, and patches whose samples lie further apart.
"""

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array

STEPS = (1, 2, 4)  # pixels between the samples of a patch, scale by scale
MARGIN = 2 * STEPS[-1]  # how far a patch of five samples reaches at the coarsest scale
_SOFTEN_PX = 0.45  # deviation of the Gaussian before samples so far apart, for each pixel
_ENOUGH = 0.2  # a scale is kept where half its patches' root deviation and their sixth neighbour's distance are less
_NEIGHBOUR = 6
_FINEST = 0.15  # the finest scale's share at the least, or grain would not be compared anywhere
_BINS = 100
_QUERIES, _SOURCES = 1500, 6000  # patches that are asked, and that are searched


def stack(planes: Array, margin: int = MARGIN) -> Array:
    """Planes (H, W, c) at every scale, their borders repeated: (s, H + 2 m, W + 2 m, c)."""
    import cv2

    found = [planes if step == 1 else cv2.GaussianBlur(planes, (0, 0), step * _SOFTEN_PX, borderType=cv2.BORDER_REPLICATE) for step in STEPS]  # fmt: skip
    padded = [np.pad(p, ((margin, margin), (margin, margin), (0, 0)), mode="edge") for p in found]
    return np.stack(padded).astype(np.float32, copy=False)


def patches(stacked: Array, scale: int, at: NDArray[np.intp], radius: int = 2) -> Array:
    """Patches (n, k) around places (n, 2) at one scale of a stack."""
    offsets = np.arange(-radius, radius + 1) * STEPS[scale] + MARGIN
    rows = at[:, 0, None, None] + offsets[None, :, None]
    columns = at[:, 1, None, None] + offsets[None, None, :]
    return stacked[scale][rows, columns].reshape(len(at), -1)


def shares_by_distance(picture: Array, distance: Array, seed: int) -> tuple[Array, Array]:
    """How much each scale counts by distance: shares (bins, s) that sum to one, and the bins' edges (bins + 1,)."""
    random = np.random.default_rng(seed)
    height, width = distance.shape
    places = np.stack(np.unravel_index(random.permutation(height * width), (height, width)), -1)
    asked, searched = places[:_QUERIES], places[:_SOURCES]
    stacked = stack(picture)
    best = np.zeros(len(asked), np.intp)
    undecided = np.ones(len(asked), np.bool_)
    for scale in range(len(STEPS) - 1, 0, -1):
        theirs = patches(stacked, scale, searched)
        ours = theirs[: len(asked)]
        apart = np.square(ours).sum(1)[:, None] + np.square(theirs).sum(1) - 2 * ours @ theirs.T
        # The nearest is the patch itself.
        nth = np.partition(apart, min(_NEIGHBOUR, len(theirs) - 1), 1)[:, min(_NEIGHBOUR, len(theirs) - 1)]
        rms = np.sqrt(nth.clip(0) / theirs.shape[1])
        spread = np.sqrt(ours.reshape(len(ours), -1, picture.shape[2]).std(1).mean(1))
        fixed = undecided & (spread / 2 + rms <= _ENOUGH)
        best[fixed], undecided = scale, undecided & ~fixed
    edges = np.linspace(0, float(distance.max()) + 1e-6, _BINS + 1)
    bins = np.searchsorted(edges, distance[asked[:, 0], asked[:, 1]], side="right").clip(1, _BINS) - 1
    counts = np.zeros((_BINS, len(STEPS)))
    np.add.at(counts, (bins, best), 1)
    padded = np.pad(counts, ((1, 1), (0, 0)), mode="edge")
    counts = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    counts += counts.sum(0) / counts.sum()  # what is usual, for bins that nobody asked about
    shares = counts / counts.sum(1, keepdims=True)
    shares = (1 - _FINEST) * shares + _FINEST * (np.arange(len(STEPS)) == 0)
    return shares.astype(np.float32), edges.astype(np.float32)


def shares_at(distance: Array, shares: Array, edges: Array) -> Array:
    """Shares (H, W, s) of pixels at a distance (H, W)."""
    return np.ascontiguousarray(shares[np.searchsorted(edges, distance, side="right").clip(1, len(shares)) - 1])
