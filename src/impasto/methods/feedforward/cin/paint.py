"""`cin`: blend the rows of the styles, for the picture or for every pixel, and paint in one pass."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Inputs, Result, UsageError
from impasto.engines import facts
from impasto.image import label_levels
from impasto.reconstruction import styles
from impasto.reconstruction.frozen import Repainter
from impasto.reconstruction.networks import cin
from impasto.reconstruction.networks.named import Named

from . import Options
from .estimate import tile_px


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Paint the photo in the named styles: a blend of them all over, or each where its mask says."""
    names = {name: weight for name, weight in options.style_name.items() if weight > 0}
    network, rows = styles.together(list(names), options.network)
    photo, _ = recoloured(inputs, options.preserve_colour)
    side_px = tile_px(options, context.run)
    if inputs.masks:
        picture, tiles, report = _by_pixel(network, rows, shares_of(inputs.masks, list(names)), photo, side_px, context)
    else:
        weights = np.array(list(names.values()), np.float32)
        row = (weights / weights.sum())[None] @ rows
        make = partial(cin.painter, network.trunk, fingerprint=network.sha256)
        repainter = Repainter(lambda kind: make(kind=kind), cin.FIELD_PX, context, margin_px=cin.MARGIN_PX)
        picture, tiles = repainter.paint(photo, side_px, {"row": row})
        report = facts(repainter.ran)
    if options.strength < 1:
        picture = photo + np.float32(options.strength) * (picture - photo)
    finished = with_kept_colour(picture, inputs.content, options.preserve_colour)
    return Result(finished, {"tiles": tiles, "styles": names, "weights": [network.file.stem], **report})


def _by_pixel(
    network: Named, rows: Array, shares: Array, photo: Array, side_px: int, context: Context
) -> tuple[Array, int, dict[str, str]]:
    """Every pixel in its own blend (S, H, W) of the rows (S, L), in one pass; what no style claims stays the photo."""
    claimed = shares.sum(0)
    # Where nothing is claimed the blend is of all styles alike: it will be covered, but no norm may see a hole.
    whole = np.where(claimed > 1e-3, shares / np.maximum(claimed, 1e-3), 1 / len(shares)).astype(np.float32)
    make = partial(cin.blender, network.trunk, fingerprint=network.sha256)
    repainter = Repainter(lambda kind: make(kind=kind), cin.FIELD_PX, context, cin.reduced, cin.MARGIN_PX)
    picture, tiles = repainter.paint(photo, side_px, {"rows": np.ascontiguousarray(rows.T[None])}, list(whole))
    covered = np.minimum(claimed, 1)[..., None]
    return photo + covered * (picture - photo), tiles, facts(repainter.ran)


def shares_of(masks: Sequence[Array], names: Sequence[str]) -> Array:
    """How much of each style every pixel asks for: (S, H, W), of one mask a style, or of one label picture.

    Raises UsageError where masks and styles do not go together.
    """
    if len(masks) == len(names):
        return np.stack(list(masks))
    levels = label_levels(masks[0]) if len(masks) == 1 else None
    if levels is None or len(levels) != len(names):
        held = f"{len(masks)} masks" if levels is None else f"a label picture of {len(levels)} grey levels"
        raise UsageError(
            f"{held} for {len(names)} style names ({', '.join(names)}); give a mask for each, or a label picture with as "
            "many grey levels"
        )
    grey = np.rint(masks[0] * 255)
    return np.stack([(grey == level).astype(np.float32) for level in levels])
