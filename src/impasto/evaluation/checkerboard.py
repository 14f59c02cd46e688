"""Grids that upsampling leaves: energy at half and a quarter of the sampling rate, against that around it."""

import numpy as np

from impasto.core import Array
from impasto.image.colour import luminance

_HALF_WIDTH, _AROUND = 0.01, 0.05  # cycles per pixel: of the band, and of its neighbourhood


def checkerboard(picture: Array) -> float:
    """How strongly a grid of two or four pixels stands out of a picture (H, W, 3): about 1 where there is none.

    Mean energy along lines of the spectrum at 1/2 and 1/4 cycles per pixel, in either direction, within 0.01, over the mean
    energy from there to 0.05; the largest of the four. Strong strokes of some width raise it as well, so it means most
    relative to the photo's own value. Sides below 64 px are too short to tell.
    """
    grey = luminance(picture).astype(np.float64)
    window = np.outer(*(np.hanning(side) for side in grey.shape))
    energy = np.abs(np.fft.fft2((grey - grey.mean()) * window)) ** 2
    return max(_stands_out(energy.sum(1 - axis), centre) for axis in (0, 1) for centre in (0.5, 0.25))


def _stands_out(energy: "np.ndarray[tuple[int], np.dtype[np.float64]]", centre: float) -> float:
    away = np.abs(np.abs(np.fft.fftfreq(len(energy))) - centre)
    near, around = away <= _HALF_WIDTH, (away > _HALF_WIDTH) & (away <= _AROUND)
    return float(energy[near].mean() / max(energy[around].mean(), 1e-20))
