"""What a run of `johnson` will need, before it starts, and how large its tiles may be."""

from impasto.core import Estimate, RunOptions
from impasto.reconstruction import needs
from impasto.reconstruction import styles as known

from . import Options


def tile_px(options: Options, run: RunOptions) -> int:
    """Side of the tiles; pictures no longer than that are painted whole."""
    return needs.tile_side(options.tile_px, run)


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time; beyond one tile memory grows with the picture itself alone.

    Raises UsageError for an unknown style.
    """
    # A style that is nowhere is refused before anything begins.
    known.alone(options.style_name, narrow=options.channels == "quarter")
    return needs.of_one_pass(height, width, styles, tile_px(options, run))
