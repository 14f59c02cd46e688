"""Efros & Freeman 2001, Image Quilting: blocks of a sample, laid so that they agree where they overlap, cut along the best seam."""

from typing import Annotated

from pydantic import Field

from impasto.content.colour import PreserveColour
from impasto.core import UI, CanvasOptions, Content, Method, SizeRule, Styles, Taxonomy


class Options(CanvasOptions):
    """What can be turned on `quilting`."""

    block_size: Annotated[int | None, Field(ge=4, le=1024)] = None
    """Side of a block in pixels: larger than the texture's largest regular part, smaller for more variety. Left alone, a sixth of the sample's smaller side; with a photo, a twentieth of the result's long side."""
    tolerance: Annotated[float, Field(ge=0, le=10)] = 0.1
    """A block is drawn from all that fit the overlap this much worse than the best one; more gives more variety, and worse seams."""
    tileable: bool = False
    """Make a picture whose right edge continues on its left and its bottom on its top. Only without a photo."""
    content_weight: Annotated[float, Field(gt=0, le=1e6), UI(scale="log")] = 4.0
    """With a photo: how strictly its light and dark is followed, relative to the paper's balance."""
    passes: Annotated[int, Field(ge=1, le=8)] = 3
    """With a photo: how often the picture is laid anew, with blocks a third smaller every time."""
    match_levels: Annotated[float, Field(ge=0, le=1)] = 1.0
    """With a photo: how far its greys are spread to the painting's before the two are compared, so that no part of the painting is left unused."""
    style_scale: Annotated[float | None, Field(gt=0, le=8)] = None
    """Size of the sample relative to the result. Left alone, it keeps its own pixels and is only ever made smaller, to the result's long side."""
    preserve_colour: PreserveColour = "off"
    """With a photo: keep its colours, by painting light and dark only, or by giving the painting its palette first."""
    candidates: Annotated[int, Field(ge=16, le=10_000_000), UI(advanced=True)] = 20_000
    """Most places of the sample that are tried for a block, on a grid that is shifted every time and refined around the best. Samples with fewer places are searched whole."""


METHOD = Method(
    id="quilting",
    title="Image quilting",
    summary="Make more of a texture from its own blocks, or lay them so that they follow a photo (texture transfer).",
    papers=("efros2001",),
    taxonomy=Taxonomy(family="texture", texture="non-parametric"),
    inputs=(
        Content(optional=True, help="The photo that the blocks are to follow; without one, more of the texture is made."),
        Styles(help="The texture or painting whose blocks are used."),
    ),
    size=SizeRule(minimum=16, default=512),
    options=Options,
    presets={
        "paper": {"content_weight": 1.0, "match_levels": 0.0, "candidates": 10_000_000},
        "tiny": {"size": 64, "block_size": 12, "passes": 2},
    },
    run="impasto.methods.examples.quilting.quilt:stylize",
    estimate="impasto.methods.examples.quilting.quilt:estimate",
    deviations=(
        "Blocks are spread evenly, so that the last ones end at the picture's edge; overlaps are a sixth of a block or a little more.",
        "A block may not simply continue its neighbour's place in the sample, which fits perfectly, or whole regions would be copied; nor repeat a neighbour, which shows as a grid in skies.",
        "A photo counts four times as much as in the paper, or no face survives (preset 'paper': once). The photo's greys are first given the painting's distribution (match_levels 0 compares them as they are).",
        "Of large samples not every place is tried for every block; see candidates.",
    ),
)  # fmt: skip
