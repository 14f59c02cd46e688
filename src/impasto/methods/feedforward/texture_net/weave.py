"""`texture_net`: noise at six sizes, a photo at six sizes beside it where there is one, and one pass."""

from pathlib import Path

import numpy as np

from impasto.core import Context, Estimate, Inputs, Result, RunOptions
from impasto.engines import facts, load
from impasto.reconstruction.networks import texture_net
from impasto.reconstruction.networks.whole import planes

from . import Options

_BASE_BYTES, _BYTES_PER_PIXEL, _PIXELS_PER_SECOND = 350e6, 900, 5e5


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Make a texture of the run's seed, or repaint the photo; cut to the canvas."""
    name = texture_net.TEXTURE if inputs.blank else texture_net.STYLE
    path = None if options.network is None else Path(options.network).expanduser()
    weights, styles, fingerprint = texture_net.load(name, path)
    height, width = inputs.content.shape[:2]
    photo = planes(inputs.content, texture_net.MULTIPLE)
    levels = texture_net.noise(photo.shape[2], photo.shape[3], context.run.seed)
    if not inputs.blank:
        pairs = zip(texture_net.halvings(photo), levels, strict=True)
        levels = [np.concatenate([part, np.float32(options.noise) * level], 1) for part, level in pairs]
    runner = load(texture_net.painter(weights, name, fingerprint), context.run)
    made = runner({f"level{i}": level for i, level in enumerate(levels)})["picture"]
    context.report(1, 1)
    picture = made[0, :, :height, :width].transpose(1, 2, 0).copy()
    return Result(picture, {"styles": list(styles), "weights": [path.stem if path else name], **facts(runner)})


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time."""
    pixels = height * width
    return Estimate(int(_BASE_BYTES + _BYTES_PER_PIXEL * pixels), 1 + pixels / _PIXELS_PER_SECOND)
