"""How a run by patches searches, and what it holds in memory beside the network's passes."""

from impasto.encoders.tiled import stride_of
from impasto.encoders.vgg import CHANNELS, DTYPES, Precision
from impasto.reconstruction.descent import stages_for as evenly
from impasto.reconstruction.minimise import memory_bytes
from impasto.reconstruction.schedule import Scale
from impasto.textures.following import LOOKS

from . import PatchOptions

_MOST_PAIRS = 2e9  # of patches that one search compares: about ten seconds of one core
_SEARCH_BYTES = 150e6  # tables of similarities, at any size
_PER_PAIR = 3.0 * 512  # multiplications at a convolution's rate that a pair takes: sums and maxima wait for memory
_PER_LOOK = 9 * 8.0  # the same for every channel of a look at one exemplar patch, fetched from anywhere in memory
# Float32 maps beside the tables while matches are made into targets, and targets into a loss with its gradient.
_WIDE_MAPS = 4
_HEAP = 1.2  # measured: 12.6 GB at 3000 px where 10.8 had been announced; tables of the scale before leave holes
_LARGEST = 1024  # long side from which on scales get fewer steps, so that none takes much longer than one there
_FEWEST = 6  # steps of a larger scale: the given first one, and some that know how far to go


def stages_for(size: tuple[int, int], options: PatchOptions) -> tuple[Scale, ...]:
    """The scales of a run up to (height, width): as for any descent, but above 1024 pixels with steps as fewer as they are dearer.

    A single scale gets all the steps asked for, however large.
    """
    stages = evenly(size, options)
    if len(stages) == 1:
        return stages
    return tuple(
        Scale(stage.size, min(stage.steps, max(_FEWEST, round(stage.steps * (_LARGEST / max(stage.size)) ** 2))))
        for stage in stages
    )


def searched_whole(positions: int | float, exemplars: int | float) -> bool:
    """Whether so many positions are compared with all exemplars, or follow the matches of the scale before.

    With nine copies of a painting as large as the picture, relu3_1 is searched up to about 600 pixels and relu4_1 up to 1200.
    """
    return positions * exemplars <= _MOST_PAIRS


def search_work(pixels: float, maps: int, layers: tuple[str, ...]) -> float:
    """Multiplications at a convolution's rate, in time, of one search at every layer; maps: exemplars as large as the picture."""
    work = 0.0
    for layer in layers:
        positions = pixels / stride_of(layer) ** 2
        if searched_whole(positions, maps * positions):
            work += maps * positions**2 * _PER_PAIR
        else:
            work += positions * LOOKS * CHANNELS[int(layer[4]) - 1] * _PER_LOOK
    return work


def kept_bytes(size: tuple[int, int], maps: int, options: PatchOptions, precision: Precision) -> float:
    """Bytes of exemplars, matches and the moving picture at (height, width)."""
    pixels, item = size[0] * size[1], DTYPES[precision].itemsize
    total = memory_bytes(pixels, options.optimiser) + _SEARCH_BYTES + 12.0 * maps * pixels
    for layer in options.style_layers:
        positions, channels = pixels / stride_of(layer) ** 2, CHANNELS[int(layer[4]) - 1]
        total += positions * channels * (maps * item + _WIDE_MAPS * 4)
    # While its exemplars are put into one table, the last layer is there twice.
    most = max(CHANNELS[int(layer[4]) - 1] / stride_of(layer) ** 2 for layer in options.style_layers)
    return _HEAP * (total + pixels * most * maps * item)
