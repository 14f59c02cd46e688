"""Guided patch synthesis, as EbSynth's core does it (Jamriska et al.; Fiser et al. 2016; Jamriska et al. 2015)."""

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
)  # fmt: skip
from impasto.guides.inputs import guide_inputs
from impasto.guides.view import ViewOptions


class Options(ViewOptions, PictureOptions):
    """What can be turned on `ebsynth`."""

    guide_weights: NamedWeights = {}
    """How much each pair of guides counts, by number: 1:0.66,2:0.66,3:0.66. Left alone, given guides share a weight of one, and the one made from photo and painting weighs two."""
    style_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """How much a patch's own look counts beside the guides: more keeps strokes whole, less follows the guides."""
    uniformity: Annotated[float, Field(ge=0, le=1e6)] = 3500.0
    """How dear it is to use a part of the style that is used more than others; 0 lets a few good patches be repeated all over."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the style relative to the result: smaller gives finer strokes."""
    match_levels: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far the photo's greys are spread to the painting's before the two are compared. Given guides are left alone."""
    preserve_colour: PreserveColour = "off"
    """Keep the photo's colours, by painting light and dark only, or by giving the painting the photo's palette first."""
    patch_size: Annotated[int, Field(ge=3, le=15)] = 5
    """Side of the patches that are compared, an odd number of pixels: larger keeps larger pieces of the style whole."""
    rounds: Annotated[int, Field(ge=1, le=100), UI(advanced=True)] = 6
    """How often matches are sought and a picture is voted for, at every scale."""
    search_passes: Annotated[int, Field(ge=1, le=100), UI(advanced=True)] = 4
    """How often the picture is passed over, to and fro, in search of better matches, in every round."""
    levels: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = None
    """Scales, each half the next. Left alone, as many as leave two patches and a pixel."""
    stop_threshold: Annotated[float, Field(ge=0, le=255), UI(advanced=True)] = 5.0
    """Where no value, of 0 to 255, changed by this much in a round, no better match is sought in the next; 0 seeks everywhere, for twice the time."""
    extra_pass: bool = True
    """Make the last round one of patches of three pixels without uniformity, which sharpens."""
    weighted_votes: Annotated[bool, UI(advanced=True)] = False
    """Let patches that match well count more in what a pixel becomes."""


METHOD = Method(
    id="ebsynth",
    title="EbSynth",
    summary="Paint a picture from a painting's patches, where guides or light and dark agree.",
    papers=("fiser2016", "jamriska2015", "jamriska2019", "barnes2009"),
    taxonomy=Taxonomy(family="examples", texture="non-parametric", scope="any-style"),
    inputs=(
        Content(optional=True, models=("normals", "full"), help="The photo to repaint, or a model (.obj) with a painted ball as the style; content_guide can stand in for it."),
        Styles(help="The painting."),
        StyleMasks(many=False, help="The part of the painting that may be used."),
        *guide_inputs(),
    ),
    size=SizeRule(minimum=16, default=768),
    options=Options,
    presets={
        "reference": {"extra_pass": False, "stop_threshold": 0.0, "match_levels": 0.0},
        "tiny": {"size": 64, "rounds": 2, "search_passes": 2},
    },
    run="impasto.methods.examples.ebsynth.synthesis:stylize",
    estimate="impasto.methods.examples.ebsynth.synthesis:estimate",
    sequence="impasto.methods.examples.ebsynth.film:paint_film",
    keyframes=True,
    deviations=(
        "Scales are means of what they cover; the authors' program takes single pixels, which flickers and aliases.",
        "Patches may reach over the border of painting and result, which are repeated there; what lies beyond has no vote.",
        "A pass works on up to eight tiles that know of each other's uses when it began, so that any number of threads gives one picture.",
        "With a photo and a painting alone, light, dark and detail of both are the guide.",
    ),
)  # fmt: skip
