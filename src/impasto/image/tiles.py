"""Paint a picture of any size piece by piece, in bounded memory, with no seam where the pieces meet.

A network whose statistics are frozen is a function of each pixel's surroundings alone. Tiles that reach as far beyond
what they contribute as the network sees give what one pass over the whole would have given; where they reach less far,
neighbours differ, and fade into one another over the width of a feather.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, Cancelled, Context

Paint = Callable[[Array], Array]
"""(1, 3, h, w) in [0, 1] to the same, h and w multiples of the network's own."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture is cut.

    tile_px: side of a tile, all of it. reach_px: how far the network sees to each side. feather_px: width over which
    neighbours fade into one another. multiple: what sides and corners of tiles are multiples of.
    """

    tile_px: int
    reach_px: int
    feather_px: int = 32
    multiple: int = 1

    def __post_init__(self) -> None:
        """Refuse tiles that would be nothing but overlap."""
        if self.tile_px % self.multiple or self.step_px < self.multiple:
            raise ValueError(f"tiles of {self.tile_px} px leave no room for {self}")

    @property
    def step_px(self) -> int:
        """The most that a tile can lie beyond its neighbour."""
        return self.tile_px - 2 * self.reach_px - self.feather_px - self.multiple

    def starts(self, length: int) -> list[int]:
        """Where tiles begin along a side that is a multiple of `multiple`; the last ends with the side.

        >>> Tiling(64, 8, 8, 4).starts(150 + 2), Tiling(64, 8).starts(60)
        ([0, 28, 56, 88], [0])
        """
        if length <= self.tile_px:
            return [0]
        rest = length - self.tile_px
        count = math.ceil(rest / self.step_px)
        return [index * rest // count // self.multiple * self.multiple for index in range(count)] + [rest]

    def whole(self, length: int) -> int:
        """The length, brought up to a multiple of `multiple`."""
        return math.ceil(length / self.multiple) * self.multiple


def paint_in_tiles(
    source: NDArray[Any],
    paint: Paint,
    tiling: Tiling,
    *,
    out: NDArray[Any] | None = None,
    context: Context | None = None,
    message: str = "painting",
) -> NDArray[Any]:
    """Paint a picture (H, W, 3), float32 in [0, 1] or uint8, tile by tile into `out`, which is returned.

    out: an array of the same shape, float32 or uint8 (a memory map will do); a float32 one is made if there is none.
    Beyond the source and `out` it takes the memory of a band of tiles. A picture whose sides are no multiples is
    continued by mirroring. Raises Cancelled when the context says stop.
    """
    height, width = source.shape[:2]
    out = np.empty(source.shape, np.float32) if out is None else out
    rows, columns = tiling.starts(tiling.whole(height)), tiling.starts(tiling.whole(width))
    done, total = 0, len(rows) * len(columns)

    def strip(top: int) -> Array:
        """A band across the picture, its tiles faded into one another from left to right."""
        nonlocal done
        bottom = min(top + tiling.tile_px, height)
        band = np.empty((bottom - top, width, 3), np.float32)
        pieces = _faded(columns, width, tiling, lambda left: piece(top, left).swapaxes(0, 1))
        for place, part in pieces:
            band[:, place] = part.swapaxes(0, 1)
        return band

    def piece(top: int, left: int) -> Array:
        nonlocal done
        if context is not None:
            if context.stopping:
                raise Cancelled(f"stopped after {done} of {total} tiles; there is no whole picture to keep.")
            context.report(done, total, message=message)
        painted = paint(_cut(source, top, left, tiling))[0].transpose(1, 2, 0)
        done += 1
        return painted[: height - top, : width - left]

    for place, part in _faded(rows, height, tiling, strip):
        np.clip(part, 0, 1, out=part)
        out[place] = np.rint(part * 255) if out.dtype == np.uint8 else part
    if context is not None:
        context.report(total, total, message=message)
    return out


def _faded(
    starts: list[int], length: int, tiling: Tiling, make: Callable[[int], Array]
) -> Iterator[tuple[slice, Array]]:
    """Pieces along the first axis, made one after the other: what is final of each, and where it belongs.

    Neighbours meet in the middle of what they share, and fade into one another there.
    """
    half = tiling.feather_px // 2
    cuts = [(a + tiling.tile_px + b) // 2 for a, b in pairwise(starts)]
    kept: Array | None = None  # the last rows of the piece before, from where this one begins to show
    for index, start in enumerate(starts):
        piece = make(start)
        first = 0 if index == 0 else cuts[index - 1] - half
        last = min(length, start + tiling.tile_px) if index == len(cuts) else cuts[index] - half
        if kept is not None:
            ramp = ((np.arange(len(kept), dtype=np.float32) + 0.5) / len(kept))[:, None, None]
            own = piece[first - start : first - start + len(kept)]
            own[:] = kept + ramp * (own - kept)
        yield slice(first, last), piece[first - start : last - start]
        kept = piece[last - start : last - start + 2 * half].copy() if index < len(cuts) and half else None


def _cut(source: NDArray[Any], top: int, left: int, tiling: Tiling) -> Array:
    """One tile as a network takes it: (1, 3, h, w) float32, continued to multiples by mirroring."""
    part = source[top : top + tiling.tile_px, left : left + tiling.tile_px]
    scale = np.float32(1 / 255 if part.dtype == np.uint8 else 1)
    planes = np.multiply(part.transpose(2, 0, 1), scale, dtype=np.float32)
    missing = [tiling.whole(side) - side for side in planes.shape[1:]]
    if any(missing):
        # A side too short to be mirrored is continued by its last pixel.
        mode = "reflect" if all(n < side for n, side in zip(missing, planes.shape[1:], strict=True)) else "edge"
        planes = np.pad(planes, [(0, 0), *((0, n) for n in missing)], mode=mode)
    return np.ascontiguousarray(planes[None])
