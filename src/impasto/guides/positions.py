"""Positions as colours: where in its picture a pixel lies."""

import numpy as np

from impasto.core import Array


def positions(shape: tuple[int, int]) -> Array:
    """Red grows from the left edge to the right, green from the top to the bottom: (H, W, 3) in [0, 1], blue is 0."""
    height, width = shape
    y, x = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    return np.dstack([*np.meshgrid(x, y), np.zeros(shape)]).astype(np.float32)
