"""Smoothing that keeps edges: Kuwahara's and the bilateral filter, both laid along the flow."""

import numpy as np

from impasto.core import Array

from .flow import Flow

_FINE_PX = 8.0  # radius up to which every pixel of a window is looked at


def kuwahara(
    picture: Array,
    flow: Flow,
    radius_px: float,
    *,
    sharpness: int = 8,
    stretch: float = 1.0,
    threads: int | None = None,
) -> Array:
    """Flatten a picture (H, W, 3) into brush-like regions along its flow; edges stay sharp (Kyprianidis et al. 2009).

    sharpness: how firmly the calmest sector of a window wins. stretch: by how much windows on clean edges are longer, and
    narrower, than round ones. A window wider than 16 px looks at means of 3 x 3, 5 x 5, ... pixels instead of at all of
    them; its cost then grows no further.
    """
    import cv2

    from impasto.kernels.kuwahara import SHAPES, kuwahara

    step = 1
    while radius_px / step > _FINE_PX:
        step += 2  # odd, so that a mean has a middle
    samples = cv2.merge([picture, cv2.transform(picture * picture, np.ones((1, 3), np.float32))])
    if step > 1:
        samples = cv2.blur(samples, (step, step), borderType=cv2.BORDER_REPLICATE)
    choice = flow.turn * SHAPES + np.rint(flow.anisotropy * (SHAPES - 1)).astype(np.int32)
    # Rounded, so that pictures of nearly the same size share their windows.
    radius = round(max(radius_px / step, 0.6), 2)
    return kuwahara(samples, choice, radius, round(stretch, 3), sharpness, step, threads)


def bilateral(
    colours: Array, flow: Flow, sigma_px: float, sigma_range: float, *, passes: int = 1, threads: int | None = None
) -> Array:
    """Smooth colours (H, W, 3) within regions: across the flow and then along it, each mean of like colours only.

    sigma_range: how far colours may lie apart, in their own unit. Kyprianidis & Doellner 2008, section 3.2: in place of
    the square window of Winnemoeller et al. 2006, and without its ragged edges.
    """
    from impasto.kernels.flow import bilateral_across, bilateral_along

    turn, tangent = flow.turn, flow.tangent
    for _ in range(passes):
        colours = bilateral_across(colours, turn, sigma_px, sigma_range, threads)
        colours = bilateral_along(colours, tangent, sigma_px, sigma_range, threads)
    return colours


_STAIR_PX = 0.7  # the least Gaussian that reaches the next pixel


def unstaired(picture: Array, flow: Flow, threads: int | None = None) -> Array:
    """A picture (H, W, 3) whose slanting edges have lost their stairs: averaged along the flow by less than a pixel.

    Filters that take each pixel from one side of an edge or the other leave stairs (Kyprianidis & Kang 2011, section 5).
    """
    from impasto.kernels.flow import along, gaussian

    return along(picture, flow.way, gaussian(_STAIR_PX), threads)
