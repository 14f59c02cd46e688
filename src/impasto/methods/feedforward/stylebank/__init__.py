"""Chen et al. 2017, StyleBank: one auto-encoder, and for every style a bank of filters that can be mixed and laid out."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Masks, Method, NamedWeights, PictureOptions, SizeRule, Taxonomy


class Options(PictureOptions):
    """What can be turned on `stylebank`."""

    style_name: NamedWeights = {"starry-night": 1.0}
    """A style by name, or several with weights that blend their filters: starry-night:2,great-wave:1."""
    network: Annotated[str | None, UI(opens="file")] = None
    """A file that `impasto train stylebank` made, instead of the shipped one."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0, as the auto-encoder gives it back) to the style."""
    preserve_colour: Literal["off", "luminance"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark."""
    feather_px: Annotated[int, Field(ge=0, le=1024)] = 8
    """Width of the soft edge between regions, in pixels."""


METHOD = Method(
    id="stylebank",
    title="StyleBank",
    summary="One auto-encoder, a bank of filters for every style: blend them, or give every region its own.",
    papers=("chen2017stylebank",),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="multi-style"),
    inputs=(
        Content(),
        Masks(help="Where a style goes: one greyscale picture for each named style, in order, white where it goes; or one label picture whose grey levels, dark to bright, take the styles in order."),
    ),
    size=SizeRule(minimum=16, default=1024),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.stylebank.paint:stylize",
    estimate="impasto.methods.feedforward.stylebank.paint:estimate",
    weights=("stylebank",),
    deviations=(
        "No norm in the auto-encoder, where the paper has instance norm: it would take the photo's brightness and contrast away, which has to come back. Instead banks see features brought to mean 0 and deviation 1.",
        "Three residual blocks in the decoder.",
        "Enlarging by nearest neighbour and convolution in place of transposed convolution.",
    ),
)  # fmt: skip
