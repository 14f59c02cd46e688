"""OkLab: light and colour apart as the eye has them apart (Ottosson 2020), and palettes moved within it.

Pictures are sRGB in [0, 1], colour in the last axis.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array

from .colour import linear_to_srgb, mean_covariance, srgb_to_linear

Floats: TypeAlias = NDArray[np.floating[Any]]

# Linear sRGB to the three cones' responses, and their cube roots to lightness and two opponent colours (Ottosson 2020).
_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_OPPONENT = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip
# Below it a painting is grey, and stretching the photo's colours to it would amplify noise (Kolkin et al. 2022, code).
_LEAST_VARIANCE = 6e-5
_ROUNDS, _LIGHT_SPREAD = 5, 0.03  # of the smoothing of colours; a step of 0.03 in lightness is just a visible edge


def rgb_to_oklab(picture: Floats) -> Floats:
    """Lightness in [0, 1] and two opponent colours of about -0.3 to 0.3.

    >>> np.abs(rgb_to_oklab(np.ones(3)) - [1, 0, 0]).max() < 1e-6
    np.True_
    """
    cones = srgb_to_linear(picture) @ _CONES.T.astype(picture.dtype)
    return np.cbrt(cones) @ _OPPONENT.T.astype(picture.dtype)


def oklab_to_rgb(lab: Floats) -> Floats:
    """The picture of OkLab values; not clipped."""
    cones = (lab @ np.linalg.inv(_OPPONENT).T.astype(lab.dtype)) ** 3
    return linear_to_srgb(cones @ np.linalg.inv(_CONES).T.astype(lab.dtype))


def mapped_colours(picture: Array, photo: Array, painting: Array) -> Array:
    """Give a painted picture the photo's colours, mapped onto the painting's palette; light and dark stay as painted.

    All (H, W, 3), picture and photo of one size. The photo's opponent colours take the mean and covariance of the
    painting's, stay within its range, and are smoothed where the picture's lightness has no edge, so that colour follows
    the strokes (Kolkin et al. 2022, section 3.4). A painting without colour leaves the picture as it is.
    """
    theirs = rgb_to_oklab(painting)[..., 1:]
    if _moments(theirs)[1].trace() < _LEAST_VARIANCE:
        return picture.copy()
    light = rgb_to_oklab(picture)[..., 0]
    colours = _matched(rgb_to_oklab(photo)[..., 1:], theirs)
    for _ in range(_ROUNDS):
        colours = _smoothed(colours, light)
    return np.clip(oklab_to_rgb(np.dstack([light, colours])), 0, 1).astype(np.float32)


def _moments(colours: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    padded = np.dstack([colours, np.zeros(colours.shape[:2], colours.dtype)])
    mean, covariance = mean_covariance(padded.astype(np.float32))
    return mean[:2], covariance[:2, :2]


def _matched(mine: Floats, theirs: Floats) -> Floats:
    """Colours with another's mean and covariance, by the whitening that turns them least, within its range."""
    (mean, covariance), (mean_t, covariance_t) = _moments(mine), _moments(theirs)
    matrix = _root(covariance_t, 0.5) @ _root(covariance, -0.5)
    moved = (mine - mean) @ matrix.T + mean_t
    return np.clip(moved, theirs.min((0, 1)), theirs.max((0, 1))).astype(np.float32)


def _root(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix + 1e-6 * np.eye(2))
    return (vectors * np.maximum(values, 1e-6) ** exponent) @ vectors.T


def _smoothed(colours: Floats, light: Floats) -> Floats:
    """Means of 3 x 3 neighbours, each weighing less the more its lightness differs (a joint bilateral filter)."""
    height, width = light.shape
    padded = np.pad(np.dstack([light, colours]), ((1, 1), (1, 1), (0, 0)), mode="edge")
    total, weights = np.zeros_like(colours), np.zeros((height, width, 1), colours.dtype)
    for y in range(3):
        for x in range(3):
            there = padded[y : y + height, x : x + width]
            weight = np.exp(-(((there[..., :1] - light[..., None]) / _LIGHT_SPREAD) ** 2) / 2)
            total += weight * there[..., 1:]
            weights += weight
    return total / weights
