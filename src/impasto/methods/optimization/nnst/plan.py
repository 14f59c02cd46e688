"""The scales of an `nnst` run, and what it holds in memory beside the network's passes."""

from impasto.encoders.vgg import CHANNELS, DTYPES, Precision
from impasto.reconstruction.minimise import memory_bytes
from impasto.reconstruction.schedule import Scale, coarse_to_fine

from . import Options
from .match import CELL, MOST_OFFERS

_SMALLEST = 64  # long side of the first scale, as in the authors' code
_KEEP = 0.8  # how many steps a scale gets of those before it
_COLUMNS = 5  # times the hypercolumns of the picture are held: as they are, as directions, targets, gradients


def stages_for(size: tuple[int, int], options: Options) -> tuple[Scale, ...]:
    """The scales of a run up to (height, width)."""
    return coarse_to_fine(
        size, options.steps, scales=options.scales, smallest=_SMALLEST, factor=options.scale_factor, keep=_KEEP
    )


def offered(styles: int, options: Options) -> float:
    """Pixels of the paintings, turned as they may be, for every pixel of the result."""
    return styles * (4 if options.turned else 1) * options.style_scale**2


def kept_bytes(size: tuple[int, int], styles: int, options: Options, precision: Precision) -> float:
    """Bytes of hypercolumns and moving pictures at (height, width)."""
    pixels = size[0] * size[1]
    channels = sum(CHANNELS[int(layer[4]) - 1] for layer in options.layers)
    column_bytes = channels * DTYPES[precision].itemsize / CELL**2
    # A painting is taken to have as many pixels as the result; each is searched as it is and as directions.
    searched = min(offered(styles, options) * pixels, MOST_OFFERS * CELL**2)
    return memory_bytes(1.4 * pixels, "adam") + column_bytes * (_COLUMNS * pixels + 2 * searched)
