"""`johnson`: one pass of the network of the style that is asked for."""

from functools import partial

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Inputs, Result
from impasto.engines import facts
from impasto.reconstruction import styles
from impasto.reconstruction.frozen import Repainter
from impasto.reconstruction.networks import cin, named

from . import Options
from .estimate import tile_px


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Paint the photo in the named style."""
    network, style = styles.alone(options.style_name, narrow=options.channels == "quarter")
    photo, _ = recoloured(inputs, options.preserve_colour)
    make = partial(named.painter, network, style)
    repainter = Repainter(lambda kind: make(kind=kind), cin.FIELD_PX, context, margin_px=cin.MARGIN_PX)
    picture, tiles = repainter.paint(photo, tile_px(options, context.run))
    picture = _towards(photo, picture, options.strength)
    finished = with_kept_colour(picture, inputs.content, options.preserve_colour)
    report = {"tiles": tiles, "style": style, "weights": [network.file.stem], **facts(repainter.ran)}
    return Result(finished, report)


def _towards(photo: Array, picture: Array, strength: float) -> Array:
    return picture if strength == 1 else photo + np.float32(strength) * (picture - photo)
