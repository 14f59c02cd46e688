"""What a run that paints by optimising pixels will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import budget, cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads

from .easel import stages_with_finish
from .minimise import memory_bytes
from .options import FeatureOptions

_START_SECONDS = 1.0  # loading weights, first passes
# Of sorting every channel of relu1_1 where histograms are matched: values and places, for each pixel. As measured at 1024 px
# (2.68 GB, 2.20 without it).
_SORTING_BYTES = 64 * 12.0


def estimate(height: int, width: int, styles: int, options: FeatureOptions, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    stages = stages_with_finish((height, width), options)
    # Targets are one pass per painting and one for the photo at every scale, without the way back.
    # Large scales are looked at in tiles where memory is short, which takes longer.
    seconds, memory = _START_SECONDS, 0.0
    for stage in stages:
        # What finishes is VGG-19, whatever looked before.
        finishing = options.encoder != "vgg19" and options.finish_steps > 0 and stage is stages[-1]
        name = "vgg19" if finishing else options.encoder
        pixels = stage.size[0] * stage.size[1]
        moving = memory_bytes(pixels, options.optimiser)
        moving += pixels * _SORTING_BYTES if getattr(options, "histogram_weight", 0) else 0
        look = budget.plan(stage.size, options.layers, run, device, precision, name=name, beside=moving,
                           pictures=1 + styles)  # fmt: skip
        passes = look.work * (stage.steps + (1 + styles) / 2) * pixels
        seconds += cost.seconds(passes, options.layers, device.type, precision, cost.WIDTHS[name])
        memory = max(memory, look.memory_bytes + moving)
    return Estimate(int(memory), seconds)
