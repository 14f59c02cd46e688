"""Hertzmann et al. 2001, Image Analogies: A is to A' as B is to B': a filter, a painting or a texture learnt from one pair."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.content.colour import PreserveColour
from impasto.core import UI, CanvasOptions, Content, Extra, Method, SizeRule, Styles, Taxonomy

Mode = Literal["auto", "filter", "texture", "numbers", "enlarge", "transfer"]


class Options(CanvasOptions):
    """What can be turned on `image_analogies`."""

    mode: Mode = "auto"
    """What the pair teaches: a filter; more of a texture; texture by numbers, where both guides are label pictures; to enlarge (super-resolution); or texture transfer, where the style is its own guide. Left alone: a texture without a photo, numbers where the guide is a label picture, else a filter."""
    coherence: Annotated[float | None, Field(ge=0, le=1e6)] = None
    """How much worse a pixel may fit that continues the piece its neighbour came from (the paper's kappa): 0 takes the best of all, which is patchy; 25 copies large pieces. Left alone, 5 for a filter, 10 for a painting without a guide, 1 for textures and edges, 2 for numbers, 0.5 to enlarge."""
    content_weight: Annotated[float | None, Field(ge=0, le=1e6), UI(scale="log")] = None
    """How much the photo and the guide count, relative to what the result and the style look like. Left alone, 1; 3 for numbers, 10 for edges and 0.5 for a texture transfer."""
    compare: Literal["luminance", "colour", "edges"] | None = None
    """What of the pictures is compared; edges is for line drawings: how the greys rise and bend, whatever they are. Left alone, light and dark for a filter with a guide and to enlarge, else all colours."""
    preserve_colour: PreserveColour | None = None
    """Keep the photo's colours, by painting light and dark only, or by giving the pair the photo's palette first. Left alone: light and dark only, where the guide was given (but not for edges) and to enlarge; else the style's colours."""
    match_levels: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far the pair's mean and contrast are moved to the photo's before they are compared. Label pictures are left alone."""
    style_scale: Annotated[float | None, Field(gt=0, le=8)] = None
    """Size of the style relative to the result. Left alone, it keeps its own pixels and is only ever made smaller, to the result's long side."""
    blur: Annotated[float, Field(ge=0, le=0.2)] = 0.01
    """For a style without a guide: how far it is smoothed to stand in for what it was painted from, and the photo with it, as a part of their long sides."""
    enlargement: Annotated[float, Field(gt=1, le=8)] = 2.0
    """To enlarge: how many times larger the result is than the photo's true detail."""
    levels: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = None
    """Scales, each half the next. Left alone, as many as leave a dozen pixels, six at most."""
    tolerance: Annotated[float, Field(ge=0, le=10), UI(advanced=True)] = 0.5
    """How much nearer a better match may be that the search passes over; 0 misses hardly any, and takes longer."""


METHOD = Method(
    id="image_analogies",
    title="Image analogies",
    summary="Do to a photo what was done between two other pictures: a filter, a painting, textures by numbers.",
    papers=("hertzmann2001",),
    taxonomy=Taxonomy(family="examples", texture="non-parametric", scope="any-style"),
    inputs=(
        Content(
            optional=True,
            help="B: the photo to filter, or the label picture to fill; without one, more of a texture is made.",
        ),
        Styles(help="A': the filtered picture, the painting or the texture."),
        Extra("style_guide", "A: the style before it was filtered, or a label picture over it.", optional=True, of="styles"),
    ),
    size=SizeRule(minimum=16, default=512),
    options=Options,
    presets={"paper": {"blur": 0.0, "tolerance": 1.0}, "tiny": {"size": 64, "tolerance": 1.0}},
    run="impasto.methods.examples.image_analogies.paint:stylize",
    estimate="impasto.methods.examples.image_analogies.paint:estimate",
    deviations=(
        "Neighbours are sought in a tree of boxes over the features' principal axes (99 % of the variance), not by ANN and TSVQ; a better match is only sought where it would beat the coherent one.",
        "Slopes and bends (steerable first and second derivatives) take the place of the greys before filtering with `compare` edges, for line drawings; they are not among the features otherwise.",
        "The coarsest scale is filled twice: the first time, its first rows have nothing above them.",
        "A painting without a guide is its own, smoothed along its edges, as in the paper; the photo is smoothed alike.",
    ),
)  # fmt: skip
