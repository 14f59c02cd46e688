"""What `doodle` will need, before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.methods.optimization.cnnmrf.estimate import estimate_patches

from . import Options


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:
    """Peak memory and wall time of a run on a photo or map of that size."""
    return estimate_patches(height, width, max(styles, 1), options, run)
