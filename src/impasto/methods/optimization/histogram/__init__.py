"""Risser, Wilmot & Barnes 2017: Gram matrices and histograms, for steady brightness and contrast."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Content, Extra, Method, NamedWeights, SizeRule, Styles, Taxonomy
from impasto.reconstruction.options import FeatureOptions, HistogramOptions, LaplacianOptions


class Options(LaplacianOptions, HistogramOptions, FeatureOptions):
    """What can be turned on `histogram`."""

    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 4.0
    """How strongly the painting pulls, relative to the content."""
    histogram_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 40.0
    """How strongly every feature must take each value as often as in the painting: steadies brightness and contrast."""
    histogram_layers: Annotated[NamedWeights, UI(advanced=True)] = {"relu1_1": 1.0, "relu4_1": 10.0}
    """Layers of VGG-19 whose histograms are matched, with weights: relu1_1 is colour, relu4_1 shapes of strokes."""


METHOD = Method(
    id="histogram",
    title="Histogram losses",
    summary="Match feature correlations and histograms: the painting's palette, brightness and contrast arrive whole.",
    papers=("risser2017", "gatys2016"),
    taxonomy=Taxonomy(reconstruction="online", texture="parametric", scope="any-style"),
    inputs=(Content(), Styles(many=True), Extra("init_picture", "A picture to start from.", optional=True)),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # Risser et al. 2017: every term pulls equally (their automatic tuning), an image pyramid, histograms at relu1_1
        # and relu4_1.
        "paper": {
            "scales": 3, "steps": 600, "pooling": "max", "init": "noise", "content_weight": 1.0, "style_weight": 1.0,
            "histogram_weight": 1.0, "histogram_layers": {"relu1_1": 1.0, "relu4_1": 1.0},
        },
        "tiny": {"size": 64, "steps": 6, "scales": 1},
    },
    run="impasto.methods.optimization.histogram.paint:stylize",
    estimate="impasto.reconstruction.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "Histograms are matched exactly, by sorting, not in 256 bins; that takes half as long again as Gram matrices alone.",
        "The default weighs relu4_1 ten times as much as relu1_1: its activations then come twice as close to the painting's as by Gram matrices alone (distance -61 % at 384 px, -48 % at 160 px). For textures from noise preset 'paper' keeps both alike, which brings the mean colour within 2/255; one scale of 120 steps leaves 6/255.",
        "Weights are found once, from how hard each loss pulls at the start; the paper retunes them at every step, which L-BFGS cannot follow.",
    ),
)  # fmt: skip
