"""What is measured on a picture between the network's parts: colours and features as means and covariances. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from impasto.core.machine import one_blas_thread
from impasto.reconstruction.networks.alla_prima import COLOUR_RIDGE, COMMON, gain
from impasto.textures.transport_map import transport_map

Floats = NDArray[np.floating]
_PIXELS = 150_000
_TOGETHER = 16
_EPS = 1e-5  # on variances, as in training


@dataclass(frozen=True)
class Moments:
    """Mean (C,) of points and their covariance (C, C), or only its diagonal (C,) where no more is needed."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @staticmethod
    def of(planes: Floats, weights: Floats | None = None, *, diagonal: bool = False) -> Moments:
        """Of (C, H, W) or (C, N), each point weighing as (H, W) says, or all alike."""
        flat = np.asarray(planes).reshape(len(planes), -1)
        count = flat.shape[1]
        share = np.full(count, 1 / count) if weights is None else weights.ravel() / max(float(weights.sum()), 1e-12)
        share = share.astype(flat.dtype)
        mean = flat @ share
        apart = flat - mean[:, None]
        # einsum, not a matrix product: of so few channels a product keeps the threads busy with one another.
        sums = "cn,cn->c" if diagonal else "cn,dn->cd"
        return Moments(mean.astype(np.float64), np.einsum(sums, apart * share, apart).astype(np.float64))

    @property
    def deviation(self) -> NDArray[np.float64]:
        """Of each channel (C,)."""
        variance = self.covariance if self.covariance.ndim == 1 else self.covariance.diagonal()
        return np.sqrt(variance.clip(0) + _EPS)

    @property
    def contrast(self) -> float:
        """Mean deviation over the channels."""
        return float(np.sqrt(self.covariance.diagonal().clip(0)).mean())


def colours_of(picture: Floats, guide: Floats | None = None) -> Moments:
    """Of the colours of a picture (H, W, 3), each pixel weighing as the guide (H, W) says, or all alike."""
    if guide is not None:
        return Moments.of(picture.reshape(-1, 3).T, guide)
    # Of so many pixels, every few rows tells as much.
    flat = picture[:: 1 + len(picture) * picture.shape[1] // _PIXELS].reshape(-1, 3)
    # The second moment around mid grey and one product: the fast way for rows of three.
    # Of sixteen pixels at once: a product of matrices three wide would be slow.
    count = len(flat) // _TOGETHER * _TOGETHER or len(flat)
    rows = (flat[:count] - np.float32(0.5)).reshape(-1, min(_TOGETHER, count) * 3)
    side = rows.shape[1]
    with one_blas_thread():
        total, products = rows.sum(0, dtype=np.float64), (rows.T @ rows).astype(np.float64)
    mean = total.reshape(-1, 3).sum(0) / count
    own = [products[i : i + 3, i : i + 3] for i in range(0, side, 3)]
    return Moments(mean + 0.5, np.sum(own, 0) / count - np.outer(mean, mean))


@dataclass(frozen=True)
class Look:
    """A picture's style, or part of it: of its colours, of its features at a quarter and an eighth, and the strokes."""

    colours: Moments
    quarter: Moments
    eighth: Moments
    strokes: NDArray[np.float64]


def joined(parts: Sequence[Moments], shares: NDArray[np.float64]) -> Moments:
    """Of all the points of which the parts are moments, by shares that sum to one."""
    mean = sum(part.mean * share for part, share in zip(parts, shares, strict=True))
    covariance = sum(
        (part.covariance + _around(part.mean - mean, part.covariance.ndim)) * share
        for part, share in zip(parts, shares, strict=True)
    )
    return Moments(mean, covariance)


def _around(apart: NDArray[np.float64], dimensions: int) -> NDArray[np.float64]:
    return np.outer(apart, apart) if dimensions == 2 else apart * apart


def mixed(looks: Sequence[tuple[Look, float]]) -> Look:
    """One look between several, by shares that sum to one."""
    parts = {}
    for field in fields(Look):
        values = [(getattr(look, field.name), share) for look, share in looks]
        if field.name == "strokes":
            parts[field.name] = sum(value * share for value, share in values)
        else:
            parts[field.name] = Moments(
                sum(value.mean * share for value, share in values),
                sum(value.covariance * share for value, share in values),
            )
    return Look(**parts)


def colour_map(photo: Moments, look: Moments) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Matrix (3, 3) and offset (3,) that give the photo's colours the look's mean and covariance."""
    matrix = transport_map(photo.covariance, look.covariance, COLOUR_RIDGE)
    return matrix, look.mean - matrix @ photo.mean


def feature_maps(quarter: Moments, eighth: Moments, look: Look) -> dict[str, NDArray[np.float32]]:
    """What `paint` is to do with the photo's features, as its inputs want it."""
    own, other = eighth.covariance, look.eighth.covariance
    common = COMMON / 2 * (own + other).diagonal().mean() * np.eye(len(own))
    matrix = transport_map(own + common, other + common)
    scale = gain(quarter.deviation, look.quarter.deviation)
    found = {
        "matrix": matrix, "offset": look.eighth.mean - matrix @ eighth.mean,
        "scale": scale, "shift": look.quarter.mean - scale * quarter.mean, "strokes": look.strokes,
    }  # fmt: skip
    return {name: np.ascontiguousarray(value[None], np.float32) for name, value in found.items()}
