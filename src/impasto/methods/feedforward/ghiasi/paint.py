"""`ghiasi`: a code for every painting, their blend, and one pass over the photo."""

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Inputs, Result
from impasto.engines import load
from impasto.image import fit_size, resize, style_size
from impasto.reconstruction.networks import cin, ghiasi
from impasto.reconstruction.tiles import paint_in_tiles, paint_padded

from . import Options
from .estimate import WHOLE_PX

_STATISTICS_PX = 1024  # long side of the picture whose statistics the tiles of a larger one see


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Look at the paintings, blend their codes by weight, go there from the photo's own code, and paint."""
    networks = Networks(context)
    content, paintings = recoloured(inputs, options.preserve_colour)
    code = np.zeros((1, ghiasi.CODE), np.float32)
    for painting, share in zip(paintings, inputs.style_shares, strict=True):
        size = style_size(painting.shape[:2], content.shape[:2], options.style_scale)
        code += share * networks.code(resize(painting, size))
    if options.strength < 1:
        code = (1 - options.strength) * networks.code(content) + options.strength * code
    context.report(1, 2, message="style")
    picture, tiles = networks.paint(content, code, options.tile_px or WHOLE_PX)
    context.report(2, 2, message="picture")
    finished = with_kept_colour(picture, inputs.content, options.preserve_colour)
    return Result(finished, {"tiles": tiles, "weights": [ghiasi.NAME]})


class Networks:
    """The two networks on the engine of the run."""

    def __init__(self, context: Context) -> None:
        self.run = context.run
        self.weights, self.fingerprint = ghiasi.load()
        self.painter = load(ghiasi.painter(self.weights, fingerprint=self.fingerprint), self.run)

    def code(self, picture: Array) -> Array:
        """What a picture looks like, in a hundred numbers: (1, 100)."""
        looking = load(ghiasi.encoder(self.weights, fingerprint=self.fingerprint), self.run)
        return looking({"picture": _planes(picture)})["code"]

    def paint(self, photo: Array, code: Array, whole_px: int) -> tuple[Array, int]:
        """The photo repainted, and in how many pieces: one, unless it is longer than `whole_px`."""
        if max(photo.shape[:2]) <= whole_px:
            return paint_padded(photo, lambda part: self.pass_over(part, code)[0], cin.MULTIPLE), 1
        small = resize(photo, fit_size(photo.shape[:2], min(_STATISTICS_PX, whole_px)))
        _, statistics = self.pass_over(small[: small.shape[0] // 4 * 4, : small.shape[1] // 4 * 4], code)
        tiles = load(ghiasi.painter(self.weights, frozen=True, fingerprint=self.fingerprint), self.run)
        count = 0

        def paint(part: Array) -> Array:
            nonlocal count
            count += 1
            return _picture(tiles({"picture": _planes(part), "code": code, "statistics": statistics})["picture"])

        return paint_in_tiles(photo, paint, whole_px, cin.FIELD_PX, cin.MULTIPLE), count

    def pass_over(self, photo: Array, code: Array) -> tuple[Array, Array]:
        """A picture whose sides are multiples of four, repainted; and its statistics."""
        found = self.painter({"picture": _planes(photo), "code": code})
        return _picture(found["picture"]), found["statistics"]


def _planes(picture: Array) -> Array:
    """(H, W, 3) to (1, 3, H, W)."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)


def _picture(planes: Array) -> Array:
    """(1, 3, H, W) to (H, W, 3), within [0, 1]."""
    return np.ascontiguousarray(planes[0].transpose(1, 2, 0), np.float32).clip(0, 1)
