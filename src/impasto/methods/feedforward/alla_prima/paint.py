"""`alla_prima`: measure photo and painting, work out the maps between them, paint."""

from collections.abc import Sequence

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Inputs, Result
from impasto.image import resize, style_size

from . import Options
from .looks import Look, mixed
from .painter import Painter


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Paint the photo in one pass; where there are masks, once for each region, and lay the results side by side."""
    photo, paintings = recoloured(inputs, options.preserve_colour)
    context.report(0, 1)
    painter = Painter(context, options.tile_px)
    sizes = [style_size(p.shape[:2], photo.shape[:2], options.style_scale) for p in paintings]
    looks = [painter.look(brought_to(p, size)) for p, size in zip(paintings, sizes, strict=True)]
    if inputs.masks:
        picture = in_regions(painter, photo, looks, inputs, options.strength)
    else:
        look = mixed(list(zip(looks, inputs.style_shares, strict=True)))
        picture = painter.paint(photo, look, options.strength)
    context.report(1, 1)
    return Result(with_kept_colour(picture, inputs.content, options.preserve_colour), painter.report())


def brought_to(painting: Array, size: tuple[int, int]) -> Array:
    """A painting (H, W, 3) at the size at which it is looked at. Enlarged the quick way: there is no more to be seen in it."""
    if any(new < old for new, old in zip(size, painting.shape[:2], strict=True)):
        return resize(painting, size)
    import cv2

    enlarged = cv2.resize(painting, size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(enlarged, 0, 1, out=enlarged)


def in_regions(painter: Painter, photo: Array, looks: Sequence[Look], inputs: Inputs, strength: float) -> Array:
    """Each region in its own look, measured and painted by itself, joined where the masks say."""
    from impasto.reconstruction.regions import read_regions  # torch, which a plain call does without

    guides, pictures = [], []
    for region in read_regions(inputs):
        share = sum(source.share for source in region.sources)
        look = mixed([(looks[source.style], source.share / share) for source in region.sources])
        guides.append(region.guide)
        pictures.append(painter.paint(photo, look, strength, region.guide))
    # What no mask claims stays the photo.
    claimed = np.sum(guides, 0)
    whole = np.maximum(claimed, 1.0)
    joined = sum(p * (g / whole)[..., None] for p, g in zip(pictures, guides, strict=True))
    return (joined + photo * (1 - claimed / whole)[..., None]).astype(np.float32)
