"""Colour transfer: the photo takes the painting's colours, and keeps everything else.

By default one affine map of the colour cube moves the mean and covariance of the photo's colours to the painting's: the
linear Monge-Kantorovitch map of Pitié & Kokaram 2007. Its relatives match less (Reinhard), more (histograms, the whole
distribution), or the main colours alone. Several styles blend their maps by weight, so that the mean of the result is the
weighted mean of theirs.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from impasto.core import (
    UI,
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

    transform: Literal["mkl", "pca", "cholesky", "reinhard", "sliced", "histogram", "lab_histogram", "palette"] = "mkl"
    """Which map between the colours. Mean and covariance: mkl moves colours least, pca and cholesky also turn them; reinhard: spread of each axis of Lab; sliced: the whole distribution; histogram and lab_histogram: each channel's; palette: main colours alone."""
    palette_size: Annotated[int, Field(ge=1, le=32), UI(advanced=True)] = 6
    """How many main colours the transform 'palette' moves."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo's own colours (0) to the painting's (1)."""


METHOD = Method(
    id="colour_transfer",
    title="Colour transfer",
    summary="Give the photo the painting's colours: their mean and spread, distribution, or palette.",
    papers=("reinhard2001", "pitie2007", "pitie2007sliced", "chang2015"),
    taxonomy=Taxonomy(family="colour"),
    inputs=(Content(), Styles(many=True)),
    size=SizeRule(minimum=1),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.filters.colour_transfer:stylize",
    estimate="impasto.methods.filters.colour_transfer:estimate",
    deviations=(
        "mkl, pca and cholesky match in sRGB; reinhard in CIE Lab, since the logarithms of the paper's lαβ tear black apart",
        "sliced works in CIE Lab through a table of 33³ colours, which stands in for the paper's regraining",
        "palette pairs main colours by lightness, where Chang et al. let a person choose",
    ),
)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Map the photo's colours to the styles', blend the maps by weight, and go there as far as `strength` says."""
    from impasto.image.transfer import transfer_colours

    matched = np.zeros_like(inputs.content)
    for number, (style, share) in enumerate(zip(inputs.styles, inputs.style_shares, strict=True), 1):
        matched += share * transfer_colours(
            inputs.content, style.picture, options.transform, seed=context.run.seed, size=options.palette_size
        )
        context.report(number, len(inputs.styles), message=style.name)
    picture = inputs.content + options.strength * (matched - inputs.content)
    outside = float(np.mean((picture < 0) | (picture > 1)))
    return Result(np.clip(picture, 0, 1).astype(np.float32), {"clipped": outside})


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, four float32 copies of the picture, more where it goes through Lab, and as many
    again to decode and save it.
    """
    pixels, affine = height * width, options.transform in ("mkl", "pca", "cholesky")
    return Estimate(
        memory_bytes=pixels * 3 * 4 * (8 if affine else 14), seconds=styles * pixels / (5e6 if affine else 2e6)
    )
