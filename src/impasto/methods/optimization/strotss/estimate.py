"""What `strotss` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import budget, cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads

from . import LAYERS, Options
from .plan import CHANNELS, kept_bytes, stages_for

_START_SECONDS = 1.5  # loading weights, first passes
_PRODUCTS = 6  # matrix products of a step, in units of one between samples and style samples


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    stages = stages_for((height, width), options)
    kept = kept_bytes((height, width), options, precision)
    look = budget.plan((height, width), LAYERS, run, device, precision, beside=kept)
    passes = look.work * sum((stage.steps + (1 + styles) / 2) * stage.size[0] * stage.size[1] for stage in stages)
    steps = sum(stage.steps for stage in stages)
    products = steps * _PRODUCTS * CHANNELS * options.samples * max(options.style_samples, CHANNELS)
    seconds = cost.seconds(passes, LAYERS, device.type, precision)
    return Estimate(
        int(look.memory_bytes + kept),
        _START_SECONDS + seconds + products * cost.seconds_per_multiplication(device.type, precision),
    )
