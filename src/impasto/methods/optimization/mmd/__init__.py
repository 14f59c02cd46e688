"""Li, Wang, Liu & Hou 2017: style as a distribution, matched under a kernel of one's choice."""

from typing import Annotated

from pydantic import AfterValidator, Field

from impasto.core import UI, Content, Extra, Method, NamedWeights, SizeRule, Styles, Taxonomy
from impasto.reconstruction.options import FeatureOptions, LaplacianOptions

KERNELS = ("bn", "linear", "polynomial", "gaussian")


def _check_kernels(kernels: dict[str, float]) -> dict[str, float]:
    for name in kernels:
        if name not in KERNELS:
            raise ValueError(f"'{name}' is none of {', '.join(KERNELS)}")
    if not any(kernels.values()):
        raise ValueError("all the weights are zero; give a kernel its share")
    return kernels


class Options(LaplacianOptions, FeatureOptions):
    """What can be turned on `mmd`."""

    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 30.0
    """How strongly the painting pulls, relative to the content."""
    kernels: Annotated[NamedWeights, AfterValidator(_check_kernels)] = {"bn": 0.5, "linear": 0.5}
    """What is compared of the features, with shares: bn (mean and spread of each channel), linear (means), polynomial (correlations, as Gatys), gaussian (everything)."""
    polynomial_offset: Annotated[float, Field(ge=0, le=1e6), UI(advanced=True)] = 0.0
    """The c of the polynomial kernel (x·y + c)²: above 0 it also compares means."""


METHOD = Method(
    id="mmd",
    title="MMD style",
    summary="Match the distribution of the painting's features under a kernel: one, or several at once.",
    papers=("li2017demystifying", "gatys2016"),
    taxonomy=Taxonomy(reconstruction="online", texture="parametric", scope="any-style"),
    inputs=(Content(), Styles(many=True), Extra("init_picture", "A picture to start from.", optional=True)),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # One scale; batch-norm statistics with the authors' style weight of 5 against a content of 1.
        "paper": {"scales": 1, "steps": 500, "pooling": "max", "style_weight": 5.0, "kernels": {"bn": 1.0}},
        "tiny": {"size": 64, "steps": 6, "scales": 1},
    },
    run="impasto.methods.optimization.mmd.paint:stylize",
    estimate="impasto.reconstruction.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "Each kernel's loss is weighed by its pull on the pixels instead of the authors' constants, which hold for their weights and sizes.",
        "The Gaussian kernel is estimated by random Fourier features, not by random pairs: linear in the number of positions as well, and the same at every evaluation, as L-BFGS needs.",
    ),
)  # fmt: skip
