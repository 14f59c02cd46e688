"""What `nnst` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import CHANNELS, check_layers
from impasto.reconstruction.minimise import memory_bytes

from . import Options
from .match import CELL, FINISH_KEYS, FINISH_QUERIES, MOST_OFFERS
from .paint import stages_for

_START_SECONDS = 1.5  # loading weights, first passes
_COLUMNS = 5  # times the hypercolumns of the picture are held: as they are, as directions, targets, gradients
# A step against its network passes alone, and a product of the search against one inside a convolution, as measured.
_STEP, _SEARCH = 1.3, 1.3


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    layers = check_layers(options.layers)
    channels = sum(CHANNELS[int(layer[4]) - 1] for layer in layers)
    stages = stages_for((height, width), options)
    pixels, turns = height * width, 4 if options.turned else 1
    # A painting is taken to have as many pixels as the result; each is searched as it is and as directions.
    offered = styles * turns * options.style_scale**2
    column_bytes = channels * (2 if precision == "bfloat16" else 4) / CELL**2
    memory = cost.memory_bytes(pixels, precision) + memory_bytes(1.4 * pixels, "adam")
    memory += column_bytes * (_COLUMNS * pixels + 2 * min(offered * pixels, MOST_OFFERS * CELL**2))
    areas = [(stage.size[0] * stage.size[1], stage.steps) for stage in stages]
    passes = sum(area * (steps + offered / 2 + 1) for area, steps in areas) + pixels * options.finish_steps
    products = channels * (
        sum(area / CELL**2 * min(offered * area / CELL**2, MOST_OFFERS) for area, _ in areas)
        + options.finish_steps * FINISH_QUERIES * FINISH_KEYS
    )
    rate = cost.seconds_per_multiplication(device.type, precision)
    seconds = _STEP * cost.seconds(passes, layers, device.type, precision) + _SEARCH * products * rate
    return Estimate(int(memory), _START_SECONDS + seconds)
