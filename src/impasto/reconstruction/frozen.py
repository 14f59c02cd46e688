"""Networks with instance norm at work on pictures of any size: whole, or in tiles that all see the whole's statistics.

Statistics of a tile differ from its neighbour's, which would show as seams; so a smaller copy of the picture is looked
at once, and its statistics are frozen (a second network of the same weights takes them as an input).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from impasto import engines
from impasto.core import Array, Context
from impasto.engines.ops import Network, Runner
from impasto.image import fit_size, resize
from impasto.image.tiles import Tiling, paint_in_tiles

from .networks.cin import MULTIPLE, Kind

_LEAST_PX = 16  # of a side: what the methods ask of a photo, too
_STATISTICS_PX = 1024  # long side of the picture whose statistics the tiles of a larger one see


@dataclass
class Repainter:
    """One network in its three kinds (see networks/cin.py), made when they are needed. reach_px: how far it sees.

    margin_px: what is painted beyond the photo's edge, mirrored, and cut off again: networks put a frame there. cut: what to make of a tile's further channels (shares of styles by pixel), as further inputs; see `paint`.
    """

    make: Callable[[Kind], Network]
    reach_px: int
    context: Context
    cut: Callable[[Array], Mapping[str, Array]] | None = None
    margin_px: int = 0
    multiple: int = MULTIPLE
    ran: Runner = field(init=False)

    def __post_init__(self) -> None:
        """Make the network ready."""
        self.ran = self._load("whole")

    def _load(self, kind: Kind) -> Runner:
        return engines.load(self.make(kind), self.context.run)

    def paint(
        self, photo: Array, side_px: int, given: Mapping[str, Array] | None = None, maps: Sequence[Array] = ()
    ) -> tuple[Array, int]:
        """The photo (H, W, 3) repainted, and in how many tiles: one, unless it is longer than `side_px`.

        given: further inputs of the network. maps: (H, W) each, cut with the photo and handed to `cut` as (1, S, h, w).
        """
        given, network = dict(given or {}), self.ran
        source = np.concatenate([photo, *(m[..., None] for m in maps)], 2, dtype=np.float32) if maps else photo
        margin = self.margin_px
        source = np.pad(source, ((margin, margin), (margin, margin), (0, 0)), mode="reflect") if margin else source
        if max(photo.shape[:2]) > side_px:
            given["statistics"] = self.statistics(source, given, min(_STATISTICS_PX, side_px))
            network = self._load("frozen")
        # One tile is the whole picture, whatever its reach.
        tiling = Tiling(self._whole(side_px + 2 * margin), self.reach_px, 0, self.multiple)
        count = 0

        def paint(part: Array) -> Array:
            nonlocal count
            count += 1
            return network({**self._inputs(part), **given})["picture"]

        out = np.empty((*source.shape[:2], 3), np.float32)
        painted = paint_in_tiles(source, paint, tiling, out=out, context=self.context)
        return painted[margin : margin + photo.shape[0], margin : margin + photo.shape[1]], count

    def statistics(self, source: Array, given: Mapping[str, Array], long_side: int) -> Array:
        """What the norms would see in the whole photo, taken from a smaller copy of it."""
        size = fit_size(source.shape[:2], long_side)
        small = resize(source, (self._whole(max(size[0], _LEAST_PX)), self._whole(max(size[1], _LEAST_PX))))
        return self._load("measuring")({**self._inputs(planes(small)), **given})["statistics"]

    def _inputs(self, part: Array) -> dict[str, Array]:
        picture = np.ascontiguousarray(part[:, :3])
        return {"picture": picture, **(self.cut(part[:, 3:]) if self.cut else {})}

    def _whole(self, side: int) -> int:
        return -(-side // self.multiple) * self.multiple


def planes(picture: Array) -> Array:
    """(H, W, C) to (1, C, H, W)."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
