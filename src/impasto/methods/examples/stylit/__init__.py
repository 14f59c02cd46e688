"""Fiser et al. 2016, StyLit: patches of a painted ball, given to the places of a rendering that are lit alike, within a budget."""

from typing import Annotated

from pydantic import Field

from impasto.content.colour import PreserveColour
from impasto.core import (
    UI,
    Content,
    Method,
    NamedWeights,
    PictureOptions,
    SizeRule,
    StyleMasks,
    Styles,
    Taxonomy,
)
from impasto.guides.inputs import guide_inputs
from impasto.guides.view import ViewOptions


class Options(ViewOptions, PictureOptions):
    """What can be turned on `stylit`."""

    guide_weights: NamedWeights = {}
    """How much each pair of guides counts, by number: 1:0.66,2:0.66,3:0.66. Left alone, given guides count two together, as in the authors' examples, and so does the one made from photo and painting."""
    style_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """How much a patch's own look counts beside the guides: more keeps strokes whole, less follows the guides."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the style relative to the result: smaller gives finer strokes."""
    match_levels: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far the photo's greys are spread to the painting's before the two are compared. Given guides are left alone."""
    preserve_colour: PreserveColour = "off"
    """Keep the photo's colours, by painting light and dark only, or by giving the painting the photo's palette first."""
    patch_size: Annotated[int, Field(ge=3, le=15)] = 5
    """Side of the patches that are compared, an odd number of pixels: larger keeps larger pieces of the style whole."""
    rounds: Annotated[int, Field(ge=1, le=100), UI(advanced=True)] = 6
    """How often patches are given away and a picture is voted for, at every scale."""
    search_passes: Annotated[int, Field(ge=1, le=100), UI(advanced=True)] = 4
    """How often the style is passed over, to and fro, in search of better places, in every round."""
    levels: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = 6
    """Scales, each half the next; fewer where the pictures are small."""


METHOD = Method(
    id="stylit",
    title="StyLit",
    summary="Paint a rendering like a painted ball that is lit alike: the painting's patches choose their places.",
    papers=("fiser2016", "barnes2009"),
    taxonomy=Taxonomy(family="examples", texture="non-parametric", scope="any-style"),
    inputs=(
        Content(optional=True, models=("full", "diffuse", "specular", "indirect"), help="The rendering or photo to paint, or a model (.obj) with a painted ball as the style; content_guide can stand in for it."),
        Styles(help="The painted ball, or any painting."),
        StyleMasks(many=False, help="The part of the painting that may be used."),
        *guide_inputs(
            ("the full light", "direct diffuse light", "direct specular light", "light that was reflected before")
        ),
    ),
    size=SizeRule(minimum=16, default=512),
    options=Options,
    presets={"tiny": {"size": 64, "rounds": 1, "search_passes": 2}},
    run="impasto.methods.examples.stylit.synthesis:stylize",
    estimate="impasto.methods.examples.stylit.synthesis:estimate",
    deviations=(
        "The budget is found once for each scale, in its first round; what is left when 95 % are filled, or after twelve tries, takes what fits best.",
        "The style's patches look for free places from where they were, and only those that lost theirs start anew.",
        "Light passes are pictures that are given, or are rendered of a model and of a ball: one lamp, its shadow, light from the sky dimmed in folds; no light is traced. With a photo and a painting alone, light, dark and detail of both are the guide.",
    ),
)  # fmt: skip
