"""Anisotropic Kuwahara filtering: a photo as if painted, with strokes along its edges.

Around every pixel lies an ellipse, drawn out along the edge; of its eight sectors the calm ones give the colour
(Kyprianidis, Kang and Doellner 2009). Details and noise merge into flat touches, edges are kept or sharpened.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from impasto import filters
from impasto.core import UI, Content, Context, Estimate, Inputs, Method, PictureOptions, Result, RunOptions, Taxonomy


class Options(PictureOptions):
    """Size and shape of the touches. Lengths are pixels of a picture 1000 pixels long, and grow with it."""

    radius: Annotated[float, Field(gt=0, le=100)] = 6.0
    """Size of the touches: radius of the window in pixels of a picture 1000 pixels long."""
    sharpness: Annotated[int, Field(ge=1, le=18)] = 8
    """How firmly the calmest part of a window gives the colour; low values are soft, high ones crisp."""
    eccentricity: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How long the touches become along clean edges: 0 keeps them round, 1 makes them twice as long and half as wide."""
    smoothing: Annotated[float, Field(ge=0, le=50), UI(advanced=True)] = 2.0
    """How far the directions of edges are smoothed, in pixels of a picture 1000 pixels long."""
    passes: Annotated[int, Field(ge=1, le=10)] = 1
    """How often to filter; more passes flatten more, with directions taken anew each time."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the filtered picture (1)."""


METHOD = Method(
    id="kuwahara",
    title="Anisotropic Kuwahara filter",
    summary="A photo as if painted: flat touches along its edges, without a style picture.",
    papers=("kyprianidis2009", "kyprianidis2010"),
    taxonomy=Taxonomy(family="filters"),
    inputs=(Content(),),
    options=Options,
    presets={"tiny": {"size": 64, "radius": 60, "smoothing": 20}, "bold": {"radius": 14, "smoothing": 4}},
    run="impasto.methods.filters.kuwahara:stylize",
    estimate="impasto.methods.filters.kuwahara:estimate",
    deviations=(
        "radii grow with the picture: the paper's 6 pixels are those of a picture 1000 pixels long",
        "windows are those of 64 directions and 8 eccentricities; wider than 16 pixels, they look at means of small squares",
        "the result is averaged along its edges by 0.7 pixels: the calmest sector alone leaves stairs on slanting edges",
    ),
)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Take the directions of edges, filter along them, and again as often as `passes` says."""
    from impasto.filters.flow import edge_flow
    from impasto.filters.smooth import kuwahara, unstaired

    picture, threads = inputs.content, context.run.threads
    scale = filters.scale_of(picture.shape)
    radius = filters.within(options.radius * scale, picture.shape, "radius", context)
    for done in range(options.passes):
        if done and context.stopping:
            break
        flow = edge_flow(picture, options.smoothing * scale)
        picture = kuwahara(
            picture, flow, radius, sharpness=options.sharpness, stretch=options.eccentricity, threads=threads
        )
        context.report(done + 1, options.passes)
    picture = unstaired(picture, flow, threads)
    if options.strength < 1:
        picture = inputs.content + np.float32(options.strength) * (picture - inputs.content)
    return Result(np.clip(picture, 0, 1, out=picture), {"radius_px": round(radius, 2)})


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, 20 float32 planes, and 0.15 microseconds for each pixel and pass on one thread."""
    return filters.estimated(height * width, planes=20, nanoseconds=150 * options.passes, run=run)
