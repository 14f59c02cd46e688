"""What `style_swap` needs before it starts."""

from impasto.core import Estimate, RunOptions
from impasto.reconstruction.onepass import memory_bytes

from . import Options

_SEARCH_BYTES = 150_000_000


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory of a run on a photo of that size; by descent the whole picture is in the network at once."""
    return Estimate(_SEARCH_BYTES + memory_bytes(height * width, options, in_tiles=options.by == "network"))
