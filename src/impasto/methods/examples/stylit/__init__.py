"""Fiser et al. 2016, StyLit: patches of a painted ball, given to the places of a rendering that are lit alike, within a budget."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Content, Method, NamedWeights, SizeRule, StyleMasks, Styles, Taxonomy
from impasto.guides.inputs import guide_inputs
from impasto.reconstruction.guided_options import GuidedOptions


class Options(GuidedOptions):
    """What can be turned on `stylit`."""

    guide_weights: NamedWeights = {}
    """How much each pair of guides counts, by number: 1:0.66,2:0.66,3:0.66. Left alone, given guides count two together, as in the authors' examples, and so does the one made from photo and painting."""
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
