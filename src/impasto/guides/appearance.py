"""Guides made from a picture alone: how light it is, where it has detail, where its edges are."""

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.image.colour import luminance

_LEVELS = 1024  # quantiles that describe a distribution of greys


def grey(picture: Array, blur_px: float = 0.0) -> Array:
    """How light a picture (H, W, 3) is, blurred by a Gaussian of that deviation: (H, W) in [0, 1]."""
    return blurred(luminance(picture).astype(np.float32), blur_px)


def blurred(plane: Array, blur_px: float) -> Array:
    """Planes (H, W) or (H, W, C) under a Gaussian of that deviation in pixels, mirrored beyond the edges."""
    import cv2

    return cv2.GaussianBlur(plane, (0, 0), blur_px, borderType=cv2.BORDER_REFLECT) if blur_px > 0 else plane


def detail(picture: Array, blur_px: float, smooth_px: float = 0.0) -> Array:
    """What a picture, smoothed or not, has beyond its blurred self, halved and raised to grey: (H, W), 0.5 where nothing is.

    FaceBlit's appearance guide (Texler et al. 2021, section 3): (grey - blurred grey) / 2 + 0.5.
    """
    plain = grey(picture)
    return (blurred(plain, smooth_px) - blurred(plain, blur_px)) / 2 + np.float32(0.5)


def edges(picture: Array, blur_px: float) -> Array:
    """How steep the greys of a picture are, (H, W): 0 on flat ground, 1 at its steepest percent."""
    import cv2

    plain = grey(picture, blur_px)
    steepness = np.hypot(cv2.Sobel(plain, cv2.CV_32F, 1, 0), cv2.Sobel(plain, cv2.CV_32F, 0, 1))
    return np.clip(steepness / max(float(np.quantile(steepness, 0.99)), 1e-6), 0, 1).astype(np.float32)


_STRENGTH = 6.0  # slopes of a photo's greys, raised to about the spread of the greys themselves


def slopes(plane: Array, blur_px: float = 1.2) -> Array:
    """How a plane (H, W) rises to the right and downwards, and how it bends along, down and across: (H, W, 5), signed.

    First and second derivatives of a Gaussian, from which the response at any angle follows (Freeman & Adelson 1991).
    """
    import cv2

    smooth = blurred(plane, blur_px)
    # Sobel's sums over a 3 x 3 window: eight times a slope, four times a bend.
    orders = ((1, 0, 8), (0, 1, 8), (2, 0, 4), (0, 2, 4), (1, 1, 4))
    found = [cv2.Sobel(smooth, cv2.CV_32F, x, y, scale=_STRENGTH / sums) for x, y, sums in orders]
    return np.dstack(found).astype(np.float32)


def match_levels(plane: Array, like: Array, strength: float = 1.0) -> Array:
    """Values moved, in order, to where another plane's values lie: same histogram at strength 1, as before at 0.

    Where a photo is darker or flatter than a painting, equal values would leave half of the painting unused. A plane
    of one value takes the other's median.
    """
    steps = (np.arange(_LEVELS) + 0.5) / _LEVELS
    ours, theirs = (np.quantile(values, steps) for values in (plane, like))
    # Equal values form steps in the distribution; each takes the middle of what its step spans.
    values, first, counts = np.unique(ours, return_index=True, return_counts=True)
    middles = theirs[first + counts // 2]
    moved: NDArray[np.float64] = np.interp(plane, values, middles)
    return (plane + strength * (moved - plane)).astype(np.float32)
