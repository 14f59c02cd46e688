"""`adain`: look, move the moments, show."""

from impasto.core import Context, Inputs, Result
from impasto.reconstruction.onepass import Sitting, with_mirrored_masks
from impasto.reconstruction.transfer import regions_of, restyled
from impasto.textures.moments import moments_within, with_moments

from . import Options

LAYER = "relu4_1"


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Give the photo's features at relu4_1 the paintings' moments, region by region, and decode them (eq. 8, 14 and 15)."""
    regions = regions_of(with_mirrored_masks(inputs, LAYER))
    sitting = Sitting(inputs, options, context, LAYER)
    family, look = f"adain_{options.encoder}", sitting.networks.look
    sitting.networks.need(family, LAYER)
    features = look(sitting.photo, (LAYER,))[LAYER]
    styles = [look(painting, (LAYER,))[LAYER] for painting in sitting.paintings]
    moved = restyled(features, styles, regions, moments_within, with_moments, options.strength)
    picture = sitting.networks.show(moved, family, LAYER)
    context.report(1, 1, lambda: sitting.cut(picture))
    return sitting.result(picture)
