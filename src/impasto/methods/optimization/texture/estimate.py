"""What `texture` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.reconstruction.descent import stages_for
from impasto.reconstruction.minimise import memory_bytes

from . import Options

_START_SECONDS = 1.0  # loading weights, first passes


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a texture of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    stages = stages_for((height, width), options)
    # Targets are one pass per sample at every scale, without the way back; balancing is one whole pass more.
    passes = sum((stage.steps + 1 + styles / 2) * stage.size[0] * stage.size[1] for stage in stages)
    memory = cost.memory_bytes(height * width, precision) + memory_bytes(height * width, options.optimiser)
    return Estimate(
        int(memory), _START_SECONDS + cost.seconds(passes, tuple(options.style_layers), device.type, precision)
    )
