"""What `strotss` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.reconstruction.minimise import memory_bytes

from . import LAYERS, Options
from .paint import stages_for

_START_SECONDS = 1.5  # loading weights, first passes
_CHANNELS = 2179
_KEPT_BYTES = 600  # per pixel: the photo's own features in bfloat16, for what is sampled from them in every step
_FLOATS = 8  # copies of the sampled hypercolumns that a step keeps for its way back, measured in float32
_PRODUCTS = 6  # matrix products of a step, in units of one between samples and style samples


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    stages = stages_for((height, width), options)
    pixels = height * width
    rows = options.samples + options.style_samples
    memory = cost.memory_bytes(pixels, precision) + memory_bytes(1.4 * pixels, "adam")
    memory += pixels * _KEPT_BYTES * (1 if precision == "bfloat16" else 2)
    memory += 4.0 * _CHANNELS * (_FLOATS * rows + 3 * _CHANNELS) + 4.0 * options.samples**2 * 6
    passes = sum((stage.steps + (1 + styles) / 2) * stage.size[0] * stage.size[1] for stage in stages)
    steps = sum(stage.steps for stage in stages)
    products = steps * _PRODUCTS * _CHANNELS * options.samples * max(options.style_samples, _CHANNELS)
    seconds = cost.seconds(passes, LAYERS, device.type, precision)
    return Estimate(
        int(memory), _START_SECONDS + seconds + products * cost.seconds_per_multiplication(device.type, precision)
    )
