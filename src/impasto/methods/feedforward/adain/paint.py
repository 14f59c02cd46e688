"""`adain`: look, move the moments, show."""

import numpy as np
import torch

from impasto.core import Context, Inputs, Result
from impasto.reconstruction.onepass import Sitting, with_mirrored_masks
from impasto.reconstruction.transfer import changes, regions_of
from impasto.reconstruction.views import TextureModel
from impasto.textures.moments import Moments, MomentSums, moments_within, with_moments

from . import Options

LAYER = "relu4_1"
MODEL: TextureModel[Moments] = TextureModel(moments_within, MomentSums, with_moments)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Give the photo's features at relu4_1 the paintings' moments, region by region, and decode them (eq. 8, 14 and 15)."""
    regions = regions_of(with_mirrored_masks(inputs, LAYER))
    sitting = Sitting(inputs, options, context, LAYER)
    family = f"adain_{options.encoder}"
    sitting.networks.need(family, LAYER)
    photo, paintings = sitting.views(LAYER)
    wanted = changes(photo.statistics(LAYER, MODEL), [look.statistics(LAYER, MODEL) for look in paintings], regions)
    sitting.let_go()
    del paintings
    picture = photo.repainted(LAYER, family, wanted, MODEL.move, options.strength)
    claimed = np.minimum(1, np.sum([region.guide for region in regions], 0)) if inputs.masks else np.ones((1, 1))
    kept = torch.from_numpy(1 - options.strength * claimed).to(picture)
    if kept.max() > 0:
        # Else a strength of 0, and what no mask covers, would show the decoder's failings.
        picture = picture.clamp_(0, 1) + kept * photo.lost(LAYER, family)
    del photo
    context.report(1, 1, lambda: sitting.cut(picture))
    return sitting.result(picture)
