"""Portilla & Simoncelli 2000: texture from the joint statistics of waves, the last great texture model before networks."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, CanvasOptions, Method, SizeRule, Styles, Taxonomy


class Options(CanvasOptions):
    """What can be turned on `portilla_simoncelli`."""

    by: Literal["both", "projection", "descent"] = "both"
    """How the picture is found: projection sets one group of statistics after the other, round after round, as the authors do; descent moves the pixels down the gradient of all of them at once; both ends the first with a little of the second, which comes much nearer."""
    steps: Annotated[int | None, Field(ge=1, le=100_000)] = None
    """Rounds of projection, or evaluations of the loss. Left alone, 50 of the first or 200 of the second."""
    style_scale: Annotated[float | None, Field(gt=0, le=8)] = None
    """Size of the sample relative to the result: smaller gives finer texture. Left alone, the sample keeps its own pixels and is only ever made smaller, to the result's long side."""
    levels: Annotated[int | None, Field(ge=1, le=8), UI(advanced=True)] = None
    """Sizes of waves that are measured, each twice the finer one. Left alone, as many as leave 16 pixels at the coarsest."""
    orientations: Annotated[int, Field(ge=2, le=8), UI(advanced=True)] = 4
    """Directions of waves that are measured."""
    neighbourhood: Annotated[int, Field(ge=1, le=31), UI(advanced=True)] = 9
    """Side of the neighbourhood in which pixels of each size are compared, an odd number: wider holds on to regular patterns."""
    histogram: bool = False
    """Give the finished texture exactly the sample's colours, channel by channel."""


METHOD = Method(
    id="portilla_simoncelli",
    title="Portilla and Simoncelli 2000",
    summary="Make more of a texture from the statistics of its waves: no network, any size, and its edges fit together.",
    papers=("portilla2000", "simoncelli1995", "moisan2011"),
    taxonomy=Taxonomy(family="texture", reconstruction="online", texture="parametric"),
    inputs=(Styles(help="The texture or painting to make more of."),),
    size=SizeRule(minimum=16, default=512),
    options=Options,
    presets={
        # Portilla & Simoncelli 2000, section 3: 256 pixels, 4 scales, 4 directions, neighbourhoods of 7: 710 numbers.
        "paper": {"size": 256, "levels": 4, "steps": 50, "neighbourhood": 7, "by": "projection"},
        "tiny": {"size": 64, "steps": 4},
    },
    run="impasto.methods.optimization.portilla_simoncelli.synthesise:stylize",
    estimate="impasto.methods.optimization.portilla_simoncelli.synthesise:estimate",
    deviations=(
        "The paper describes grey pictures. Colours are turned into their principal components; directions of all components are correlated with each other, as in the authors' later colour model.",
        "Means of the waves' lengths are set, too, as in the authors' code.",
        "Rounds of projection end 1.5 to 3 % away from the sample's statistics; a descent of three evaluations to five rounds, which the authors have not, takes that to a few tenths of one; fine black print on white settles from 13 % to 4 %.",
        "The sample's frame, where its right edge meets its left, is taken away before it is measured (Moisan 2011); the authors measure it.",
        "Covariances are set by the map that moves least, where the authors take the one nearest to a rotation.",
        "Any number of pixels works: bands are cut from the spectrum, and their sizes are rounded up.",
    ),
)  # fmt: skip
