"""Which way edges run: the smoothed structure tensor, its directions and how sure they are.

Kyprianidis & Kang 2011 (Image and Video Abstraction by Coherence-Enhancing Filtering), section 2, after Brox et al. 2006.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array

TURNS = 64  # directions in half a turn that windows are made for
_FLOOR = 1e-7  # squared gradients below it are rounding: no direction is read from them


@dataclass(frozen=True, slots=True)
class Flow:
    """Directions of edges, all (H, W).

    angle: in [0, pi] from the x axis. anisotropy: 0 (none) to 1 (a clean edge). steepness: how fast values change across
    it, per pixel, all channels together.
    """

    angle: Array
    anisotropy: Array
    steepness: Array

    @property
    def tangent(self) -> Array:
        """Unit vectors (H, W, 2) along the edges, x then y; zero where there is no direction at all."""
        import cv2

        # Directions of no certainty are kept: they are smooth, and lines run on through them.
        some = (self.anisotropy > 0).astype(np.float32)
        return cv2.merge(cv2.polarToCart(some, self.angle))

    @property
    def turn(self) -> NDArray[np.int32]:
        """The nearest of TURNS directions in half a turn."""
        turn = np.rint(self.angle * np.float32(TURNS / np.pi)).astype(np.int32)
        turn[turn >= TURNS] -= TURNS
        return turn

    @property
    def way(self) -> NDArray[np.uint16]:
        """The nearest of twice as many directions in half a turn, for walks along the flow; STILL where there is none."""
        from impasto.kernels.flow import STILL, WAYS

        way = np.rint(self.angle * np.float32(WAYS / np.pi)).astype(np.uint16) % np.uint16(WAYS)
        way[self.anisotropy <= 0] = STILL
        return way


def edge_flow(picture: Array, sigma: float) -> Flow:
    """The flow of a picture (H, W, 3) or (H, W): Sobel gradients of all channels, their products smoothed by `sigma` px.

    Smoothing that much leaves nothing finer, so wide ones are worked out on a smaller picture.
    """
    import cv2

    height, width = picture.shape[:2]
    small, shrunk = picture, 1.0
    while sigma >= 2 and min(small.shape[:2]) >= 4:
        small = cv2.resize(small, (-(-small.shape[1] // 2), -(-small.shape[0] // 2)), interpolation=cv2.INTER_AREA)
        sigma, shrunk = sigma / 2, 2 * shrunk
    dx = cv2.Sobel(small, cv2.CV_32F, 1, 0, scale=0.125, borderType=cv2.BORDER_REPLICATE)
    dy = cv2.Sobel(small, cv2.CV_32F, 0, 1, scale=0.125, borderType=cv2.BORDER_REPLICATE)
    products = (dx * dx, dx * dy, dy * dy)
    tensor = cv2.merge([p if p.ndim == 2 else cv2.transform(p, np.ones((1, 3), np.float32)) for p in products])
    if sigma > 0:
        tensor = cv2.GaussianBlur(tensor, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    e, f, g = cv2.split(cv2.resize(tensor, (width, height), interpolation=cv2.INTER_LINEAR))
    # The gradient has angle 1/2 atan2(2F, E - G); the edge lies across it.
    gap, angle = cv2.cartToPolar(e - g, 2 * f)
    angle = (angle + np.float32(np.pi)) * np.float32(0.5)
    np.subtract(angle, np.float32(np.pi), out=angle, where=angle >= np.pi)
    total = e + g
    anisotropy = np.divide(gap, np.maximum(total, np.float32(_FLOOR)), out=gap)
    anisotropy[total <= _FLOOR] = 0
    steepness = np.sqrt(np.maximum(total, 0, out=total), out=total)
    steepness *= np.float32(1 / shrunk)
    return Flow(angle, np.minimum(anisotropy, 1, out=anisotropy), steepness)
