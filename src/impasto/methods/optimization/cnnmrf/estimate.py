"""What `cnnmrf` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import budget, cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import check_layers

from . import Options, PatchOptions
from .plan import kept_bytes, search_work, stages_for

_START_SECONDS = 1.0  # loading weights, first passes
_MARGIN = 16  # pixels that the pictures go on for, both sides together


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    copies = (2 * options.rotations + 1) * (2 * options.scalings + 1)
    return estimate_patches(height, width, max(styles, 1) * copies, options, run)


def estimate_patches(height: int, width: int, maps: int, options: PatchOptions, run: RunOptions) -> Estimate:
    """The same for any painter by patches; maps: pictures that patches are copied from, taken as large as the photo."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    layers = (*options.content_layers, *options.style_layers)
    style = check_layers(options.style_layers)
    stages = stages_for((height, width), options)
    kept = kept_bytes((height, width), maps, options, precision)
    look = budget.plan((height, width), layers, run, device, precision, beside=kept)
    looks = ((stage.steps + (1 + maps) / 2) * (stage.size[0] + _MARGIN) * (stage.size[1] + _MARGIN) for stage in stages)
    passes = sum(looks) * look.work
    searches = sum(
        (stage.steps / options.refresh_every + 1) * search_work(stage.size[0] * stage.size[1], maps, tuple(style))
        for stage in stages
    )
    seconds = _START_SECONDS + cost.seconds(passes, layers, device.type, precision)
    seconds += searches * cost.seconds_per_multiplication(device.type, precision)
    return Estimate(int(look.memory_bytes + kept), seconds)
