"""Abstraction: a photo reduced to what the eye looks for, with flat regions, few tones and clear contours.

Real-time video abstraction (Winnemoeller, Olsen and Gooch 2006): smooth within regions, quantise lightness softly, draw
edges from a difference of Gaussians. Smoothing and edges follow the flow (Kyprianidis and Doellner 2008).
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from impasto import filters
from impasto.core import UI, Content, Context, Estimate, Inputs, Method, PictureOptions, Result, RunOptions, Taxonomy


class Options(PictureOptions):
    """Regions, tones and lines. Lengths are pixels of a picture 1000 pixels long, and grow with it."""

    radius: Annotated[float, Field(gt=0, le=100)] = 4.0
    """How far smoothing reaches at a time: its sigma, in pixels of a picture 1000 pixels long."""
    contrast: Annotated[float, Field(gt=0, le=100)] = 5.0
    """What counts as an edge: how far colours lie apart, in units of lightness (0 to 100), before they are kept apart."""
    passes: Annotated[int, Field(ge=1, le=20)] = 4
    """How often to smooth; more passes leave fewer and flatter regions."""
    bins: Annotated[int, Field(ge=0, le=100)] = 8
    """Number of tones between black and white; 0 keeps them all."""
    softness: Annotated[float, Field(gt=0, le=50)] = 2.5
    """How gradually one tone passes into the next, in units of lightness."""
    line_strength: Annotated[float, Field(ge=0, le=1)] = 0.8
    """How dark the contours are; 0 draws none."""
    line_width: Annotated[float, Field(gt=0, le=100)] = 1.4
    """Width of the contours: sigma of the inner Gaussian, in pixels of a picture 1000 pixels long."""
    line_length: Annotated[float, Field(ge=0, le=100), UI(advanced=True)] = 5.0
    """How far contours are drawn on along edges, in pixels of a picture 1000 pixels long."""
    smoothing: Annotated[float, Field(ge=0, le=50), UI(advanced=True)] = 2.5
    """How far the directions of edges are smoothed, in pixels of a picture 1000 pixels long."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the abstracted picture (1)."""


METHOD = Method(
    id="abstraction",
    title="Real-time abstraction",
    summary="A photo reduced to flat regions, few tones and clear contours.",
    papers=("winnemoeller2006", "kyprianidis2008", "kang2007"),
    taxonomy=Taxonomy(family="filters"),
    inputs=(Content(),),
    options=Options,
    presets={"tiny": {"size": 64, "radius": 40, "line_width": 16, "smoothing": 30}},
    run="impasto.methods.filters.abstraction:stylize",
    estimate="impasto.methods.filters.abstraction:estimate",
    deviations=(
        "smoothing and contours follow the flow of edges, where the paper's filters look at squares and circles",
        "no automatic exaggeration by a map of what matters; smoothing is the same everywhere",
        "lengths grow with the picture: the paper's pixels are those of a picture 1000 pixels long",
    ),
)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Smooth once, find contours, smooth on, quantise the tones, draw the contours on top."""
    from impasto.filters.flow import edge_flow
    from impasto.filters.lines import contours
    from impasto.filters.smooth import bilateral
    from impasto.filters.tones import soft_steps
    from impasto.image.colour import lab_to_rgb, rgb_to_lab

    photo, threads = inputs.content, context.run.threads
    scale = filters.scale_of(photo.shape)
    reach = filters.within(options.radius * scale, photo.shape, "radius", context)
    width = filters.within(max(options.line_width * scale, 0.4), photo.shape, "line_width", context)
    length = filters.within(options.line_length * scale, photo.shape, "line_length", context)
    flow = edge_flow(photo, options.smoothing * scale)
    lab = bilateral(rgb_to_lab(photo), flow, reach, options.contrast, threads=threads)
    # Contours are read after one pass: before it there is noise, after the last nothing faint is left.
    paper = contours(lab[..., 0] / 100, flow, width, length, threads=threads) if options.line_strength else None
    context.report(1, 2)
    if options.passes > 1 and not context.stopping:
        lab = bilateral(lab, flow, reach, options.contrast, passes=options.passes - 1, threads=threads)
    if options.bins:
        lab[..., 0] = soft_steps(np.ascontiguousarray(lab[..., 0]), options.bins, options.softness)
    picture = lab_to_rgb(lab)
    if paper is not None:
        picture *= (1 - options.line_strength * (1 - paper))[..., None]
    picture = photo + np.float32(options.strength) * (picture - photo)
    context.report(2, 2)
    return Result(np.clip(picture, 0, 1).astype(np.float32))


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, 24 float32 planes, and 0.3 microseconds for each pixel and pass on one thread.

    The pass costs that at a thousand pixels' length; its windows grow with the picture.
    """
    wider = max(1.0, filters.scale_of((height, width)))
    return filters.estimated(height * width, planes=24, nanoseconds=400 + 300 * wider * options.passes, run=run)
