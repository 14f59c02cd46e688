"""Colour transfer: the photo takes the painting's colours, and keeps everything else.

One affine map of the colour cube moves the mean and covariance of the photo's colours to the painting's: the
linear Monge-Kantorovitch map of Pitié & Kokaram 2007, or one of its older relatives. Several styles blend their maps
by weight, so that the mean of the result is the weighted mean of theirs.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from impasto.core import (
    Content,
    Context,
    Estimate,
    Inputs,
    Method,
    PictureOptions,
    Result,
    RunOptions,
    SizeRule,
    Styles,
    Taxonomy,
)


class Options(PictureOptions):
    """How colours are matched, and how far."""

    transform: Literal["mkl", "pca", "cholesky"] = "mkl"
    """Which map between the colours: mkl moves them least; pca and cholesky, the older ones, also turn them."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo's own colours (0) to the painting's (1)."""


METHOD = Method(
    id="colour_transfer",
    title="Colour transfer",
    summary="Give the photo the painting's colours: their mean and covariance.",
    papers=("reinhard2001", "pitie2007"),
    taxonomy=Taxonomy(family="colour"),
    inputs=(Content(), Styles(many=True)),
    size=SizeRule(minimum=1),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.filters.colour_transfer:stylize",
    estimate="impasto.methods.filters.colour_transfer:estimate",
    deviations=(
        "matched in sRGB, where Reinhard et al. work in decorrelated lαβ: the full covariance needs no such axes",
    ),
)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Map the photo's colours to the styles', blend the maps by weight, and go there as far as `strength` says."""
    from impasto.image.colour import match_mean_covariance

    matched = np.zeros_like(inputs.content)
    for number, (style, share) in enumerate(zip(inputs.styles, inputs.style_shares, strict=True), 1):
        matched += share * match_mean_covariance(inputs.content, style.picture, method=options.transform)
        context.report(number, len(inputs.styles), message=style.name)
    picture = inputs.content + options.strength * (matched - inputs.content)
    outside = float(np.mean((picture < 0) | (picture > 1)))
    return Result(np.clip(picture, 0, 1).astype(np.float32), {"clipped": outside})


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, four float32 copies of the picture and as many again to decode and save it."""
    pixels = height * width
    return Estimate(memory_bytes=pixels * 3 * 4 * 8, seconds=styles * pixels / 5e6)
