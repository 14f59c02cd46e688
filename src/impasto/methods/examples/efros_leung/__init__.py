"""Efros & Leung 1999, Texture Synthesis by Non-parametric Sampling: a texture grows from a seed, pixel by pixel."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, CanvasOptions, Method, SizeRule, Styles, Taxonomy


class Options(CanvasOptions):
    """What can be turned on `efros_leung`."""

    window_size: Annotated[int, Field(ge=3, le=63)] = 11
    """Side of the neighbourhood that is compared, an odd number of pixels: as large as the texture's largest regular part. Smaller is wilder."""
    tolerance: Annotated[float, Field(ge=0, le=10)] = 0.1
    """A pixel is drawn from all windows that fit this much worse than the best one; 0 always takes the best, which copies whole regions."""
    tileable: bool = False
    """Make a picture whose right edge continues on its left and its bottom on its top."""
    style_scale: Annotated[float | None, Field(gt=0, le=8)] = None
    """Size of the sample relative to the result. Left alone, it keeps its own pixels and is only ever made smaller, to a long side of 128 pixels: the time grows with the sample's area."""
    max_error: Annotated[float, Field(gt=0, le=10), UI(advanced=True)] = 0.3
    """A pixel waits for more neighbours while the best window's mean squared misfit is larger; raised by a tenth whenever nothing can be filled."""


METHOD = Method(
    id="efros_leung",
    title="Efros and Leung texture synthesis",
    summary="Grow a texture from a seed, pixel by pixel, each from a place in the sample that looks the same.",
    papers=("efros1999",),
    taxonomy=Taxonomy(family="texture", texture="non-parametric"),
    inputs=(Styles(help="The texture to make more of."),),
    size=SizeRule(minimum=8, default=192),
    options=Options,
    presets={"tiny": {"size": 64, "window_size": 5, "style_scale": 0.5}},
    run="impasto.methods.examples.efros_leung.growth:stylize",
    estimate="impasto.methods.examples.efros_leung.growth:estimate",
    deviations=(
        "Misfits are summed over red, green and blue, each in [0, 1]; the threshold of 0.3 counts their sum.",
        "Neighbourhoods of the sample lie wholly inside it, so that pixels within half a window of its edge are never taken.",
    ),
)  # fmt: skip
