"""Tones and materials: lightness in soft steps, livelier colours, noise, paper."""

import numpy as np

from impasto.core import Array


def soft_steps(lightness: Array, bins: int, softness: float) -> Array:
    """Lightness (H, W) in [0, 100] drawn towards `bins` even steps; Winnemoeller et al. 2006, eq. 7.

    The edge between two steps is a tanh: over about `softness` units of lightness, and in the paper's way sharper where
    the picture itself changes fast, so that slow gradients get no hard contours that flicker from frame to frame.
    """
    import cv2

    width = np.float32(100 / bins)
    slope = cv2.magnitude(
        cv2.Sobel(lightness, cv2.CV_32F, 1, 0, scale=0.125, borderType=cv2.BORDER_REPLICATE),
        cv2.Sobel(lightness, cv2.CV_32F, 0, 1, scale=0.125, borderType=cv2.BORDER_REPLICATE),
    )
    # The paper's sharpness runs from 3 to 14 as the slope does from 0 to 2; here, relative to the softness asked for.
    sharpness = (np.float32(3) + np.float32(5.5) * np.minimum(slope, np.float32(2))) / np.float32(
        3 * max(softness, 1e-3)
    )
    boundary = np.rint(lightness / width) * width
    return np.clip(boundary + width / 2 * np.tanh(sharpness * (lightness - boundary)), 0, 100)


def livelier(lab: Array, gain: float) -> Array:
    """CIE Lab (H, W, 3) with its chroma raised by `gain`, less where there is much of it already."""
    out = lab.copy()
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    # Half the gain is left at a chroma of 60; nothing strays far beyond the colours a screen has.
    out[..., 1:] *= (1 + np.float32(gain - 1) / (1 + (chroma / np.float32(60)) ** 2))[..., None]
    return out


def noise(shape: tuple[int, int], size_px: float, seed: int, octaves: int = 1) -> Array:
    """Smooth seeded noise (H, W) of mean 0 and deviation 1, its blobs about `size_px` wide; octaves add finer ones."""
    import cv2

    random = np.random.default_rng(seed)
    height, width = shape
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        size = max(1.0, size_px / 2**octave)
        # Two cells to a blob, and a margin of cells so that the picture's edge is like its middle.
        cells = int(2 * height / size) + 4, int(2 * width / size) + 4
        grid = random.standard_normal(cells, np.float32)
        move = np.array([[2 / size, 0, 1], [0, 2 / size, 1]], np.float32)
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        total += cv2.warpAffine(grid, move, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT) / 2**octave
        if size <= 1:
            break
    return (total - total.mean()) / max(float(total.std()), 1e-6)


def paper(shape: tuple[int, int], grain_px: float, seed: int) -> Array:
    """The height of rough paper (H, W), mean 0 and deviation 1: grain, and finer grain upon it."""
    return noise(shape, grain_px, seed, octaves=3)
