"""`mgan`: one pass of the generator."""

from pathlib import Path

import numpy as np

from impasto.content.colour import with_kept_colour
from impasto.core import Array, Context, Estimate, Inputs, Result, RunOptions
from impasto.engines import facts, load
from impasto.reconstruction.networks import mgan
from impasto.reconstruction.networks.whole import paint_whole

from . import Options

_BASE_BYTES, _BYTES_PER_PIXEL, _PIXELS_PER_SECOND = 350e6, 700, 1e6


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Look at the photo and paint what was seen."""
    weights, styles, fingerprint = mgan.load(options.network)
    runner = load(mgan.painter(weights, fingerprint), context.run)
    picture = paint_whole(runner, inputs.content, mgan.MULTIPLE, context)
    if options.strength < 1:
        picture = _towards(inputs.content, picture, options.strength)
    finished = with_kept_colour(picture, inputs.content, options.preserve_colour)
    file = mgan.NAME if options.network is None else Path(options.network).stem
    return Result(finished, {"styles": list(styles), "weights": [file], **facts(runner)})


def _towards(photo: Array, picture: Array, strength: float) -> Array:
    return (photo + strength * (picture - photo)).astype(np.float32)


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time: the picture is painted in one piece."""
    pixels = height * width
    return Estimate(int(_BASE_BYTES + _BYTES_PER_PIXEL * pixels), 1 + pixels / _PIXELS_PER_SECOND)
