"""Guided patch synthesis, as EbSynth's core does it (Jamriska et al.; Fiser et al. 2016; Jamriska et al. 2015)."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Content, Method, NamedWeights, SizeRule, StyleMasks, Styles, Taxonomy
from impasto.guides.inputs import guide_inputs
from impasto.reconstruction.guided_options import GuidedOptions


class Options(GuidedOptions):
    """What can be turned on `ebsynth`."""

    guide_weights: NamedWeights = {}
    """How much each pair of guides counts, by number: 1:0.66,2:0.66,3:0.66. Left alone, given guides share a weight of one, and the one made from photo and painting weighs two."""
    uniformity: Annotated[float, Field(ge=0, le=1e6)] = 3500.0
    """How dear it is to use a part of the style that is used more than others; 0 lets a few good patches be repeated all over."""
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
