"""What a small network of one pass needs of time and memory, and how large its tiles may be."""

from impasto.core import Estimate, RunOptions, machine

FIXED_BYTES = 150e6
"""The interpreter with its libraries and an engine, as measured on a small picture."""
_BYTES_PER_PIXEL = 800  # of what is painted at once: 420 to 500 as measured in OpenVINO's bfloat16, more in float32
_PICTURE_BYTES = 3 * 4 * 6  # photo, result and what decoding and saving hold
_PIXELS_PER_SECOND = 1.5e6
_START_SECONDS = 1.0
_LARGEST_PX, _SMALLEST_PX = 2048, 256
_SHARE = 0.5  # of the memory there is that a tile may take


def tile_side(asked: int | None, run: RunOptions) -> int:
    """Side of the tiles in pixels, as asked or as memory allows; pictures no longer than that are painted whole."""
    if asked is not None:
        return asked
    side = int((_SHARE * run.memory_limit(machine.free_memory()) / _BYTES_PER_PIXEL) ** 0.5)
    return min(_LARGEST_PX, max(_SMALLEST_PX, side // 64 * 64))


def of_one_pass(height: int, width: int, styles: int, tile_px: int) -> Estimate:
    """Peak memory and wall time; beyond one tile memory grows with the picture itself alone."""
    at_once = min(height, tile_px) * min(width, tile_px)
    memory = FIXED_BYTES + at_once * _BYTES_PER_PIXEL + height * width * _PICTURE_BYTES
    return Estimate(int(memory), _START_SECONDS + (1 + 0.1 * styles) * height * width / _PIXELS_PER_SECOND)
