"""`johnson_super_resolution`: the enlarged picture through the network, in tiles."""

import hashlib
from functools import lru_cache

import numpy as np

from impasto.core import Array, Context, Estimate, Inputs, Result, RunOptions
from impasto.engines import facts, load
from impasto.engines.ops import Network
from impasto.image.tiles import Tiling, paint_in_tiles
from impasto.reconstruction import needs
from impasto.reconstruction.networks import super_resolution
from impasto.weights import arrays, resolve

from . import Options

_BYTES_PER_PIXEL = 420  # of a tile
_PICTURE_BYTES = 3 * 4 * 6
_PIXELS_PER_SECOND = 2e6


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """The picture comes at the size of the result; what it lacks is added."""
    name = f"super_resolution_x{options.factor}"
    network = load(_network(name), context.run)
    reach, whole = super_resolution.reach_px(options.enlarge), options.enlarge
    tiling = Tiling(options.tile_px // whole * whole, min(reach, options.tile_px // 4), 32, whole)

    def paint(part: Array) -> Array:
        return network({"picture": part})["picture"]

    sharp = paint_in_tiles(inputs.content, paint, tiling, context=context)
    picture = inputs.content + np.float32(options.strength) * (sharp - inputs.content)
    return Result(picture, {"weights": [name], **facts(network)})


@lru_cache(maxsize=2)
def _network(name: str) -> Network:
    file = resolve(name)
    return super_resolution.sharpener(arrays(name), hashlib.sha256(file.read_bytes()).hexdigest())


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time."""
    tile = min(height, options.tile_px) * min(width, options.tile_px)
    memory = needs.FIXED_BYTES + tile * _BYTES_PER_PIXEL + height * width * _PICTURE_BYTES
    return Estimate(int(memory), 1.0 + height * width / _PIXELS_PER_SECOND)
