"""What `nnst` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import budget, cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import CHANNELS, check_layers

from . import Options
from .match import CELL, FINISH_KEYS, FINISH_QUERIES, MOST_OFFERS
from .plan import kept_bytes, offered, stages_for

_START_SECONDS = 1.5  # loading weights, first passes
# A step against its network passes alone, and a product of the search against one inside a convolution, as measured.
_STEP, _SEARCH = 1.3, 1.3


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    layers = check_layers(options.layers)
    channels = sum(CHANNELS[int(layer[4]) - 1] for layer in layers)
    areas = [(stage.size[0] * stage.size[1], stage.steps) for stage in stages_for((height, width), options)]
    pixels, more = height * width, offered(styles, options)
    kept = kept_bytes((height, width), styles, options, precision)
    look = budget.plan((height, width), layers, run, device, precision, beside=kept)
    passes = sum(area * (steps + more / 2 + 1) for area, steps in areas) + pixels * options.finish_steps
    passes *= look.work
    products = channels * (
        sum(area / CELL**2 * min(more * area / CELL**2, MOST_OFFERS) for area, _ in areas)
        + options.finish_steps * FINISH_QUERIES * FINISH_KEYS
    )
    rate = cost.seconds_per_multiplication(device.type, precision)
    seconds = _STEP * cost.seconds(passes, layers, device.type, precision) + _SEARCH * products * rate
    return Estimate(int(look.memory_bytes + kept), _START_SECONDS + seconds)
