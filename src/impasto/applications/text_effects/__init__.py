"""Yang et al. 2017, Awesome Typography: the effect of one styled word laid on any other text, written or drawn."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, CanvasOptions, Content, Extra, Method, SizeRule, Styles, Taxonomy


class Options(CanvasOptions):
    """What can be turned on `text_effects`."""

    aspect: str | None = None
    """Shape of the result, width to height: 16:9, 2:1 or 1.5. Left alone, as wide as the text with its margins."""
    text: str = "impasto"
    """What is written, where no drawing of a text is given; \\n begins a new line."""
    font: Annotated[str | None, UI(opens="name or file")] = None
    """Name or file of the font to write with: DejaVuSans-Bold, Noto Serif CJK SC, letters.ttf. Left alone, Pillow's own, which has Latin letters only."""
    distance_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.1
    """How strictly colours keep their distance from the strokes, relative to how well patches join."""
    direction_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.01
    """How strictly what lies above strokes stays above and what lies below stays below: for flames, drips and shadows."""
    height_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.04
    """How strictly the colours of a word's top stay at its top and those of its foot at its foot; 0 for a text of many lines."""
    uniformity: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.005
    """How dear every further use of a place of the style is; 0 lets a few good patches be repeated all over."""
    style_scale: Annotated[float | None, Field(gt=0, le=8)] = None
    """Size of the style relative to the result. Left alone, so that its strokes are as wide as the text's."""
    turn: Annotated[float, Field(ge=0, le=90), UI(advanced=True)] = 30.0
    """Degrees by which patches of the style may be turned each way, for strokes that run in directions it does not show; 0 keeps them upright."""
    tint: Annotated[float, Field(ge=0, le=0.5), UI(advanced=True)] = 0.0
    """How far a patch's red, green and blue may be shifted, where black is 0 and white 1, to match what is around it."""
    patch_size: Annotated[int, Field(ge=3, le=5), UI(advanced=True)] = 5
    """Side of the patches that are compared, 3 or 5 samples at each of three scales."""
    levels: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = None
    """Sizes from coarse to fine, each half the next. Left alone, down to two dozen pixels."""
    rounds: Annotated[int, Field(ge=1, le=100), UI(advanced=True)] = 12
    """How often matches are sought and a picture is voted for at the coarsest size; three fewer at each finer one, three at least."""

    @property
    def proportions(self) -> tuple[float, float]:
        """Width and height of the canvas: those asked for, else those of the text."""
        from .lettering import proportions

        return super().proportions or proportions(self.text, self.font)


METHOD = Method(
    id="text_effects",
    title="Text effects",
    summary="Lay the effect of one styled word, flames or gold or neon, on any other text, written or drawn.",
    papers=("yang2017", "barnes2009"),
    taxonomy=Taxonomy(family="examples", texture="non-parametric", scope="any-style"),
    inputs=(
        Content(
            optional=True, help="A drawing of the text, dark on light or light on dark; without one, `text` is written."
        ),
        Styles(help="The styled word."),
        Extra("style_text", "The styled word without its effect: its letters in one flat tone on another.", of="styles", labels=True),
    ),
    size=SizeRule(minimum=16, default=640),
    options=Options,
    presets={
        "paper": {"rounds": 30, "direction_weight": 0.0, "height_weight": 0.0, "turn": 28.65, "tint": 0.05},
        "tiny": {"size": 64, "rounds": 2},
    },
    run="impasto.applications.text_effects.paint:stylize",
    estimate="impasto.applications.text_effects.paint:estimate",
    deviations=(
        "Three scales of patches whose samples lie 1, 2 and 4 pixels apart, on a pyramid of halves, in place of ten levels of which five are compared.",
        "Patches are upright in copies of the style turned at most 10 degrees apart, and a turn has a price, 0.02 a radian beside errors of about 0.015: else walls of brick bend.",
        "Tints are off but in preset 'paper': they blur grain and flames. A tint is the difference of two patches' means, not drawn at random.",
        "What lies above strokes seeks what lies above strokes, and a word's top seeks its top.",
        "Scales are found for a sample of the style's patches, among a sample of the others, by root mean squares; a large one is kept below 0.2, not 0.3, and the finest always has a share.",
        "Twelve rounds at the coarsest size, not thirty (preset 'paper': thirty); random tries are near and far, not five anywhere.",
        "The style is first brought to the size at which its strokes are as wide as the text's.",
    ),
)  # fmt: skip
