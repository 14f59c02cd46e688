"""`ghiasi`: a code for every painting, their blend, and one pass over the photo."""

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Inputs, Result
from impasto.engines import facts, load
from impasto.image import fit_size, resize, style_size
from impasto.image.tiles import Tiling, paint_in_tiles
from impasto.reconstruction.networks import cin, ghiasi

from . import Options
from .estimate import tile_px

_LEAST_PX = 16  # of a side: what the method asks of a photo, too
_LOOK_PX = 1024  # long side at which a painting is looked at, at most: it has shown its texture by then
_STATISTICS_PX = 1024  # long side of the picture whose statistics the tiles of a larger one see


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
    picture, tiles = networks.paint(content, code, tile_px(options, context.run))
    finished = with_kept_colour(picture, inputs.content, options.preserve_colour)
    return Result(finished, {"tiles": tiles, "weights": [ghiasi.NAME], **facts(networks.painter)})


class Networks:
    """The two networks on the engine of the run."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.weights, self.fingerprint = ghiasi.load()
        self.painter = load(ghiasi.painter(self.weights, fingerprint=self.fingerprint), context.run)

    def code(self, picture: Array, size: tuple[int, int]) -> Array:
        """What a picture of that size looks like, in a hundred numbers: (1, 100)."""
        if max(size) > _LOOK_PX:
            size = fit_size(size, _LOOK_PX)
        looking = load(ghiasi.encoder(self.weights, fingerprint=self.fingerprint), self.context.run)
        return looking({"picture": _planes(resize(picture, size))})["code"]

    def paint(self, photo: Array, code: Array, side_px: int) -> tuple[Array, int]:
        """The photo repainted, and in how many tiles: one, unless it is longer than `side_px`."""
        given = {"code": code}
        network = self.painter
        if max(photo.shape[:2]) > side_px:
            given["statistics"] = self.statistics(photo, code, min(_STATISTICS_PX, side_px))
            network = load(ghiasi.painter(self.weights, frozen=True, fingerprint=self.fingerprint), self.context.run)
        # One tile is the whole picture, whatever its reach.
        tiling = Tiling(_whole(side_px), cin.FIELD_PX, 0, cin.MULTIPLE)
        count = 0

        def paint(part: Array) -> Array:
            nonlocal count
            count += 1
            return network({"picture": part, **given})["picture"]

        return paint_in_tiles(photo, paint, tiling, context=self.context), count

    def statistics(self, photo: Array, code: Array, long_side: int) -> Array:
        """What the norms would see in the whole photo, taken from a smaller copy of it."""
        size = fit_size(photo.shape[:2], long_side)
        small = resize(photo, tuple(_whole(max(side, _LEAST_PX)) for side in size))
        return self.painter({"picture": _planes(small), "code": code})["statistics"]


def _whole(side: int) -> int:
    return -(-side // cin.MULTIPLE) * cin.MULTIPLE


def _planes(picture: Array) -> Array:
    """(H, W, 3) to (1, 3, H, W)."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
