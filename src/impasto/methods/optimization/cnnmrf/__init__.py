"""Li & Wand 2016, CNNMRF: every small neighbourhood of the picture must look like some neighbourhood of the painting."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Extra, Method, NamedWeights, SizeRule, Styles, Taxonomy
from impasto.reconstruction.options import LaplacianOptions, OptimisationOptions


class PatchOptions(LaplacianOptions, OptimisationOptions):
    """What can be turned on every method that copies patches of features."""

    style_layers: Annotated[NamedWeights, UI(advanced=True)] = {"relu3_1": 1.0, "relu4_1": 1.0}
    """Layers of VGG-19 whose patches are copied, with weights: relu3_1:1,relu4_1:0.5 ..."""
    content_layers: Annotated[NamedWeights, UI(advanced=True)] = {"relu4_2": 1.0}
    """Layers whose features are the content, with weights."""
    patch: Annotated[int, Field(ge=1, le=7), UI(advanced=True)] = 3
    """Side of a patch in positions of its layer; larger ones copy larger pieces of the painting as they are."""
    tv_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 0.1
    """How strongly grain is smoothed away (total variation): patches say nothing of single pixels."""
    pooling: Annotated[Literal["max", "average"], UI(advanced=True)] = "max"
    """How VGG-19 halves its pictures: the maximum, as the network was trained, or averages, for smoother strokes."""
    refresh_every: Annotated[int, Field(ge=1, le=100_000), UI(advanced=True)] = 10
    """Evaluations of the loss between two searches for the best patches."""
    variety: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How much the picture avoids copying the same piece of the painting twice; 0.2 to 0.5 breaks up repetition."""


class Options(PatchOptions):
    """What can be turned on `cnnmrf`."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 150
    """Evaluations of the loss, shared out over the scales, the larger share to the smaller ones."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 0.8
    """How strongly the painting's patches pull, relative to the content."""
    rotations: Annotated[int, Field(ge=0, le=12)] = 1
    """Copies of the painting turned each way, 7.5 degrees apart; 0 takes it upright only."""
    scalings: Annotated[int, Field(ge=0, le=6)] = 1
    """Copies of the painting enlarged and shrunk, 5 percent apart; 0 takes its own size only."""
    recolour: bool = True
    """Give the photo the painting's palette first: patches say little of colour, light and dark, which else stay half the photo's."""


METHOD = Method(
    id="cnnmrf",
    title="CNNMRF",
    summary="Optimise the picture until every patch of its features is one of the painting's.",
    papers=("li2016", "chen2016"),
    taxonomy=Taxonomy(reconstruction="online", texture="non-parametric", scope="any-style"),
    inputs=(
        Content(
            optional=True, help="The picture to repaint; without one, the painting's texture is made anew from noise."
        ),
        Styles(many=True),
        Extra("init_picture", "A picture to start from.", optional=True),
    ),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # The authors' code: three octaves, a hundred evaluations each, matches sought at every one, 384 pixels.
        "paper": {"size": 384, "scales": 3, "steps": 300, "refresh_every": 1, "style_weight": 4.0, "recolour": False},
        # Their unguided synthesis: no photo to hold on to, noise to start from, so small that patches are whole shapes.
        "unguided": {"content_weight": 0.0, "init": "noise", "steps": 200, "scales": 3, "variety": 0.3},
        "tiny": {"size": 64, "steps": 6, "scales": 1, "rotations": 0, "scalings": 0},
    },
    run="impasto.methods.optimization.cnnmrf.paint:stylize",
    estimate="impasto.methods.optimization.cnnmrf.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "Matches are sought every few evaluations and held still in between, which L-BFGS needs; preset 'paper' seeks them at every one.",
        "Patches are taken at every position, not at every second one.",
        "Large pictures (from about 600 px at relu3_1, 1200 at relu4_1) are not searched whole: patches follow the matches of the scale before and look around them (PatchMatch), which finds a little less: a mean correlation of 0.51 instead of 0.57 on a photo not yet painted, at relu3_1.",
        "Scales above 1024 px get fewer steps the larger they are, six at least: 10 and 6 of the default's 150 at 1500 and 3000 px, where one takes about a minute of a core.",
        "Where the matches over a place disagree, their mean is stretched to their own length: the plain mean shows as a pale veil.",
        "The default gives the photo the painting's palette first; 'paper' does not.",
        "The network sees the picture mirrored beyond its edges, so that no frame grows; the authors' code pads with zeros.",
        "The default weighs each loss by its pull on the pixels, so that settings carry over between sizes and weight files.",
    ),
)
