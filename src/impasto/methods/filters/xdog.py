"""XDoG: a photo as an ink, charcoal or pastel drawing, its lines drawn along the flow of edges.

An extended difference of Gaussians (Winnemoeller, Kyprianidis and Olsen 2012): across the edge it sharpens, along the
edge it is averaged so that lines hold together, and a soft threshold decides what becomes ink.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from impasto import filters
from impasto.core import UI, Content, Context, Estimate, Inputs, Method, PictureOptions, Result, RunOptions, Taxonomy


class Options(PictureOptions):
    """Lines and ink. Lengths are pixels of a picture 1000 pixels long, and grow with it."""

    line_width: Annotated[float, Field(gt=0, le=100)] = 1.4
    """Width of the lines: sigma of the inner Gaussian, in pixels of a picture 1000 pixels long."""
    line_length: Annotated[float, Field(ge=0, le=100)] = 4.4
    """How far lines are drawn on along edges, in pixels of a picture 1000 pixels long; 0 leaves every fleck."""
    sharpness: Annotated[float, Field(ge=0, le=200)] = 20.0
    """How strongly edges stand out against areas of tone; at 0 only tone is left."""
    ink: Annotated[float, Field(ge=0, le=1)] = 0.33
    """Share of the picture that gets ink, whatever the photo's exposure; a threshold overrules it."""
    threshold: Annotated[float | None, Field(ge=-20, le=20)] = None
    """Sharpened tone below which there is ink, as in the paper. Left alone, it is found from the share of ink."""
    steepness: Annotated[float, Field(ge=0, le=1e9), UI(scale="log")] = 12.0
    """How hard ink ends: about 2 is soft pencil, 50 and more black and white."""
    smoothing: Annotated[float, Field(ge=0, le=50), UI(advanced=True)] = 2.3
    """How far the directions of edges are smoothed, in pixels of a picture 1000 pixels long."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the drawing (1)."""


METHOD = Method(
    id="xdog",
    title="XDoG line drawing",
    summary="A photo as an ink or charcoal drawing whose lines follow its edges.",
    papers=("winnemoeller2012", "kang2007"),
    taxonomy=Taxonomy(family="filters"),
    inputs=(Content(),),
    options=Options,
    presets={
        "tiny": {"size": 64, "line_width": 16, "line_length": 40, "smoothing": 30},
        "pencil": {"steepness": 2.0, "ink": 0.4},
        "woodcut": {"line_width": 2.5, "sharpness": 60, "steepness": 200, "ink": 0.4},
        "paper": {"ink": 0, "threshold": 0.8, "steepness": 10},
    },
    run="impasto.methods.filters.xdog:stylize",
    estimate="impasto.methods.filters.xdog:estimate",
    deviations=(
        "the threshold is the quantile of the sharpened tones that gives the asked-for share of ink; preset 'paper' fixes it",
        "lengths grow with the picture: the paper's pixels are those of a picture 1000 pixels long",
        "64 directions across edges; streamlines walk along the nearest pixel's direction, one of 128, in steps of one pixel",
    ),
)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Sharpen across the flow, average along it, ink what is dark enough, and smooth the ink's edge along the flow."""
    import cv2

    from impasto.filters import lines
    from impasto.filters.flow import edge_flow
    from impasto.image.colour import luminance

    photo, threads = inputs.content, context.run.threads
    scale = filters.scale_of(photo.shape)
    sigma = filters.within(max(options.line_width * scale, 0.4), photo.shape, "line_width", context)
    length = filters.within(options.line_length * scale, photo.shape, "line_length", context)
    flow = edge_flow(photo, options.smoothing * scale)
    context.report(1, 2)
    tones = lines.flow_dog(luminance(photo), flow, sigma, length, weight=options.sharpness, threads=threads)
    threshold = lines.threshold_for(tones, options.ink) if options.threshold is None else options.threshold
    drawing = lines.ink(tones, threshold, options.steepness)
    drawing = lines.smooth_along(drawing, flow, min(1.0, length), threads=threads)
    context.report(2, 2)
    picture = cv2.merge([np.clip(drawing, 0, 1, out=drawing)] * 3)
    if options.strength < 1:
        picture = photo + np.float32(options.strength) * (picture - photo)
    report = {"threshold": round(threshold, 4), "inked": round(float((drawing < 0.5).mean()), 4)}
    return Result(picture, report)


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, 16 float32 planes, and 0.1 microseconds for each pixel on one thread."""
    return filters.estimated(height * width, planes=16, nanoseconds=100, run=run)
