"""What is measured on a picture between the network's parts: colours and features as means and covariances. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from impasto.reconstruction.networks.alla_prima import FLOOR
from impasto.textures.transport_map import transport_map

Floats = NDArray[np.floating]
_COLOUR_RIDGE = 1e-4  # as in training
_EPS = 1e-5  # on variances, as in training


@dataclass(frozen=True)
class Moments:
    """Mean (C,) and covariance (C, C) of points."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @staticmethod
    def of(planes: Floats, weights: Floats | None = None) -> Moments:
        """Of (C, H, W), each pixel weighing as (H, W) says, or all alike."""
        flat = planes.reshape(len(planes), -1)
        if weights is None:
            mean = flat.mean(1, dtype=np.float64)
            apart = flat - mean[:, None].astype(flat.dtype)
            return Moments(mean, (apart @ apart.T).astype(np.float64) / flat.shape[1])
        share = (weights.ravel() / max(float(weights.sum()), 1e-12)).astype(flat.dtype)
        mean = (flat @ share).astype(np.float64)
        apart = flat - mean[:, None].astype(flat.dtype)
        return Moments(mean, ((apart * share) @ apart.T).astype(np.float64))

    @property
    def deviation(self) -> NDArray[np.float64]:
        """Of each channel (C,)."""
        return np.sqrt(self.covariance.diagonal().clip(0) + _EPS)


@dataclass(frozen=True)
class Look:
    """A picture's style, or part of it: of its colours, of its features at a quarter and an eighth, and the strokes."""

    colours: Moments
    quarter: Moments
    eighth: Moments
    strokes: NDArray[np.float64]


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
    matrix = transport_map(photo.covariance, look.covariance, _COLOUR_RIDGE)
    return matrix, look.mean - matrix @ photo.mean


def feature_maps(quarter: Moments, eighth: Moments, look: Look) -> dict[str, NDArray[np.float32]]:
    """What `paint` is to do with the photo's features, as its inputs want it."""
    matrix = transport_map(eighth.covariance, look.eighth.covariance)
    scale = look.quarter.deviation / (quarter.deviation + FLOOR)
    found = {
        "matrix": matrix, "offset": look.eighth.mean - matrix @ eighth.mean,
        "scale": scale, "shift": look.quarter.mean - scale * quarter.mean, "strokes": look.strokes,
    }  # fmt: skip
    return {name: np.ascontiguousarray(value[None], np.float32) for name, value in found.items()}
