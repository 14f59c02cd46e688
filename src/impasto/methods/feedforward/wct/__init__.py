"""Li et al. 2017: universal style transfer by whitening and colouring, level by level."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, CanvasOptions, Content, Masks, Method, SizeRule, StyleMasks, Styles, Taxonomy
from impasto.reconstruction.options import OnePassOptions


class Options(CanvasOptions, OnePassOptions):
    """What can be turned on `wct`."""

    strength: Annotated[float, Field(ge=0, le=1)] = 0.6
    """How far to go from the photo (0) to the painting (1) at every level. Without a photo it is always all the way."""
    levels: Annotated[int, Field(ge=1, le=5)] = 4
    """How many levels, from the deepest to the shallowest: 4 begins at relu4_1 and keeps shapes, 5 at relu5_1 and melts them, 1 moves colours alone."""
    passes: Annotated[int, Field(ge=1, le=20)] = 1
    """How often to go through all the levels; without a photo at least three times."""
    swap: bool = False
    """Rebuild the deepest level from the painting's own patches, which brings more of its shapes."""
    patch: Annotated[int, Field(ge=1, le=9), UI(advanced=True)] = 3
    """Side of those patches, in places of the deepest level."""


METHOD = Method(
    id="wct",
    title="WCT",
    summary="Whiten the photo's features and colour them with the painting's covariance, level by level; or paint from noise.",
    papers=("li2017wct", "wang2020", "sheng2018"),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="any-style"),
    inputs=(
        Content(optional=True, help="The picture to repaint; without one, a texture is made from noise."),
        Styles(many=True),
        Masks(help="Where a style goes: one greyscale picture for each style, in order, white where it goes; or one label picture whose grey levels, dark to bright, take the styles in order."),
        StyleMasks(help="Which part of a style to take: one for each style, white is taken. With one style and label pictures on both sides, labels of the same grey belong together."),
    ),
    size=SizeRule(minimum=32, default=768),
    options=Options,
    presets={
        # Li et al. 2017, section 3.3 and the authors' code: five levels, strength 0.6, 512.
        "paper": {"encoder": "vgg19", "levels": 5, "strength": 0.6, "size": 512},
        "tiny": {"size": 64, "levels": 3},
    },
    run="impasto.methods.feedforward.wct.paint:stylize",
    estimate="impasto.methods.feedforward.wct.estimate:estimate",
    weights=("slim", "inverse_slim"),
    deviations=(
        "Four levels by default, from relu4_1: the decoder of relu5_1 melts shapes. The paper's five are `--levels 5`.",
        "On the validation grid at 512 px (36 pairs, slim encoder, strength 0.6) the median style ratio is 0.39 at a content cosine of 0.50.",
        "The default encoder is the slim one, a quarter of VGG-19's width, with decoders trained here in minutes: see the card of inverse_slim. VGG-19's (preset 'paper') are not shipped; 'impasto train wct --encoder vgg19' makes them, to relu4_1.",
        "The first level's decoder, a single convolution, is solved by least squares.",
        "Directions that vary less than 1e-7 of the strongest are left out, relative to each level; the authors' code cuts at 1e-5, whatever the level.",
        "What a level shows is brought into [0, 1] before the next one looks at it.",
        "A swap (`--swap`) is of patches of the whitened deepest level, whichever it is; the authors' code has it at relu5_1.",
    ),
)  # fmt: skip
