"""Watercolour: a photo in washes of pigment that run, pool at their edges and settle in the paper.

Bousseau, Kaplan, Thollot and Sillion 2006: the picture is simplified to washes; then the density of pigment varies with
turbulent flow (large, soft), dispersion (fine grain), darker edges and the paper's relief.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from impasto import filters
from impasto.core import (
    UI,
    Array,
    Content,
    Context,
    Estimate,
    Inputs,
    Method,
    PictureOptions,
    Result,
    RunOptions,
    Taxonomy,
)


class Options(PictureOptions):
    """Washes, pigment and paper. Lengths are pixels of a picture 1000 pixels long, and grow with it."""

    radius: Annotated[float, Field(gt=0, le=100)] = 9.0
    """Size of what a wash covers over, in pixels of a picture 1000 pixels long."""
    bins: Annotated[int, Field(ge=0, le=100)] = 9
    """Number of washes laid over one another from white to black; 0 keeps every tone."""
    softness: Annotated[float, Field(gt=0, le=50)] = 2.5
    """How gradually one wash passes into the next, in units of lightness (0 to 100)."""
    lightness: Annotated[float, Field(ge=0, le=1)] = 0.3
    """How much the paper shines through: 0 keeps the photo's tones, 1 leaves a breath of colour."""
    saturation: Annotated[float, Field(ge=0, le=4)] = 1.3
    """How lively colours become: 1 leaves them, 0 takes them away; strong colours change less."""
    edges: Annotated[float, Field(ge=0, le=4)] = 1.0
    """How much pigment gathers where a wash ends."""
    turbulence: Annotated[float, Field(ge=0, le=4)] = 1.0
    """How unevenly the pigment has run."""
    grain: Annotated[float, Field(ge=0, le=4)] = 1.0
    """How much the roughness of the paper shows."""
    wobble: Annotated[float, Field(ge=0, le=50)] = 2.0
    """How far the hand strays from the photo's outlines, in pixels of a picture 1000 pixels long."""
    smoothing: Annotated[float, Field(ge=0, le=50), UI(advanced=True)] = 3.0
    """How far the directions of edges are smoothed, in pixels of a picture 1000 pixels long."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the watercolour (1)."""


METHOD = Method(
    id="watercolour",
    title="Watercolour",
    summary="A photo in washes of pigment that run, pool at their edges and settle in the paper.",
    papers=("bousseau2006", "kyprianidis2009"),
    taxonomy=Taxonomy(family="filters"),
    inputs=(Content(),),
    options=Options,
    presets={"tiny": {"size": 64, "radius": 40, "smoothing": 30, "wobble": 15}},
    run="impasto.methods.filters.watercolour:stylize",
    estimate="impasto.methods.filters.watercolour:estimate",
    deviations=(
        "washes come from anisotropic Kuwahara filtering and softly stepped tones, where the paper uses mean shift and morphology",
        "noise is this program's own; paper and turbulence stand still when the picture moves",
    ),
)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Simplify to washes with unsteady outlines, then vary the density of their pigment."""
    from impasto.filters.flow import edge_flow
    from impasto.filters.smooth import kuwahara, unstaired
    from impasto.filters.tones import livelier, paper, soft_steps
    from impasto.image.colour import lab_to_rgb, rgb_to_lab

    photo, run = inputs.content, context.run
    scale = filters.scale_of(photo.shape)
    radius = filters.within(options.radius * scale, photo.shape, "radius", context)
    flow = edge_flow(photo, options.smoothing * scale)
    wash = unstaired(kuwahara(photo, flow, radius, sharpness=10, threads=run.threads), flow, run.threads)
    wash = _strayed(wash, options.wobble * scale, scale, run.seed)
    context.report(1, 2)
    lab = livelier(rgb_to_lab(wash), options.saturation)
    if options.bins:
        lab[..., 0] = soft_steps(np.ascontiguousarray(lab[..., 0]), options.bins, options.softness)
    lab[..., 0] = 100 - (100 - lab[..., 0]) * np.float32(1 - 0.7 * options.lightness)
    wash = np.clip(lab_to_rgb(lab), 0, 1).astype(np.float32)
    density = _density(wash, scale, options, paper(wash.shape[:2], max(2.2 * scale, 1.3), run.seed + 7), run.seed)
    # Bousseau et al. 2006, eq. 1: C' = C (1 - (1 - C)(d - 1)), what a layer of density d lets through.
    picture = wash * (1 - (1 - wash) * (density - 1)[..., None])
    picture = photo + np.float32(options.strength) * (picture - photo)
    context.report(2, 2)
    return Result(np.clip(picture, 0, 1).astype(np.float32))


def _strayed(picture: Array, far_px: float, scale: float, seed: int) -> Array:
    """The picture with outlines that stray by about `far_px`, as a wet brush does."""
    import cv2

    from impasto.filters.tones import noise

    if not far_px:
        return picture
    shape = picture.shape[:2]
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    dx, dy = (noise(shape, max(22 * scale, 4), seed + number, octaves=3) * np.float32(far_px / 2) for number in (1, 2))
    return cv2.remap(picture, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def _density(wash: Array, scale: float, options: Options, relief: Array, seed: int) -> Array:
    """Density of pigment (H, W), 1 on average: turbulence, dispersion and paper, and more of it where a wash ends."""
    import cv2

    from impasto.filters.tones import noise
    from impasto.image.colour import luminance

    shape = wash.shape[:2]
    density = 1 + np.float32(0.16 * options.turbulence) * noise(shape, max(160 * scale, 8), seed + 3, octaves=4)
    density += np.float32(0.07 * options.turbulence) * noise(shape, max(1.5 * scale, 1), seed + 4)
    density += np.float32(0.11 * options.grain) * relief
    if options.edges:
        # Water carries pigment outwards: the rim of a wash is darker than its middle, on its darker side. What the wash
        # lacks of a blurred copy of itself is just that side.
        luma = luminance(wash)
        blurred = cv2.GaussianBlur(luma, (0, 0), max(2.5 * scale, 0.8), borderType=cv2.BORDER_REPLICATE)
        density += np.float32(3.5 * options.edges) * np.clip(blurred - luma, 0, 0.25)
    return np.clip(density, 0.2, 3)


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, 26 float32 planes, and 0.7 microseconds for each pixel on one thread."""
    return filters.estimated(height * width, planes=26, nanoseconds=700, run=run)
