"""Anime sky: a photo in the light of an animated summer film, with a painted sky in place of its own.

The recipe that goes round under the name of the film "Your Name": flatten, move the palette, paint a sky with towering
clouds, let highlights bloom, ink a little. Palette moves are Reinhard et al. 2001, lines Winnemoeller et al. 2012.
"""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Content, Method, PictureOptions, Taxonomy


class Options(PictureOptions):
    """Sky, palette and light. Lengths are pixels of a picture 1000 pixels long, and grow with it."""

    sky: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How much of the photo's sky is painted over; 0 keeps it."""
    clouds: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How much of the painted sky is clouds."""
    palette: Annotated[float, Field(ge=0, le=1)] = 0.6
    """How far colours move to the film's palette."""
    saturation: Annotated[float, Field(ge=0, le=4)] = 1.25
    """How lively colours become: 1 leaves them, 0 takes them away; strong colours change less."""
    bloom: Annotated[float, Field(ge=0, le=1)] = 0.35
    """How much highlights glow."""
    radius: Annotated[float, Field(gt=0, le=100)] = 5.0
    """Size of what is flattened away, in pixels of a picture 1000 pixels long."""
    line_strength: Annotated[float, Field(ge=0, le=1)] = 0.25
    """How dark the outlines are; 0 draws none."""
    line_width: Annotated[float, Field(gt=0, le=100), UI(advanced=True)] = 1.2
    """Width of the outlines: sigma of the inner Gaussian, in pixels of a picture 1000 pixels long."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the finished frame (1)."""


METHOD = Method(
    id="anime_sky",
    title="Anime sky",
    summary="A photo in the light of an animated summer film, under a painted sky.",
    papers=("reinhard2001", "winnemoeller2012", "he2010", "rother2004"),
    taxonomy=Taxonomy(family="filters"),
    inputs=(Content(),),
    options=Options,
    presets={"tiny": {"size": 64, "radius": 30, "line_width": 16}},
    run="impasto.methods.filters.anime_sky.frame:stylize",
    estimate="impasto.methods.filters.anime_sky.frame:estimate",
    deviations=(
        "no paper describes it: a common recipe, written down here; palette and clouds are this program's own",
        "the sky is found by colour, calm and connection to the upper edge, then by GrabCut; what is not blue, grey or bright "
        "is no sky to it",
    ),
)
