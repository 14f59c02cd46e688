"""Transparency: laid over a colour, and taken out of colours that were multiplied by it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array


def composite(rgb: Array, alpha: Array, background: float = 1.0) -> Array:
    """Lay a see-through picture on a grey ground, white unless told: (H, W, 3) and (H, W) give (H, W, 3).

    >>> composite(np.zeros((1, 1, 3), np.float32), np.full((1, 1), 0.25, np.float32))[0, 0, 0]
    np.float32(0.75)
    """
    weight = alpha[..., None]
    out = rgb - np.float32(background)
    out *= weight
    out += np.float32(background)
    return out


def unpremultiply(pixels: NDArray[Any]) -> NDArray[Any]:
    """Colours as they were before alpha, the last channel, was multiplied in; same shape and integer type."""
    white = np.iinfo(pixels.dtype).max
    alpha = pixels[..., -1:].astype(np.float32)
    colour = pixels[..., :-1] * (white / np.maximum(alpha, 1))
    return np.concatenate([np.rint(np.minimum(colour, white)).astype(pixels.dtype), pixels[..., -1:]], -1)
