"""Two paintings of one frame made one: where each is better, without a seam and without the greyness of a mean.

As the EbSynth pipeline does it (Jamriska et al. 2019, Stylizing Video by Example, section 4.3): the mean of both, its spread
given back, and the detail of the better one at each pixel, joined by a screened Poisson equation in Lab.
"""

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.image.colour import lab_to_rgb, rgb_to_lab

_STEEPEST = 100 * 100 / 255  # gradients are clipped at 100 of 255 levels; L runs to 100
_DETAIL = (2.5, 0.5, 0.5)  # how much gradients of L, a and b count beside the values


def better(errors: Array, others: Array, before: NDArray[np.bool_] | None, blur_px: float = 2.0) -> NDArray[np.bool_]:
    """Where the other painting is the better one, (H, W). before: where it was already, carried along: that stays.

    errors, others: of the patches of either; compared under a Gaussian, so that no single pixels change sides.
    """
    import cv2

    gain = cv2.GaussianBlur(errors - others, (0, 0), blur_px, borderType=cv2.BORDER_REPLICATE)
    return gain > 0 if before is None else (gain > 0) | before


def blended(one: Array, other: Array, chosen: NDArray[np.bool_], share: float) -> Array:
    """Two paintings (H, W, 3) as one: detail from `other` where chosen, from `one` elsewhere.

    share: of `other` in the colours at large, 0 to 1. With equal paintings the result is that painting.
    """
    labs = [rgb_to_lab(one), rgb_to_lab(other)]
    composite = np.where(chosen[..., None], labs[1], labs[0])
    ground = spread_mean(*labs, share, like=composite)
    made = np.empty_like(ground)
    for channel, weight in enumerate(_DETAIL):
        slopes = [chosen_slope(*(lab[..., channel] for lab in labs), chosen, axis) for axis in (0, 1)]
        made[..., channel] = screened_poisson(ground[..., channel], slopes[0], slopes[1], weight)
    return np.clip(lab_to_rgb(made), 0, 1).astype(np.float32)


def spread_mean(one: Array, other: Array, share: float, like: Array) -> Array:
    """The mean of two pictures (H, W, C), each channel with the mean and deviation it has in `like`."""

    def normal(values: Array) -> Array:
        return (values - values.mean((0, 1))) / np.maximum(values.std((0, 1)), 1e-4)

    mean = (1 - np.float32(share)) * normal(one) + np.float32(share) * normal(other)
    return normal(mean) * like.std((0, 1)) + like.mean((0, 1))


def chosen_slope(one: Array, other: Array, chosen: NDArray[np.bool_], axis: int) -> Array:
    """Steps to the next pixel down (axis 0) or to the right (1), from the chosen one of two planes; 0 at the border."""
    slopes = []
    for plane in (one, other):
        steps = np.zeros_like(plane)
        steps[tuple(slice(None, -1) if a == axis else slice(None) for a in (0, 1))] = np.diff(plane, axis=axis)
        slopes.append(np.clip(steps, -_STEEPEST, _STEEPEST))
    return np.where(chosen, slopes[1], slopes[0])


def screened_poisson(ground: Array, down: Array, right: Array, weight: float) -> Array:
    """The plane (H, W) nearest to `ground` whose steps are nearest to `down` and `right`, their squares counting `weight`.

    Solved exactly by cosine transforms: (1 - weight Laplacian) x = ground - weight divergence, no flow through the border.
    """
    from scipy.fft import dctn, idctn

    height, width = ground.shape
    divergence = np.diff(down, axis=0, prepend=0) + np.diff(right, axis=1, prepend=0)
    rows, columns = (2 - 2 * np.cos(np.pi * np.arange(side) / side) for side in (height, width))
    spectrum = dctn(ground - np.float32(weight) * divergence, norm="ortho")
    return idctn(spectrum / (1 + weight * (rows[:, None] + columns)), norm="ortho").astype(np.float32)
