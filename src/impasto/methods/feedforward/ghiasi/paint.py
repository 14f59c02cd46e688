"""`ghiasi`: a code for every painting, their blend, and one pass over the photo."""

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Inputs, Result
from impasto.engines import Network, facts, load
from impasto.image import fit_size, resize, style_size
from impasto.reconstruction.frozen import Repainter, planes
from impasto.reconstruction.networks import cin, ghiasi

from . import Options
from .estimate import tile_px

_LOOK_PX = 1024  # long side at which a painting is looked at, at most: it has shown its texture by then


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Look at the paintings, blend their codes by weight, go there from the photo's own code, and paint."""
    networks = Networks(context)
    content, paintings = recoloured(inputs, options.preserve_colour)
    code = np.zeros((1, ghiasi.CODE), np.float32)
    for painting, share in zip(paintings, inputs.style_shares, strict=True):
        size = style_size(painting.shape[:2], content.shape[:2], options.style_scale)
        code += share * networks.code(painting, size)
    if options.strength < 1:
        code = (1 - options.strength) * networks.code(content, content.shape[:2]) + options.strength * code
    picture, tiles = networks.painter.paint(content, tile_px(options, context.run), {"code": code})
    finished = with_kept_colour(picture, inputs.content, options.preserve_colour)
    return Result(finished, {"tiles": tiles, "weights": [ghiasi.NAME], **facts(networks.painter.ran)})


class Networks:
    """The two networks on the engine of the run."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.weights, self.fingerprint = ghiasi.load()
        self.painter = Repainter(self._painter, cin.FIELD_PX, context)

    def _painter(self, kind: cin.Kind) -> Network:
        return ghiasi.painter(self.weights, kind=kind, fingerprint=self.fingerprint)

    def code(self, picture: Array, size: tuple[int, int]) -> Array:
        """What a picture of that size looks like, in a hundred numbers: (1, 100)."""
        if max(size) > _LOOK_PX:
            size = fit_size(size, _LOOK_PX)
        looking = load(ghiasi.encoder(self.weights, fingerprint=self.fingerprint), self.context.run)
        return looking({"picture": planes(resize(picture, size))})["code"]
