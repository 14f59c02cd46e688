"""What a run of `alla_prima` will need, before it starts."""

from impasto.core import Estimate, RunOptions

from . import Options

# Measured on two threads: pictures decoded, resized and encoded beside the network.
_BASE_BYTES, _BYTES_PER_PIXEL, _BYTES_PER_PAINTED = 350e6, 60, 160
WHOLE_PIXELS = 2_500_000
"""Up to here a picture is painted in one piece."""
_START_SECONDS, _SECONDS_PER_PIXEL = 0.4, 2.5e-7


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time of a photo of that size; beyond some size only tiles are in the network at once."""
    pixels = height * width
    painted = pixels if pixels <= WHOLE_PIXELS else min(pixels, options.tile_px**2)
    memory = _BASE_BYTES + _BYTES_PER_PIXEL * pixels + _BYTES_PER_PAINTED * painted
    return Estimate(int(memory), _START_SECONDS + _SECONDS_PER_PIXEL * pixels * (1 + 0.4 * styles))
