"""What a run of `mdan` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.reconstruction.schedule import coarse_to_fine

from . import Options

_START_SECONDS = 1.0  # loading weights, first passes
_CRITIC = 1.3  # the critic's own passes, against the encoder's


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    layers = (*options.style_layers, options.content_layer)
    widths = cost.WIDTHS[options.encoder]
    passes = sum(
        stage.steps * stage.size[0] * stage.size[1]
        for stage in coarse_to_fine((height, width), options.steps, scales=options.scales)
    )
    seconds = _START_SECONDS + _CRITIC * cost.seconds(passes, layers, device.type, precision, widths)
    return Estimate(int(cost.memory_bytes(height * width, precision, widths)), seconds)
