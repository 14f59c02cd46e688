"""Cartoon: a photo in flat, lively colours with inked outlines.

The pipeline that abstraction, Kuwahara filtering and flow-based lines are usually put together to (Kyprianidis 2009;
Winnemoeller 2006 and 2012): flatten, step the tones, raise the colours, ink.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from impasto import filters
from impasto.core import UI, Content, Context, Estimate, Inputs, Method, PictureOptions, Result, RunOptions, Taxonomy


class Options(PictureOptions):
    """Flatness, tones, colours and lines. Lengths are pixels of a picture 1000 pixels long, and grow with it."""

    radius: Annotated[float, Field(gt=0, le=100)] = 6.0
    """Size of what is flattened away, in pixels of a picture 1000 pixels long."""
    passes: Annotated[int, Field(ge=1, le=10)] = 2
    """How often to flatten."""
    bins: Annotated[int, Field(ge=0, le=100)] = 7
    """Number of tones between black and white; 0 keeps them all."""
    softness: Annotated[float, Field(gt=0, le=50)] = 1.2
    """How gradually one tone passes into the next, in units of lightness (0 to 100)."""
    saturation: Annotated[float, Field(ge=0, le=4)] = 1.4
    """How lively colours become: 1 leaves them, 0 takes them away; strong colours change less."""
    line_strength: Annotated[float, Field(ge=0, le=1)] = 0.9
    """How dark the outlines are; 0 draws none."""
    line_width: Annotated[float, Field(gt=0, le=100)] = 1.8
    """Width of the outlines: sigma of the inner Gaussian, in pixels of a picture 1000 pixels long."""
    line_length: Annotated[float, Field(ge=0, le=100), UI(advanced=True)] = 6.0
    """How far outlines are drawn on along edges, in pixels of a picture 1000 pixels long."""
    smoothing: Annotated[float, Field(ge=0, le=50), UI(advanced=True)] = 3.0
    """How far the directions of edges are smoothed, in pixels of a picture 1000 pixels long."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the cartoon (1)."""


METHOD = Method(
    id="cartoon",
    title="Cartoon",
    summary="A photo in flat, lively colours with inked outlines.",
    papers=("winnemoeller2006", "kyprianidis2009", "winnemoeller2012"),
    taxonomy=Taxonomy(family="filters"),
    inputs=(Content(),),
    options=Options,
    presets={"tiny": {"size": 64, "radius": 40, "line_width": 16, "smoothing": 30}},
    run="impasto.methods.filters.cartoon:stylize",
    estimate="impasto.methods.filters.cartoon:estimate",
    deviations=("put together from three papers' parts; none of them describes this very pipeline",),
)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Flatten, find the outlines of what is left, step the tones, raise the colours, ink."""
    from impasto.filters.flow import edge_flow
    from impasto.filters.lines import contours
    from impasto.filters.smooth import kuwahara, unstaired
    from impasto.filters.tones import livelier, soft_steps
    from impasto.image.colour import lab_to_rgb, luminance, rgb_to_lab

    photo, threads = inputs.content, context.run.threads
    scale = filters.scale_of(photo.shape)
    radius = filters.within(options.radius * scale, photo.shape, "radius", context)
    width = filters.within(max(options.line_width * scale, 0.4), photo.shape, "line_width", context)
    length = filters.within(options.line_length * scale, photo.shape, "line_length", context)
    flat, flow = photo, edge_flow(photo, options.smoothing * scale)
    outlined = photo
    for done in range(options.passes):
        flat = kuwahara(flat, flow, radius, threads=threads)
        if not done:
            outlined = flat
    flat = unstaired(flat, flow, threads)
    context.report(1, 2)
    lab = livelier(rgb_to_lab(flat), options.saturation)
    if options.bins:
        lab[..., 0] = soft_steps(np.ascontiguousarray(lab[..., 0]), options.bins, options.softness)
    picture = lab_to_rgb(lab)
    if options.line_strength:
        paper = contours(luminance(outlined), flow, width, length, faintest=0.012, threads=threads)
        picture *= (1 - options.line_strength * (1 - paper))[..., None]
    picture = photo + np.float32(options.strength) * (picture - photo)
    context.report(2, 2)
    return Result(np.clip(picture, 0, 1).astype(np.float32))


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, 26 float32 planes, and 0.15 microseconds for each pixel and pass on one thread."""
    return filters.estimated(height * width, planes=26, nanoseconds=450 + 150 * options.passes, run=run)
