"""Copies of a style, turned this way and that, so that patches may be turned: an upright patch of a copy is a turned one of the style (section 4.2).

As whole pictures are turned, a run of matches in one copy joins without a seam, and nothing is interpolated twice.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.kernels.scaled_patches import AT_EDGE, NOWHERE

from .scales import MARGIN, STEPS, stack

_APART = (
    10.0  # degrees between two copies at the most: half of it moves a patch's outermost samples by less than a pixel
)


def angles(turn: float) -> list[float]:
    """Degrees by which copies are turned, evenly from -turn to turn; the one in the middle is upright."""
    each_way = int(np.ceil(turn / _APART))
    return [0.0] if each_way == 0 else [turn * n / each_way for n in range(-each_way, each_way + 1)]


@dataclass(frozen=True, slots=True)
class Copies:
    """Stacks (n, s, H + 2 m, W + 2 m, c) of a picture of `size`, turned; which pixel of it each pixel of a copy shows (see kernels.scaled_patches); and where its pixels are in a copy, (n, 2, 3)."""

    size: tuple[int, int]
    edge: int
    stacks: Array
    places: NDArray[np.int32]
    to_copy: NDArray[np.float64]

    @property
    def upright(self) -> int:
        """Which copy is not turned."""
        return len(self.stacks) // 2

    def at(self, rows: NDArray[np.intp], columns: NDArray[np.intp], copy: int) -> NDArray[np.intp]:
        """Rows and columns (..., 2) in a copy, of those in the picture."""
        m = self.to_copy[copy]
        exact = np.stack([rows, columns], -1) @ m[:, :2].T + m[:, 2]
        return np.floor(exact + 0.5).astype(np.intp)

    def place(self, field: NDArray[np.int32]) -> NDArray[np.int32]:
        """What matches (H, W, 3) show of the picture, negative where they may not lie."""
        y, x, copy = np.moveaxis(field, -1, 0)
        inside = (y >= 0) & (x >= 0) & (y < self.places.shape[1]) & (x < self.places.shape[2])
        y, x = np.where(inside, y, 0), np.where(inside, x, 0)
        return np.where(inside, self.places[copy, y, x], NOWHERE).astype(np.int32)


def rims(size: tuple[int, int], turn: float) -> tuple[int, int]:
    """Rows above and below, and columns beside, that a picture (height, width) needs to be turned by up to `turn` degrees.

    The upright copy keeps whole pixels.
    """
    height, width = size
    reaches = np.linspace(0, np.radians(turn), 16)
    room = [
        int(np.ceil((np.cos(reaches) * own + np.sin(reaches) * other).max())) for own, other in ((height, width), (width, height))
    ]  # fmt: skip
    return max(0, (room[0] - height + 1) // 2), max(0, (room[1] - width + 1) // 2)


def turned_copies(planes: Array, turn: float, edge: int) -> Copies:
    """Copies of planes (H, W, c), each turned about its middle by up to `turn` degrees; no match may lie within `edge` of the border."""
    height, width = planes.shape[:2]
    turns = np.radians(angles(turn))
    down, across = rims((height, width), turn)
    before = np.array([down, across])
    canvas = height + 2 * down, width + 2 * across
    middle = np.array([height - 1, width - 1]) / 2
    # Written one by one into their places: all the copies are there once only.
    shape = canvas[0] + 2 * MARGIN, canvas[1] + 2 * MARGIN
    stacks = np.empty((len(turns), len(STEPS), *shape, planes.shape[2]), np.float32)
    places, to_copy = np.empty((len(turns), *canvas), np.int32), []
    for n, angle in enumerate(turns):
        linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = np.column_stack([linear, before + middle - linear @ middle])
        back = np.column_stack([linear.T, middle - linear.T @ (before + middle)])
        stacks[n] = stack(
            _warped(planes, back, canvas) if angle else np.pad(planes, ((down,) * 2, (across,) * 2, (0, 0)), "edge")
        )
        places[n] = _places(back, (height, width), canvas, edge)
        to_copy.append(matrix)
    return Copies((height, width), edge, stacks, places, np.stack(to_copy))


def _warped(planes: Array, back: NDArray[np.float64], canvas: tuple[int, int]) -> Array:
    """Planes on a canvas whose pixels come from where `back` (2, 3: rows and columns) says; beyond the border, as at it."""
    import cv2

    flipped = back[::-1][:, [1, 0, 2]]
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(planes, flipped, canvas[::-1], flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.float32)


def _places(back: NDArray[np.float64], size: tuple[int, int], canvas: tuple[int, int], edge: int) -> NDArray[np.int32]:
    """Numbers (H, W) of the pixels that a copy shows, NOWHERE beyond, AT_EDGE within `edge` of the border."""
    rows, columns = np.indices(canvas)
    y, x = (np.floor(m[0] * rows + m[1] * columns + m[2] + 0.5).astype(np.int32) for m in back)
    shown = (y >= 0) & (x >= 0) & (y < size[0]) & (x < size[1])
    within = (y >= edge) & (x >= edge) & (y < size[0] - edge) & (x < size[1] - edge)
    return np.where(within, y * size[1] + x, np.where(shown, AT_EDGE, NOWHERE)).astype(np.int32)


def patch_means(stacks: Array, steps: tuple[int, ...], radius: int, channels: int = 3) -> Array:
    """Means (n, s, H, W, k) of the first channels of all patches of stacks (n, s, H + 2 m, W + 2 m, c)."""
    height, width = stacks.shape[2] - 2 * MARGIN, stacks.shape[3] - 2 * MARGIN
    found = np.zeros((*stacks.shape[:2], height, width, channels), np.float32)
    for s, step in enumerate(steps):
        reach = [MARGIN + n * step for n in range(-radius, radius + 1)]
        rows = sum(stacks[:, s, at : at + height, :, :channels] for at in reach)
        found[:, s] = sum(rows[:, :, at : at + width] for at in reach)  # type: ignore[index]
    found /= np.float32((2 * radius + 1) ** 2)
    return found
