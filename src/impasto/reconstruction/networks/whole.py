"""A picture through a network in one piece: brought to whole multiples by mirroring, cut back afterwards."""

import numpy as np

from impasto.core import Array, Context
from impasto.engines.ops import Runner
from impasto.image.tiles import Tiling, paint_in_tiles


def paint_whole(runner: Runner, photo: Array, multiple: int, context: Context | None = None, **given: Array) -> Array:
    """What a network from "picture" to "picture" makes of a photo (H, W, 3), in [0, 1]. given: its further inputs."""
    side = -(-max(photo.shape[:2]) // multiple) * multiple
    # One tile is the whole picture, whatever the network sees.
    tiling = Tiling(max(side, 2 * multiple), 0, 0, multiple)
    return paint_in_tiles(photo, lambda part: runner({"picture": part, **given})["picture"], tiling, context=context)


def planes(picture: Array, multiple: int = 1) -> Array:
    """(H, W, 3) to (1, 3, H, W), continued as in a mirror, to the right and down, to whole multiples."""
    down, across = (-side % multiple for side in picture.shape[:2])
    if down or across:
        picture = np.pad(picture, ((0, down), (0, across), (0, 0)), mode="symmetric")
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
