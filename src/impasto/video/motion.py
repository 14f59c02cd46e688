"""How things move from one frame to the next: dense optical flow, pictures carried along it, and where it can be believed.

A flow is float32 (H, W, 2), x then y, in pixels: what is at p in one frame was at p + flow(p) in the other. Flow is found by
DIS (Kroeger et al. 2016), in OpenCV; it is believed where going there and back ends where it began (Sundaram, Brox & Keutzer
2010, eq. 5 and 6, with the constants of Ruder et al. 2016).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.image.colour import luminance

Flow = NDArray[np.float32]
_SMALLEST_PX = 24  # of a side: DIS's coarsest patches need that much


@dataclass(frozen=True, slots=True)
class Motion:
    """How a frame came from the one before it.

    backward: flow (H, W, 2) from this frame to the one before; forward: from that one to this. trust: (H, W) in [0, 1],
    0 where what is seen was hidden, lay beyond the border, moves too unsteadily to be followed, or looks different.
    """

    backward: Flow
    forward: Flow
    trust: Array

    def carry(self, before: Array) -> Array:
        """What belonged to the frame before, (H, W) or (H, W, C), where it is in this one."""
        return warp(before, self.backward)


def motion_between(before: Array, now: Array) -> Motion:
    """The motion from one frame to the next, both (H, W, 3)."""
    backward, forward = optical_flow(now, before), optical_flow(before, now)
    return Motion(backward, forward, trusted(backward, forward) * alike(before, now, backward))


def alike(before: Array, now: Array, backward: Flow) -> Array:
    """Where a frame shows what the one before it showed there, (H, W) in [0, 1]; where not, a flow that meets may still err.

    The visibility of Lai et al. 2018 (Learning Blind Video Temporal Consistency), eq. 3.
    """
    import cv2

    change = cv2.GaussianBlur(now - warp(before, backward), (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE)
    return np.exp(np.float32(-50) * squared_length(change))


@lru_cache(maxsize=1)
def _dis() -> Any:
    import cv2

    return cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)


def optical_flow(now: Array, before: Array) -> Flow:
    """Where each pixel of `now` was in `before`: (H, W, 2), x then y, in pixels. Both (H, W, 3) or (H, W)."""
    import cv2

    grey = [_grey(picture) for picture in (now, before)]
    height, width = grey[0].shape
    more = [(0, max(0, _SMALLEST_PX - side)) for side in (height, width)]
    if any(pad[1] for pad in more):
        grey = [np.pad(plane, more, mode="edge") for plane in grey]
    flow = _dis().calc(*grey, None)
    # A median of three takes out single strays at the borders of what moves.
    smooth = [cv2.medianBlur(np.ascontiguousarray(flow[..., axis]), 3) for axis in range(2)]
    return np.stack(smooth, -1)[:height, :width]


def _grey(picture: Array) -> NDArray[np.uint8]:
    plane = luminance(picture) if picture.ndim == 3 else picture
    return np.clip(np.rint(plane * 255), 0, 255).astype(np.uint8)


def warp(
    picture: Array,
    flow: Flow,
    kind: Literal["cubic", "linear"] = "cubic",
    beyond: Literal["border", "mirror"] = "border",
) -> Array:
    """The picture (H, W) or (H, W, C) with each pixel taken from where the flow leads; beyond the border, the border, or a mirror.

    cubic: sharp, kept within the picture's range, as it overshoots. Whole steps are exact, and so is no step at all.
    """
    import cv2

    height, width = flow.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    how = cv2.INTER_CUBIC if kind == "cubic" else cv2.INTER_LINEAR
    moved = cv2.remap(
        np.ascontiguousarray(picture, np.float32),
        columns + flow[..., 0],
        rows + flow[..., 1],
        how,
        borderMode=cv2.BORDER_REPLICATE if beyond == "border" else cv2.BORDER_REFLECT_101,
    )
    return np.clip(moved, picture.min(), picture.max(), out=moved) if kind == "cubic" else moved


def trusted(flow: Flow, back: Flow) -> Array:
    """Where a flow can be believed, (H, W) in [0, 1]. back: the flow the other way.

    0 where there and back do not meet (Sundaram et al. 2010, eq. 5), at borders of what moves (eq. 6), and beyond the
    picture; soft over a pixel or two.
    """
    import cv2

    returned = warp(back, flow, "linear")
    lengths = squared_length(flow) + squared_length(returned)
    lost = squared_length(flow + returned) > 0.01 * lengths + 0.5
    slopes = sum(squared_length(np.gradient(flow, axis=side)) for side in range(2))
    border = slopes > 0.01 * squared_length(flow) + 0.002
    known = np.where(lost | from_beyond(flow) | (border & (squared_length(flow) > 1)), 0, 1).astype(np.float32)
    return cv2.GaussianBlur(cv2.erode(known, np.ones((3, 3), np.uint8)), (0, 0), 0.8, borderType=cv2.BORDER_REPLICATE)


def from_beyond(flow: Flow) -> NDArray[np.bool_]:
    """Where a flow leads beyond the picture, (H, W)."""
    height, width = flow.shape[:2]
    x = np.arange(width, dtype=np.float32) + flow[..., 0]
    y = np.arange(height, dtype=np.float32)[:, None] + flow[..., 1]
    return (x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5)


def squared_length(vectors: Any) -> Array:
    """The squared length of the vectors of a picture (H, W, C): (H, W). Sums along short last axes are slow otherwise."""
    return np.einsum("...c,...c->...", vectors, vectors)


def warped_difference(before: Array, now: Array, motion: Motion) -> float:
    """How much a picture (H, W, 3) differs from the one before it, carried along: RMS in 8-bit levels where motion is trusted.

    The temporal error of Ruder et al. 2016 and Lai et al. 2018. NaN where nothing can be trusted.
    """
    squares = squared_length(now - motion.carry(before)) / np.float32(now.shape[2])
    weight = float(motion.trust.sum(dtype=np.float64))
    return 255 * float(np.sqrt((squares * motion.trust).sum(dtype=np.float64) / weight)) if weight else float("nan")
