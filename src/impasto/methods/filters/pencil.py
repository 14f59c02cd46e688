"""Pencil: a photo drawn in graphite or in coloured pencils, contours and hatching on rough paper.

Contours are flow-based lines (Kang, Lee and Chui 2007; Winnemoeller et al. 2012). Hatching is noise drawn out along the
flow where there are edges and along one slant of the hand where there are none; darker tones get more of it, and a second
layer across.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from impasto import filters
from impasto.core import (
    UI,
    Array,
    Content,
    Context,
    Estimate,
    Film,
    Inputs,
    Method,
    PictureOptions,
    Result,
    RunOptions,
    Taxonomy,
)

if TYPE_CHECKING:
    from impasto.filters.flow import Flow

_SLANT, _CROSS = -0.9, 0.9  # of the hatching against the horizontal, in radians: a right hand's strokes, and across
_SHAPED, _STEEP = 0.6, 0.02  # anisotropy, and change to a reference pixel, from which strokes follow the shape
_CALM = 0.8  # of the steadying asked for, what the whole drawing gets
_GRAPHITE = 0.12  # the darkest tone that soft graphite leaves


class Options(PictureOptions):
    """Lines, hatching and paper. Lengths are pixels of a picture 1000 pixels long, and grow with it."""

    coloured: bool = False
    """Coloured pencils in place of graphite."""
    line_width: Annotated[float, Field(gt=0, le=100)] = 1.2
    """Width of the contours: sigma of the inner Gaussian, in pixels of a picture 1000 pixels long."""
    line_strength: Annotated[float, Field(ge=0, le=1)] = 0.85
    """How dark the contours are; 0 draws none."""
    line_length: Annotated[float, Field(ge=0, le=100), UI(advanced=True)] = 5.0
    """How far contours are drawn on along edges, in pixels of a picture 1000 pixels long."""
    hatching: Annotated[float, Field(ge=0, le=1)] = 0.7
    """How dark the hatching of dark areas is; 0 leaves contours alone."""
    hatch_length: Annotated[float, Field(ge=0, le=200)] = 14.0
    """Length of the hatching strokes, in pixels of a picture 1000 pixels long."""
    grain: Annotated[float, Field(ge=0, le=1)] = 0.35
    """How much the roughness of the paper shows."""
    smoothing: Annotated[float, Field(ge=0, le=50), UI(advanced=True)] = 2.5
    """How far the directions of edges are smoothed, in pixels of a picture 1000 pixels long."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the drawing (1)."""


METHOD = Method(
    id="pencil",
    title="Pencil drawing",
    summary="A photo drawn in graphite or coloured pencils: contours, hatching, rough paper.",
    papers=("kang2007", "winnemoeller2012", "bousseau2007"),
    taxonomy=Taxonomy(family="filters"),
    inputs=(Content(),),
    options=Options,
    presets={
        "tiny": {"size": 64, "line_width": 16, "hatch_length": 100, "smoothing": 30},
        "coloured": {"coloured": True, "hatching": 0.85},
        "outline": {"hatching": 0.0},
    },
    run="impasto.methods.filters.pencil:stylize",
    estimate="impasto.methods.filters.pencil:estimate",
    sequence="impasto.methods.filters.pencil:paint_film",
    deviations=("contours are the papers'; hatching and paper are ours",),
)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Draw contours, hatch by tone, let the paper show, and take graphite's grey or the photo's colours for pigment."""
    marks = _marks(inputs.content, options, context)
    context.report(1, 2)
    picture = _on_paper(inputs.content, marks, options, context)
    context.report(2, 2)
    return Result(picture)


def paint_film(film: Film, options: Options, context: Context) -> None:
    """Draw frame after frame: hatching and the paper's roughness go along with what moves, lines and hatching are steadied."""
    from impasto.video.drift import Drift
    from impasto.video.motion import motion_between
    from impasto.video.steady import keep_steady, steadied

    drift, before = None, None
    for number in range(len(film)):
        if film.finished(number):
            continue
        photo, strength = film.inputs(number).content, film.settings.steady
        motion = None
        if number == 0 or not strength:
            drift = Drift.begin(photo.shape[:2])
            marks = _marks(photo, options, context)
        else:
            last = film.inputs(number - 1).content
            motion = motion_between(last, photo)
            if drift is None or before is None:
                stored = film.recall(f"marks-{(number - 1) % 2}") or {}
                drift, before = Drift(stored["steps"], int(stored["age"])), stored["marks"]
            drift = drift.moved(motion)
            marks = steadied(_marks(photo, options, context, drift), before, motion, last, photo, strength)
        if context.stopping:
            return
        film.note(f"marks-{number % 2}", steps=drift.steps, age=np.array(drift.age), marks=marks)
        before, picture = marks, _on_paper(photo, marks, options, context, drift)
        # Marks and paper are steady by themselves; the picture is steadied once more, but less, or the grain would be lost.
        keep_steady(film, number, picture, motion, _CALM * strength)
        context.report(number + 1, len(film), preview=lambda number=number: film.painted(number))


def _marks(photo: Array, options: Options, context: Context, drift: Callable[[Array], Array] | None = None) -> Array:
    """How much graphite there is, (H, W, 2) in [0, 1]: of hatching and of contours. drift: where the hatching's noise has gone."""
    from impasto.filters.flow import edge_flow
    from impasto.filters.lines import contours
    from impasto.image.colour import luminance

    run, scale = context.run, filters.scale_of(photo.shape)
    width = filters.within(max(options.line_width * scale, 0.4), photo.shape, "line_width", context)
    length = filters.within(options.line_length * scale, photo.shape, "line_length", context)
    hatch = filters.within(options.hatch_length * scale, photo.shape, "hatch_length", context)
    flow = edge_flow(photo, options.smoothing * scale)
    luma = luminance(photo)
    lines = 1 - contours(luma, flow, width, length, threads=run.threads) if options.line_strength else 0 * luma
    dark = _hatched(luma, flow, hatch, scale, run.seed, run.threads, drift) * np.float32(options.hatching)
    return np.dstack([dark, lines])


def _on_paper(
    photo: Array, marks: Array, options: Options, context: Context, drift: Callable[[Array], Array] | None = None
) -> Array:
    """The drawing: graphite or colour where marks are, on paper whose roughness shows. drift: where the roughness has gone."""
    from impasto.filters.tones import paper

    dark, lines = marks[..., 0], marks[..., 1]
    grain = paper(dark.shape, max(1.6 * filters.scale_of(photo.shape), 1.2), context.run.seed)
    grain = grain if drift is None else drift(grain)
    # Pigment stays on the paper's hills: strong strokes reach the valleys too.
    valleys = np.exp2(-2 * np.float32(options.grain) * np.clip(grain, -2, 2))
    cover = 1 - (1 - dark**valleys) * (1 - (options.line_strength * lines) ** np.sqrt(valleys))
    pigment = _crayon(photo) if options.coloured else np.float32(_GRAPHITE)
    sheet = np.float32(0.985) + np.float32(0.008 * options.grain) * grain[..., None]
    drawing = sheet - cover[..., None] * (sheet - pigment)
    picture = photo + np.float32(options.strength) * (drawing - photo)
    return np.clip(picture, 0, 1).astype(np.float32)


def _hatched(
    luma: Array, flow: "Flow", length_px: float, scale: float, seed: int, threads: int | None,
    drift: Callable[[Array], Array] | None,
) -> Array:  # fmt: skip
    """How much graphite hatching lays down, (H, W) in [0, 1]: strokes that grow denser and darker with the tone."""
    from impasto.filters.lines import smooth_along
    from impasto.filters.tones import noise

    dark, width_px = 1 - luma, max(2.2 * scale, 1.6)
    shaped = (flow.anisotropy > _SHAPED) & (flow.steepness * np.float32(scale) > _STEEP)
    total = np.zeros_like(luma)
    # From light to dark: strokes at the slant or along edges, then across them, then short ones that fill.
    for layer, (slant, begins) in enumerate(((_SLANT, 0.12), (_CROSS, 0.5), (_SLANT + 0.35, 0.7))):
        free = np.full_like(luma, slant % np.pi)
        # Along clean edges the strokes follow the shape; elsewhere the hand keeps its slant.
        angle = np.where(shaped, flow.angle, free) if layer == 0 else free
        way = replace(flow, angle=angle, anisotropy=np.ones_like(luma))
        grain = noise(luma.shape, width_px, seed + 1 + layer)
        strokes = smooth_along(grain if drift is None else drift(grain), way, length_px, threads=threads)
        strokes /= max(float(strokes.std()), 1e-6)
        tone = np.clip((dark - begins) / (1 - begins), 0, 1)
        # A stroke is where the noise rises above a level that sinks as the tone darkens.
        covered = np.float32(0.5) + np.float32(0.5) * np.tanh(strokes * np.float32(1.2) + 3 * tone - np.float32(1.4))
        total = 1 - (1 - total) * (1 - covered * np.sqrt(tone) * np.float32(0.8))
    return total


def _crayon(photo: Array) -> Array:
    """The pigment for each place: the photo's hue, purer and of middling lightness, since hatching brings the tone."""
    from impasto.filters.tones import livelier
    from impasto.image.colour import lab_to_rgb, rgb_to_lab

    lab = livelier(rgb_to_lab(photo), 1.8)
    lab[..., 0] = 12 + 0.62 * lab[..., 0]
    return np.clip(lab_to_rgb(lab), 0, 1).astype(np.float32)


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, 22 float32 planes, and 1.4 microseconds for each pixel on one thread."""
    return filters.estimated(height * width, planes=22, nanoseconds=1400, run=run)
