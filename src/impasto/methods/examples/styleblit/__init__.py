"""Sykora et al. 2019, StyleBlit: chunks of a painted example, moved to where the target's guide looks like the example's."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.content.colour import PreserveColour
from impasto.core import UI, Content, Extra, Method, PictureOptions, SizeRule, Styles, Taxonomy
from impasto.guides.view import ViewOptions


class Options(ViewOptions, PictureOptions):
    """What can be turned on `styleblit`."""

    guide: Literal["appearance", "normals"] = "appearance"
    """What photo and style are compared by, where no guides are given: light, dark and detail; or normals, for a photo that is a picture of normals and a style that shows one painted ball filling it."""
    threshold: Annotated[float | None, Field(ge=0, le=765)] = None
    """How far a chunk's guides may differ, summed over red, green and blue of 0 to 255 each: larger gives larger chunks of the style and follows the photo less. Left alone, 24, or 36 where the guides are made from photo and painting."""
    chunk_size: Annotated[int, Field(ge=1, le=1024), UI(advanced=True)] = 64
    """Side of the blocks of which each has one of the largest chunks, in pixels, rounded down to a power of two; where they do not fit, their halves are tried, down to single pixels."""
    blend_px: Annotated[int, Field(ge=0, le=8)] = 1
    """How far chunks are mixed across their borders; 0 leaves them hard."""
    jitter: Annotated[float, Field(ge=0, le=1), UI(advanced=True)] = 1.0
    """How far the chunks' middles leave an even grid; 0 shows it."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the style relative to the result: smaller gives finer strokes."""
    match_levels: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far the photo's greys are spread to the painting's before the two are compared, so that no part of the painting is left unused. Given guides are left alone."""
    preserve_colour: PreserveColour = "off"
    """Keep the photo's colours, by painting light and dark only, or by giving the painting the photo's palette first."""
    search: Annotated[Literal["table", "exact"], UI(advanced=True)] = "table"
    """How the pixel that looks most alike is found: in a table of colours and from there downhill, at once; or among all of them, in seconds."""


METHOD = Method(
    id="styleblit",
    title="StyleBlit",
    summary="Lay chunks of a painting where the photo looks alike, or of a painted ball onto shapes, in an instant.",
    papers=("sykora2019",),
    taxonomy=Taxonomy(family="examples", texture="non-parametric", scope="any-style"),
    inputs=(
        Content(optional=True, models=("normals",), help="The photo to repaint, or a picture of normals, or a model (.obj) with a painted ball as the style; content_guide can stand in for it."),
        Styles(help="The painting, or a painted ball."),
        Extra("style_guide", "What is where in the style: normals, positions, any colours that mean the same in content_guide.", optional=True, of="styles"),
        Extra("content_guide", "What is where in the result, in the colours of style_guide.", optional=True),
    ),
    size=SizeRule(minimum=4, default=1024),
    options=Options,
    presets={
        "paper": {"threshold": 24.0, "blend_px": 0},
        "tiny": {"size": 64},
    },
    run="impasto.methods.examples.styleblit.blit:stylize",
    estimate="impasto.methods.examples.styleblit.blit:estimate",
    sequence="impasto.methods.examples.styleblit.film:paint_film",
    keyframes=True,
    deviations=(
        "With a photo and a painting alone, light, dark and detail of both are the guides; the paper has rendered normals.",
        "The table of colours has 64 cells a channel, and the picture is searched downhill from there; --search exact tries all pixels.",
        "A model is rendered once, as a picture of normals; it is not drawn on a graphics card.",
    ),
)  # fmt: skip
