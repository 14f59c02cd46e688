"""What is compared of a pixel: its surroundings before and after, at its own scale and at half of it, in few dimensions.

Section 3.1 of the paper: 5 x 5 pixels at the level itself, of which only those that are scanned earlier count in the
filtered picture, and 3 x 3 at the coarser level. Each group of pixels is weighted by a Gaussian that sums to one, so
that none outweighs the others by its number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array

FINE = np.stack([*np.mgrid[-2:3, -2:3]], -1).reshape(-1, 2)  # offsets of the 5 x 5 pixels, in scan order
CAUSAL = FINE[:12]  # those scanned before the middle one
COARSE = np.stack([*np.mgrid[-1:2, -1:2]], -1).reshape(-1, 2)
_FIT = 20_000  # rows of features that the few dimensions are found from
_MOST_DIMENSIONS = 48


@dataclass(frozen=True, slots=True)
class Scale:
    """One level of a pair: planes before (H, W, b) and after (H, W, a), and the same at half the size, if there is one."""

    before: Array
    after: Array
    coarser: tuple[Array, Array] | None = None


def gaussian(offsets: NDArray[np.int64], sigma_px: float) -> Array:
    """Square roots of Gaussian weights (k,) that sum to one: what a window's values are multiplied by."""
    weights = np.exp(-np.square(offsets).sum(1) / (2 * sigma_px**2))
    return np.sqrt(weights / weights.sum()).astype(np.float32)


def windows(planes: Array, offsets: NDArray[np.int64], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Array:
    """Values (len(rows), len(columns), k c) at offsets around a grid of places, weighted; edges repeated."""
    height, width = planes.shape[:2]
    weights = gaussian(offsets, 1.0 if len(offsets) > len(COARSE) else 0.7)
    found = [
        planes[np.ix_((rows + dy).clip(0, height - 1), (columns + dx).clip(0, width - 1))] * weight
        for (dy, dx), weight in zip(offsets, weights, strict=True)
    ]
    return np.concatenate(found, -1)


def known_features(scale: Scale, first: int, end: int, weight: float) -> Array:
    """The part of rows' features (end - first, W, f) that is known before the level is filled.

    weight: how much the pictures before count, relative to those after.
    """
    rows, columns = np.arange(first, end), np.arange(scale.before.shape[1])
    share = np.float32(np.sqrt(weight / scale.before.shape[2]))
    groups = [windows(scale.before, FINE, rows, columns) * share]
    if scale.coarser is not None:
        before, after = scale.coarser
        groups.append(windows(before, COARSE, rows // 2, columns // 2) * share)
        groups.append(windows(after, COARSE, rows // 2, columns // 2) * _after_share(scale))
    return np.concatenate(groups, -1)


def causal_features(scale: Scale, first: int, end: int) -> Array:
    """The rest of them, (end - first, W, 12 c): what lies before each pixel in scan order, after filtering."""
    rows, columns = np.arange(first, end), np.arange(scale.after.shape[1])
    return windows(scale.after, CAUSAL, rows, columns) * _after_share(scale)


def _after_share(scale: Scale) -> np.float32:
    return np.float32(1 / np.sqrt(scale.after.shape[2]))


@dataclass(frozen=True, slots=True)
class Basis:
    """The few dimensions: (f, d) for the known features, (12, c, d) for the values at causal offsets."""

    known: Array
    causal: Array


def fit_basis(scale: Scale, weight: float, kept: float) -> Basis:
    """Principal axes of the source's features that hold `kept` of their variance (section 3.3's compression)."""
    height, width = scale.before.shape[:2]
    bands = range(0, height, 16)
    every = max(1, height * width // _FIT)
    taken = np.concatenate([
        np.concatenate([known_features(scale, a, min(a + 16, height), weight), causal_features(scale, a, min(a + 16, height))], -1)
        .reshape(min(16, height - a) * width, -1)[::every]
        for a in bands
    ]).astype(np.float64)  # fmt: skip
    values, axes = np.linalg.eigh(np.cov(taken, rowvar=False))
    values, axes = values[::-1].clip(0), axes[:, ::-1]
    share = np.cumsum(values) / max(values.sum(), 1e-30)
    count = int(min(_MOST_DIMENSIONS, np.searchsorted(share, kept) + 1))
    axes = np.ascontiguousarray(axes[:, :count], np.float32)
    split = len(axes) - len(CAUSAL) * scale.after.shape[2]
    # A value's weight in its window is part of what it adds.
    causal = axes[split:].reshape(len(CAUSAL), -1, count) * gaussian(CAUSAL, 1.0)[:, None, None] * _after_share(scale)
    return Basis(axes[:split], np.ascontiguousarray(causal, np.float32))


def source_features(scale: Scale, basis: Basis, weight: float) -> Array:
    """Features of every pixel of the source, (h w, d)."""
    height = scale.before.shape[0]
    flat = basis.causal.reshape(-1, basis.causal.shape[-1])
    found: list[Array] = []
    for first in range(0, height, 16):
        rows, columns = np.arange(first, min(first + 16, height)), np.arange(scale.after.shape[1])
        plain = np.concatenate([
            scale.after[np.ix_((rows + dy).clip(0, height - 1), (columns + dx).clip(0, len(columns) - 1))]
            for dy, dx in CAUSAL
        ], -1)  # fmt: skip
        found.append(
            (known_features(scale, first, int(rows[-1]) + 1, weight) @ basis.known + plain @ flat).astype(np.float32)
        )
    return np.concatenate(found).reshape(-1, basis.known.shape[1])
