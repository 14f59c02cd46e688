"""What `wct` needs before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.reconstruction.onepass import memory_bytes

from . import Options

_SHARE = 2.0  # every level of every painting is held, and the covariances are summed in float64; measured at 2000 px


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory of a run on a photo of that size."""
    return Estimate(memory_bytes(height * width, options, _SHARE * (1 + 0.2 * (styles - 1)), in_tiles=not options.swap))
