"""A painting turned and scaled a little: more patches to choose from (Li & Wand 2016, section 4)."""

import math

import numpy as np

from impasto.core import Array

_TURN = math.pi / 24  # the authors' step: 7.5 degrees
_GROWTH = 1.05


def variants(painting: Array, rotations: int, scalings: int, least: int = 32) -> list[Array]:
    """The painting (H, W, 3) first, then its copies, cropped to where they are covered; none with a side below `least`."""
    found = [painting]
    for scaling in range(-scalings, scalings + 1):
        for rotation in range(-rotations, rotations + 1):
            if rotation == scaling == 0:
                continue
            copy = turned(painting, rotation * _TURN, _GROWTH**scaling)
            if min(copy.shape[:2]) >= least:
                found.append(copy)
    return found


def turned(picture: Array, angle: float, scale: float) -> Array:
    """The picture turned by `angle` (radians) and scaled about its middle, cropped to the largest covered rectangle."""
    import cv2

    height, width = picture.shape[:2]
    down, across = covered(height * scale, width * scale, abs(angle))
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    # Middle goes to middle; pixel centres sit half a pixel in.
    shift_x = (across - 1) / 2 - cosine * (width - 1) / 2 - sine * (height - 1) / 2
    shift_y = (down - 1) / 2 + sine * (width - 1) / 2 - cosine * (height - 1) / 2
    matrix = np.array([[cosine, sine, shift_x], [-sine, cosine, shift_y]])
    out = cv2.warpAffine(
        np.ascontiguousarray(picture), matrix, (across, down), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return out.clip(0, 1).astype(np.float32, copy=False)


def covered(height: float, width: float, angle: float) -> tuple[int, int]:
    """Height and width of the largest upright rectangle inside one turned by `angle`, 0 to a quarter turn.

    >>> covered(100, 200, 0.0), covered(100, 100, 0.7853981633974483)
    ((100, 200), (71, 71))
    """
    long, short = max(height, width), min(height, width)
    sine, cosine = math.sin(angle), math.cos(angle)
    if short <= 2 * sine * cosine * long or abs(sine - cosine) < 1e-10:
        # Two corners touch the long sides: half of the short side is what counts.
        half = short / 2
        best = (half / sine, half / cosine) if width >= height else (half / cosine, half / sine)
    else:
        spread = cosine**2 - sine**2
        best = ((width * cosine - height * sine) / spread, (height * cosine - width * sine) / spread)
    across, down = best
    return max(1, round(down)), max(1, round(across))
