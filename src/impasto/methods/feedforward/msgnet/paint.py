"""`msgnet`: a Gram matrix for every painting, their blend, and one pass over the photo."""

from pathlib import Path

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Context, Estimate, Inputs, Result, RunOptions
from impasto.engines import facts, load
from impasto.image import fit_size, resize
from impasto.reconstruction.networks import msgnet
from impasto.reconstruction.networks.whole import paint_whole, planes

from . import Options

_BASE_BYTES, _BYTES_PER_PIXEL, _PIXELS_PER_SECOND = 350e6, 1100, 6e5


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Look at the paintings at the brush's size, blend what they are to the network by weight, and paint."""
    path = None if options.network is None else Path(options.network).expanduser()
    trained = msgnet.load(path)
    weights, fingerprint = trained.weights, trained.sha256
    content, paintings = recoloured(inputs, options.preserve_colour)
    looking = load(msgnet.encoder(weights, fingerprint), context.run)
    covariance, mean = np.float32(0), np.float32(0)
    for painting, share in zip(paintings, inputs.style_shares, strict=True):
        wanted = round(max(content.shape[:2]) * options.style_scale)
        size = fit_size(painting.shape[:2], min(max(wanted, trained.smallest_px), trained.largest_px))
        found = msgnet.target(looking({"picture": planes(resize(painting, size), msgnet.MULTIPLE)})["features"])
        covariance, mean = covariance + np.float32(share) * found[0], mean + np.float32(share) * found[1]
    painter = load(msgnet.painter(weights, fingerprint), context.run)
    given = {"matrix": msgnet.comatch(weights, np.asarray(covariance)), "mean": np.asarray(mean)}
    picture = paint_whole(painter, content, msgnet.MULTIPLE, context, **given)
    finished = with_kept_colour(picture, inputs.content, options.preserve_colour)
    return Result(finished, {"weights": [path.stem if path else msgnet.NAME], **facts(painter)})


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time: the picture is painted in one piece."""
    pixels = height * width
    return Estimate(int(_BASE_BYTES + _BYTES_PER_PIXEL * pixels), 1 + (1 + 0.4 * styles) * pixels / _PIXELS_PER_SECOND)
