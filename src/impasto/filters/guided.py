"""The guided filter: smooth one picture along the edges of another (He, Sun, Tang 2010)."""

import numpy as np

from impasto.core import Array


def guided(values: Array, guide: Array, radius_px: int, edge: float) -> Array:
    """Smooth values (H, W) so that they are, in every window, a line in the guide (H, W); eqs. 5, 6 and 8.

    radius_px: of the square windows, at least 1. edge: how far the guide has to rise for an edge that is kept.
    """
    import cv2

    size = (2 * radius_px + 1,) * 2

    def mean(plane: Array) -> Array:
        return cv2.blur(plane, size, borderType=cv2.BORDER_REFLECT)

    mean_g, mean_v = mean(guide), mean(values)
    # Differences of squares: float32 leaves 1e-7, far below any edge asked for.
    slope = (mean(guide * values) - mean_g * mean_v) / (mean(guide * guide) - mean_g * mean_g + np.float32(edge**2))
    return mean(slope) * guide + mean(mean_v - slope * mean_g)
