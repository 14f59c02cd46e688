"""Champandard 2016, Neural Doodle: label maps say which part of the painting may paint which part of the picture."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Extra, Method, SizeRule, Styles, Taxonomy
from impasto.methods.optimization.cnnmrf import PatchOptions


class Options(PatchOptions):
    """What can be turned on `doodle`."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Evaluations of the loss, shared out over the scales, the larger share to the smaller ones."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 4.0
    """How strongly the painting's patches pull, relative to the photo; without a photo nothing else pulls."""
    tv_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 0.3
    """How strongly grain is smoothed away (total variation): patches say nothing of single pixels."""
    pooling: Annotated[Literal["max", "average"], UI(advanced=True)] = "average"
    """How VGG-19 halves its pictures: averages give smoother strokes, the maximum is what the network was trained with."""
    map_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 10.0
    """How strictly the maps bind; 0 forgets them, 50 keeps borders hard."""
    missing_labels: Literal["refuse", "nearest"] = "refuse"
    """What happens to a label of the target map that the style map lacks: an error, or the nearest colour's label."""


METHOD = Method(
    id="doodle",
    title="Neural Doodle",
    summary="Turn a doodle into a painting, or a photo by parts: maps say which part of the painting goes where.",
    papers=("champandard2016", "li2016"),
    taxonomy=Taxonomy(reconstruction="online", texture="non-parametric", scope="any-style"),
    inputs=(
        Content(
            optional=True, help="The photo to repaint; without one, the target map alone is turned into a painting."
        ),
        Styles(),
        Extra("style_map", "The painting's parts, each filled with a colour of its own.", of="styles", labels=True),
        Extra("target_map", "The result's parts, in the colours of the style map: the doodle.", labels=True),
        Extra("init_picture", "A picture to start from.", optional=True),
    ),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # The author's code: three phases at a quarter, a half and full size, a hundred evaluations each, matches
        # sought at every one, noise to start from.
        "paper": {"scales": 3, "steps": 300, "refresh_every": 1, "init": "noise"},
        "tiny": {"size": 64, "steps": 6, "scales": 1},
    },
    run="impasto.applications.doodle.paint:stylize",
    estimate="impasto.applications.doodle.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "Matches are sought every few evaluations and held still in between; preset 'paper' seeks them at every one.",
        "A doodle starts from the painting's mean colours by part, not from noise; preset 'paper' starts from noise.",
        "Where the matches over a place disagree, their mean is stretched to their own length: the plain mean shows as a pale veil.",
        "The network sees the picture mirrored beyond its edges, so that no frame grows; the author's code pads with zeros.",
        "Maps are read as labels: softened borders and compression noise do not make parts of their own.",
        "The losses are weighed by their pull on the pixels, not by the published 10 and 25.",
    ),
)
