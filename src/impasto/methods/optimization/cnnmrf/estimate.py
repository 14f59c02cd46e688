"""What `cnnmrf` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.encoders import budget, cost
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import CHANNELS, check_layers
from impasto.reconstruction.descent import stages_for
from impasto.reconstruction.minimise import memory_bytes

from . import Options, PatchOptions

_START_SECONDS = 1.0  # loading weights, first passes
_MARGIN = 16  # pixels that the pictures go on for, both sides together
_SEARCH_BYTES = 150e6  # tables of similarities, at any size
_PER_PAIR = 3.0  # times a product of 512 channels at the rate of a convolution: sums and maxima wait for memory


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
    stages = stages_for((height, width), options)
    moving = memory_bytes(height * width, options.optimiser)
    look = budget.plan((height, width), layers, run, device, precision, beside=moving)
    looks = ((stage.steps + (1 + maps) / 2) * (stage.size[0] + _MARGIN) * (stage.size[1] + _MARGIN) for stage in stages)
    passes = sum(looks) * look.work
    positions = {layer: 4 ** (int(layer[4]) - 1) for layer in check_layers(options.style_layers)}
    pairs = sum(
        (stage.steps / options.refresh_every + 1) * maps * (stage.size[0] * stage.size[1] / fewer) ** 2
        for stage in stages for fewer in positions.values()
    )  # fmt: skip
    bytes_each = 2 if precision == "bfloat16" else 4
    tables = sum(
        CHANNELS[int(layer[4]) - 1] * height * width / fewer * (maps * bytes_each + 8)
        for layer, fewer in positions.items()
    )
    memory = look.memory_bytes + moving
    searching = pairs * _PER_PAIR * 512 * cost.seconds_per_multiplication(device.type, precision)
    seconds = _START_SECONDS + cost.seconds(passes, layers, device.type, precision) + searching
    return Estimate(int(memory + tables + _SEARCH_BYTES), seconds)
