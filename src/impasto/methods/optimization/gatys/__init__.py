"""Gatys, Ecker & Bethge 2016: the algorithm that started neural style transfer."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Extra, Masks, Method, SizeRule, StyleMasks, Styles, Taxonomy
from impasto.reconstruction.options import FeatureOptions, HistogramOptions, LaplacianOptions


class Options(LaplacianOptions, HistogramOptions, FeatureOptions):
    """What can be turned on `gatys`."""

    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 8.0
    """How strongly the painting pulls, relative to the content."""
    weights: Annotated[Literal["auto", "paper", "reference"], UI(advanced=True)] = "auto"
    """What the weights are measured in: auto balances the pull of each loss on the pixels; paper and reference take the losses of the paper and of the authors' code as they are."""
    propagation: Annotated[Literal["inside", "simple", "all"], UI(advanced=True)] = "inside"
    """How far masks reach in the deeper layers: inside takes only what sees next to nothing but its region, all takes whatever sees some of it, simple makes the mask smaller and no more."""


METHOD = Method(
    id="gatys",
    title="Gatys 2016",
    summary="Optimise the picture until its feature correlations match the painting's and its features the photo's.",
    papers=("gatys2016", "gatys2015", "gatys2017", "gatys2016colour", "li2017laplacian", "risser2017"),
    taxonomy=Taxonomy(reconstruction="online", texture="parametric", scope="any-style"),
    inputs=(
        Content(),
        Styles(many=True),
        Masks(help="Where a style goes: one greyscale picture for each style, in order, white where it goes; or one label picture whose grey levels, dark to bright, take the styles in order."),
        StyleMasks(help="Which part of a style to take: one for each style, white is taken. With one style and label pictures on both sides, labels of the same grey belong together."),
        Extra("fine_style", "A painting whose fine strokes go onto the shapes of the style.", optional=True, of="styles"),
        Extra("init_picture", "A picture to start from.", optional=True),
    ),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # Gatys et al. 2016, section 3: one scale, average pooling, noise start, alpha/beta = 1e-3, w_l = 1/5.
        "paper": {
            "scales": 1, "steps": 500, "weights": "paper", "content_weight": 1.0, "style_weight": 1e3,
            "pooling": "average", "init": "noise",
        },
        # The authors' PyTorch notebook: content 1, style 1e3 / C², content start, then a second, larger pass.
        "reference": {
            "scales": 2, "steps": 700, "weights": "reference", "content_weight": 1.0, "style_weight": 1e3,
            "pooling": "max", "init": "content",
        },
        # What `--quality good` runs: the slim encoder finds shapes and strokes, VGG-19 has the last word.
        "fast": {"encoder": "slim", "steps": 70, "finish_steps": 17, "style_weight": 6.0},
        "tiny": {"size": 64, "steps": 6, "scales": 1},
    },
    run="impasto.methods.optimization.gatys.paint:stylize",
    estimate="impasto.reconstruction.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "The default works coarse to fine from the photo, with max pooling at the last scale only; preset 'paper' runs one scale from noise.",
        "The default weighs each loss by its pull on the pixels, so that settings carry over between sizes; presets 'paper' and 'reference' do not.",
        "Every preset mirrors 4 px around the picture before the network sees it, so that no dark frame grows; the authors' code pads with zeros.",
        "Weights are the authors' Caffe VGG-19 quantised to 8 bits, not the rescaled 'normalised' network of the paper.",
    ),
)  # fmt: skip
