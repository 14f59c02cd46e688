"""Li, Xu, Nie & Chua 2017: style transfer that keeps faces and contours."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Extra, Method, SizeRule, Styles, Taxonomy
from impasto.reconstruction.options import FeatureOptions, LaplacianOptions


class Options(LaplacianOptions, FeatureOptions):
    """What can be turned on `lapstyle`."""

    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 8.0
    """How strongly the painting pulls, relative to the content."""
    laplacian_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the photo holds on to its contours, faces above all (its Laplacian)."""
    weights: Annotated[Literal["auto", "reference"], UI(advanced=True)] = "auto"
    """What the weights are measured in: auto balances the pull of each loss on the pixels; reference takes the losses of the authors' code as they are."""


METHOD = Method(
    id="lapstyle",
    title="Laplacian-steered",
    summary="Paint as Gatys 2016 does and hold on to the photo's contours: faces stay faces.",
    papers=("li2017laplacian", "gatys2016"),
    taxonomy=Taxonomy(reconstruction="online", texture="parametric", scope="any-style"),
    inputs=(Content(), Styles(many=True), Extra("init_picture", "A picture to start from.", optional=True)),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # The authors' defaults: a single pool of 4 pixels; content 20, style 100, Laplacian 100, in the units of the Torch
        # program theirs extends (see paint.py), 1000 evaluations at one scale.
        "paper": {
            "scales": 1, "steps": 1000, "weights": "reference", "content_weight": 20.0, "style_weight": 100.0,
            "laplacian_weight": 100.0, "laplacian_pools": {"4": 1.0}, "pooling": "max", "init": "noise",
        },
        # The authors' demonstration with two pools: weights 100 and 1600.
        "reference": {
            "scales": 1, "steps": 1000, "weights": "reference", "content_weight": 20.0, "style_weight": 100.0,
            "laplacian_weight": 100.0, "laplacian_pools": {"4": 1.0, "16": 16.0}, "pooling": "max", "init": "noise",
        },
        "tiny": {"size": 64, "steps": 6, "scales": 1},
    },
    run="impasto.methods.optimization.lapstyle.paint:stylize",
    estimate="impasto.reconstruction.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "The default works coarse to fine from the photo and weighs each loss by its pull on the pixels; presets 'paper' and 'reference' run one scale from noise with the published weights.",
        "Contours are compared where a position has all four neighbours; the authors' code pads the border.",
        "The published presets leave out the authors' total variation of 1e-3, which is too weak to see.",
        "Weights are the authors' Caffe VGG-19 quantised to 8 bits.",
    ),
)  # fmt: skip
