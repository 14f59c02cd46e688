"""What a run of `ghiasi` will need, before it starts."""

from impasto.core import Estimate, RunOptions

from . import Options

_BYTES_PER_PIXEL = 700  # of the part that is painted at once: the widest maps and their copies, as measured
_PICTURE_BYTES = 3 * 4 * 6  # photo, result and what decoding and saving hold
_PIXELS_PER_SECOND = 1.5e6
_START_SECONDS = 1.0
WHOLE_PX = 2048  # pictures up to this long are painted at once


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time; large pictures are painted in tiles, so that memory grows with the picture alone."""
    tile = options.tile_px or WHOLE_PX
    at_once = min(height, tile) * min(width, tile)
    memory = at_once * _BYTES_PER_PIXEL + height * width * _PICTURE_BYTES
    return Estimate(int(memory), _START_SECONDS + height * width / _PIXELS_PER_SECOND)
