"""The scales of a `strotss` run, and what it holds in memory beside the network's passes."""

from impasto.encoders.vgg import DTYPES, Precision
from impasto.reconstruction.minimise import memory_bytes
from impasto.reconstruction.schedule import Scale, coarse_to_fine

from . import Options
from .places import MARGIN_PX

CHANNELS = 2179  # of a hypercolumn
_KEPT_PER_PIXEL = 300  # of the photo's own features, for what is sampled from them in every step
_FLOATS = 8  # copies of the sampled hypercolumns that a step keeps for its way back, measured in float32


def stages_for(size: tuple[int, int], options: Options) -> tuple[Scale, ...]:
    """The scales of a run up to (height, width), from 64 pixels on as in the authors' code."""
    return coarse_to_fine(size, options.steps, scales=options.scales, smallest=64, factor=options.scale_factor)


def looked_at(size: tuple[int, int]) -> int:
    """Pixels of a picture (height, width) with its margin."""
    return (size[0] + 2 * MARGIN_PX) * (size[1] + 2 * MARGIN_PX)


def kept_bytes(size: tuple[int, int], options: Options, precision: Precision) -> float:
    """Bytes of features, samples and moving pictures at (height, width)."""
    pixels, rows = size[0] * size[1], options.samples + options.style_samples
    features = pixels * _KEPT_PER_PIXEL * DTYPES[precision].itemsize
    clouds = 4.0 * CHANNELS * (_FLOATS * rows + 3 * CHANNELS) + 4.0 * options.samples**2 * 6
    return memory_bytes(1.4 * pixels, "adam") + features + clouds
