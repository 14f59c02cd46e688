"""Lines: the flow-based difference of Gaussians, and ink from it.

Kang, Lee, Chui 2007 (Coherent Line Drawing); Winnemoeller, Kyprianidis, Olsen 2012 (XDoG), sections 2 and 3.
"""

import numpy as np

from impasto.core import Array

from .flow import Flow

SPREAD = 1.6  # how much wider the second Gaussian is: the pair then comes near to a Laplacian (Marr & Hildreth 1980)
_SAMPLE = 1 << 16  # pixels that the threshold is read from


def flow_dog(
    luma: Array, flow: Flow, sigma_px: float, length_px: float, *, weight: float, keep: float = 1.0,
    threads: int | None = None,
) -> Array:  # fmt: skip
    """Keep G + weight (G - G'), across the flow, then averaged along it: (H, W) to (H, W).

    G and G' are Gaussians of sigma_px and SPREAD times it. keep 1 leaves the picture's own tones beneath the sharpened
    lines (XDoG, eq. 7: (1 + p) G - p G'); keep 0 leaves the lines alone, negative on their dark side. length_px: sigma
    of the average along the streamlines.
    """
    from impasto.kernels.flow import across, gaussian

    narrow, wide = gaussian(sigma_px), gaussian(SPREAD * sigma_px)
    narrow = np.pad(narrow, (0, len(wide) - len(narrow)))
    response = across(luma, flow.turn, (keep + weight) * narrow - weight * wide, threads)
    return smooth_along(response, flow, length_px, threads=threads)


def smooth_along(values: Array, flow: Flow, length_px: float, *, threads: int | None = None) -> Array:
    """Average values (H, W) along the flow, as line integral convolution does; `length_px` is the Gaussian's sigma."""
    from impasto.kernels.flow import along, gaussian

    return along(values, flow.way, gaussian(length_px), threads)


def ink(response: Array, threshold: float, steepness: float) -> Array:
    """Paper (1) where the response reaches the threshold; below it 1 + tanh(steepness (response - threshold)), XDoG eq. 5."""
    tones = np.minimum(response - np.float32(threshold), 0)
    tones *= np.float32(steepness)
    return np.tanh(tones, out=tones) + np.float32(1)


def threshold_for(response: Array, share: float) -> float:
    """The threshold below which that share of the picture lies; of an even picture, one that leaves all of it paper.

    Read from a regular sample. Fixed thresholds depend on exposure: what makes a drawing of one photo blackens the next.
    """
    stride = max(1, int(np.sqrt(response.size / _SAMPLE)))
    return float(np.quantile(response[::stride, ::stride], share))


def contours(
    luma: Array, flow: Flow, sigma_px: float, length_px: float, *, faintest: float = 0.006, threads: int | None = None
) -> Array:
    """Paper with the contours of a luma picture (H, W) in [0, 1] drawn on it: 1 is paper, 0 a full line.

    faintest: how far the difference of Gaussians falls below zero before a line begins; flat areas and noise stay paper.
    """
    # A step of height h falls to about -0.12 h beside it; a line is full where that is some 0.02.
    response = flow_dog(luma, flow, sigma_px, length_px, weight=1.0, keep=0.0, threads=threads)
    return smooth_along(ink(response, -faintest, 100.0), flow, min(1.0, length_px), threads=threads)
