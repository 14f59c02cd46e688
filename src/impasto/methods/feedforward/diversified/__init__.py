"""Li et al. 2017, diversified texture synthesis: one generator, many textures, and no two pictures alike."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, CanvasOptions, Method, NamedWeights, SizeRule, Taxonomy


class Options(CanvasOptions):
    """What can be turned on `diversified`."""

    style_name: NamedWeights = {"starry-night": 1.0}
    """A texture by name, or several with weights that blend: starry-night:2,great-wave:1."""
    variation: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Which of the endless pictures of a texture; every number is another one."""
    network: Annotated[str | None, UI(opens="file")] = None
    """A file that `impasto train diversified` made, instead of the shipped one."""


METHOD = Method(
    id="diversified",
    title="Diversified texture synthesis",
    summary="Make a texture that a network knows by name, out of noise, at any size: one pass, and never the same twice.",
    papers=("li2017diversified",),
    taxonomy=Taxonomy(family="texture", reconstruction="offline", texture="parametric", scope="multi-style"),
    inputs=(),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.diversified.weave:stylize",
    estimate="impasto.methods.feedforward.diversified.weave:estimate",
    weights=("diversified",),
    deviations=(
        "Convolutional from the first layer on, with noise at every place of six sizes, so that textures of any size can be made; the paper makes 256 x 256 pixels of two random numbers. Without noise at the larger sizes it wove the same grid into every texture.",
        "The selector gives the norms their gains and shifts; the paper joins its stream before every convolution.",
        "Instance norm, means and covariances of features by their squares in the loss; the paper has batch norm and L1 of centred Gram matrices.",
    ),
)  # fmt: skip
