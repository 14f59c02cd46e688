"""What `strotss` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import budget, cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads

from . import LAYERS, Options
from .plan import CHANNELS, kept_bytes, looked_at, stages_for

_START_SECONDS = 1.5  # loading weights, first passes
_FIXED_SECONDS = 0.1  # of a step, whatever the picture's size: covariances entry by entry, on one or two cores


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    stages = stages_for((height, width), options)
    kept = kept_bytes((height, width), options, precision)
    look = budget.plan((height, width), LAYERS, run, device, precision, beside=kept)
    areas = ((looked_at(stage.size), stage.steps) for stage in stages)
    passes = look.work * sum(area * (steps + (1 + styles) / 2) for area, steps in areas)
    steps = sum(stage.steps for stage in stages)
    # A step's matrix products: transport, covariances both ways, self-similarity of two pictures both ways.
    each = options.samples * CHANNELS * (options.style_samples + 2 * CHANNELS + 4 * options.samples)
    seconds = cost.seconds(passes, LAYERS, device.type, precision) + steps * _FIXED_SECONDS
    seconds += steps * each * cost.seconds_per_multiplication(device.type, precision)
    return Estimate(int(look.memory_bytes + kept), _START_SECONDS + seconds)
