"""What `nnst` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import budget, cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import CHANNELS, check_layers

from . import Options
from .match import CELL, FINISH_KEYS, FINISH_QUERIES, MOST_OFFERS
from .plan import kept_bytes, looked_at, offered, stages_for

_START_SECONDS = 1.5  # loading weights, first passes
# A step against its network passes alone, and a product of the search against one inside a convolution, as measured.
_STEP, _SEARCH = 1.0, 1.3


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    layers = check_layers(options.layers)
    channels = sum(CHANNELS[int(layer[4]) - 1] for layer in layers)
    stages = stages_for((height, width), options)
    more = offered(styles, options)
    kept = kept_bytes((height, width), styles, options, precision)
    look = budget.plan((height, width), layers, run, device, precision, beside=kept)
    # Each painting is looked at once a stage, in all its turns, without the way back.
    passes = look.work * sum(looked_at(stage.size) * (stage.steps + more / 2 + 1) for stage in stages)
    areas = [stage.size[0] * stage.size[1] / CELL**2 for stage in stages if stage.whole]
    products = channels * (
        sum(area * min(more * area, MOST_OFFERS) for area in areas)
        + sum(stage.steps for stage in stages if not stage.whole) * FINISH_QUERIES * FINISH_KEYS
    )
    rate = cost.seconds_per_multiplication(device.type, precision)
    seconds = _STEP * cost.seconds(passes, layers, device.type, precision) + _SEARCH * products * rate
    return Estimate(int(look.memory_bytes + kept), _START_SECONDS + seconds)
