"""Neural Neighbor Style Transfer (Kolkin et al. 2022): every place of the photo takes the painting's nearest look."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Extra, Method, NamedWeights, PictureOptions, SizeRule, Styles, Taxonomy
from impasto.reconstruction.options import LaplacianOptions

_LAYERS = {
    "relu1_1": 1.0, "relu1_2": 1.0, "relu2_1": 1.0, "relu2_2": 1.0, "relu3_1": 1.0, "relu3_2": 1.0, "relu3_3": 1.0,
    "relu4_1": 1.0, "relu4_2": 1.0, "relu4_3": 1.0,
}  # fmt: skip


class Options(LaplacianOptions, PictureOptions):
    """What can be turned on `nnst`."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 400
    """Evaluations of the loss while the picture is built from whole hypercolumns, shared out over the scales."""
    finish_steps: Annotated[int, Field(ge=0, le=100_000)] = 100
    """Evaluations after that, in which every layer finds its own neighbours: crisper strokes."""
    content_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.08
    """How strongly the photo holds on to its shapes, against the pull of the neighbours."""
    photo_share: Annotated[float, Field(ge=0, le=1), UI(advanced=True)] = 0.25
    """How much of the photo is mixed into the picture before it looks for its neighbours anew at the next scale."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the painting relative to the result: smaller gives finer strokes."""
    turned: bool = True
    """Whether strokes may also be found in the painting turned by 90, 180 and 270 degrees."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""
    colours: Annotated[Literal["painted", "mapped"], UI(advanced=True)] = "painted"
    """Where colours come from: painted takes what the strokes bring; mapped puts the photo's own, moved to the painting's palette, under the strokes' light and dark."""
    layers: Annotated[NamedWeights, UI(advanced=True)] = _LAYERS
    """Layers of VGG-19 that make up a hypercolumn, with their shares of its length."""
    learning_rate: Annotated[float, Field(gt=0, le=10), UI(scale="log", advanced=True)] = 0.002
    """Adam's step, in units of the picture's range, for each band of the pyramid."""
    scales: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = None
    """How many sizes from coarse to fine; empty starts at about 64 pixels."""
    scale_factor: Annotated[float, Field(ge=1.1, le=4), UI(advanced=True)] = 2.0
    """Growth from one scale to the next."""


METHOD = Method(
    id="nnst",
    title="Neural Neighbours",
    summary="Every place of the photo takes the painting's most similar look, coarse to fine: the best quality here.",
    papers=("kolkin2022", "kolkin2019"),
    taxonomy=Taxonomy(reconstruction="online", texture="non-parametric", scope="any-style"),
    inputs=(Content(), Styles(many=True), Extra("init_picture", "A picture to start from.", optional=True)),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        "fast": {"steps": 150, "finish_steps": 25},
        # Kolkin et al. 2022, section 3, and the authors' code: 200 steps at each of four scales, then 200 by layer; the
        # photo is heard in the search alone, and colours are the photo's own on the painting's palette.
        "paper": {"steps": 800, "finish_steps": 200, "content_weight": 0.0, "photo_share": 0.25, "colours": "mapped"},
        "tiny": {"size": 64, "steps": 4, "finish_steps": 2, "scales": 1, "turned": False},
    },
    run="impasto.methods.optimization.nnst.paint:stylize",
    estimate="impasto.methods.optimization.nnst.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "VGG-19 stands in for VGG-16, with the layers of the same depth; each layer has an equal share of a hypercolumn's length, whatever the scale of its activations.",
        "By default the photo's relu4_2 also holds on a little (content_weight), and colours are those of the strokes; preset 'paper' does neither.",
        "Beside their directions the hypercolumns' lengths are matched, and the mean colours of the places they stand for: by cosines alone contrast and saturation run away. Preset 'paper' does it, too.",
        "By the relaxed earth mover's distance it is nearer to the painting than every method but strotss, its equal, which descends on that very distance (medians of six pairs at 384 px: 0.219, strotss 0.219, gatys 0.263).",
        "Coarse scales get more of the steps than fine ones, which is where they do most; the paper gives each the same.",
        "A painting's rim of 3 % offers no strokes: frames and the network's padding would end up along the result's edges.",
        "Every picture is seen with 8 px mirrored around it, so that no line grows along the result's edges.",
        "Above 1024 px there is no search for whole hypercolumns: larger scales let every layer find its own neighbours, in fewer steps the larger they are.",
        "The finish compares up to 2048 places with up to 8192 of the paintings in each step, drawn at random, where the authors' grids are of 64 x 64.",
    ),
)  # fmt: skip
