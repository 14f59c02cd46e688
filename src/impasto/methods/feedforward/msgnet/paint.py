"""`msgnet`: a Gram matrix for every painting, their blend, and one pass over the photo."""

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Estimate, Inputs, Result, RunOptions
from impasto.engines import facts, load
from impasto.image import fit_size, resize, style_size
from impasto.reconstruction.networks import msgnet
from impasto.reconstruction.networks.whole import paint_whole, planes

from . import Options

_LOOK_PX = 1024  # long side at which a painting is looked at, at most
_BASE_BYTES, _BYTES_PER_PIXEL, _PIXELS_PER_SECOND = 350e6, 1100, 6e5


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Look at the paintings at the brush's size, blend their Gram matrices by weight, and paint."""
    weights, fingerprint = msgnet.load()
    content, paintings = recoloured(inputs, options.preserve_colour)
    looking = load(msgnet.encoder(weights, fingerprint), context.run)
    gram: Array | float = 0.0
    for painting, share in zip(paintings, inputs.style_shares, strict=True):
        size = style_size(painting.shape[:2], content.shape[:2], options.style_scale)
        seen = resize(painting, fit_size(size, _LOOK_PX) if max(size) > _LOOK_PX else size)
        gram = gram + share * msgnet.target(looking({"picture": planes(seen, msgnet.MULTIPLE)})["features"])
    painter = load(msgnet.painter(weights, fingerprint), context.run)
    matrix = msgnet.comatch(weights, np.asarray(gram, np.float32))
    picture = paint_whole(painter, content, msgnet.MULTIPLE, context, matrix=matrix)
    return Result(with_kept_colour(picture, inputs.content, options.preserve_colour), facts(painter))


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time: the picture is painted in one piece."""
    pixels = height * width
    return Estimate(int(_BASE_BYTES + _BYTES_PER_PIXEL * pixels), 1 + (1 + 0.4 * styles) * pixels / _PIXELS_PER_SECOND)
