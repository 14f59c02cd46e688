"""How far each pixel lies from the strokes of a text, in units of their width: what effects depend on (section 3.1).

0 on a stroke's middle line, 1 on its contour, 2 one half width beyond it, whatever the font.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array

_RIDGE = 0.6  # slope of the distance to the contour below which a pixel is on a middle line; corners' branches have 0.7
_TRUSTED = (0.2, 0.8)  # of all radii: the line through them says what the others should be (section 3.1)
_CONTOUR = 0.5  # pixels from the last one of a stroke to where it ends

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Strokes:
    """A text's strokes: mask and distance (H, W), how far above its nearest contour each pixel outside lies (1 straight above, -1 below), how far down the text each pixel lies (0 to 1), and the strokes' mean half width in pixels."""

    mask: Mask
    distance: Array
    above: Array
    down: Array
    radius_px: float


def _depths(mask: Mask) -> NDArray[np.float64]:
    """Distance of every pixel of a mask to the nearest one outside, as if it went on beyond the border."""
    from scipy.ndimage import distance_transform_edt

    if mask.all():
        return np.full(mask.shape, float(max(mask.shape)))
    return np.asarray(distance_transform_edt(np.pad(mask, 1, mode="edge")))[1:-1, 1:-1]


def _nearest(mask: Mask) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Distance to the nearest pixel of a mask, and its row and column, (2, H, W)."""
    from scipy.ndimage import distance_transform_edt

    found = distance_transform_edt(~mask, return_indices=True)
    assert found is not None
    return found[0], found[1]


def half_widths(mask: Mask) -> NDArray[np.float64]:
    """Half widths in pixels along the middle lines of strokes, sorted; outliers moved to the line through the others."""
    radii = np.sort(_middle_lines(mask)[1])
    place = np.linspace(0, 1, len(radii)) if len(radii) > 1 else np.array([0.5])
    trusted = (place >= _TRUSTED[0]) & (place <= _TRUSTED[1])
    if trusted.sum() < 2:
        return radii
    return np.polyval(np.polyfit(place[trusted], radii[trusted], 1), place).clip(0.5)


def _middle_lines(mask: Mask) -> tuple[Mask, NDArray[np.float64]]:
    """Where the middle lines of strokes are, (H, W), and the distance to the contour on them."""
    import cv2

    deep = _depths(mask)
    smooth = cv2.GaussianBlur(deep, (0, 0), 0.7)
    slope = np.hypot(*np.gradient(smooth))
    ridge = mask & (slope < _RIDGE) & (deep > 0.35 * deep.max())
    # Strokes of a pixel or two have no slope; they are their own middle.
    ridge |= mask & (deep >= cv2.dilate(deep, np.ones((3, 3)))) & (deep > 0.35 * deep.max())
    return ridge, deep[ridge] - _CONTOUR


def strokes_of(mask: Mask) -> Strokes:
    """Measure a text; without any, every pixel lies infinitely far off."""
    if not mask.any():
        zero = np.zeros(mask.shape, np.float32)
        return Strokes(mask, np.full(mask.shape, np.inf, np.float32), zero, zero + np.float32(0.5), 0.0)
    ridge, _ = _middle_lines(mask)
    widths = half_widths(mask)
    mean = float(widths.mean())
    inside = _depths(mask) - _CONTOUR
    _, at = _nearest(ridge)
    local = inside[at[0], at[1]].clip(widths[0], widths[-1])
    outside, nearest = _nearest(mask)
    rows = np.arange(mask.shape[0])[:, None]
    above = np.where(mask, 0, (nearest[0] - rows) / np.maximum(outside, 1e-6))
    within = ((local - inside) / local).clip(0, 1)
    beyond = 1 + np.maximum(outside - _CONTOUR, 0) / mean
    top, bottom = np.flatnonzero(mask.any(1))[[0, -1]]
    down = ((rows - top + 0.5) / (bottom - top + 1)).clip(0, 1) * np.ones(mask.shape)
    distance = np.where(mask, within, beyond)
    return Strokes(mask, distance.astype(np.float32), above.astype(np.float32), down.astype(np.float32), mean)


def text_in(picture: Array) -> Mask:
    """Which pixels (H, W) of a drawing (H, W, 3) are text: the half of its greys that is rarer along its edge; none in an even one."""
    from impasto.image.colour import luminance

    grey = luminance(picture)
    low, high = float(grey.min()), float(grey.max())
    if high - low < 0.1:
        return np.zeros(grey.shape, np.bool_)
    light = grey > (low + high) / 2
    edge = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    return ~light if edge.mean() > 0.5 else light
