"""`alla_prima`: any style in one pass of a small network made for this house; what `--quality fast` runs."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Masks, Method, PictureOptions, SizeRule, Styles, Taxonomy


class Options(PictureOptions):
    """What can be turned on `alla_prima`."""

    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the painting's look (1)."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the painting relative to the result: smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""
    tile_px: Annotated[int, Field(ge=256, le=8192), UI(advanced=True)] = 1024
    """Side of the tiles in which larger pictures are painted; smaller ones need less memory."""


METHOD = Method(
    id="alla_prima",
    title="Alla prima",
    summary="Paint in one pass: a small network, any painting, about a second without a GPU.",
    papers=("huang2017", "li2017wct", "ghiasi2017", "wang2023microast", "pitie2007"),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="any-style"),
    inputs=(
        Content(),
        Styles(many=True),
        Masks(help="Where a style goes: one greyscale picture for each style, in order, white where it goes; or one label picture whose grey levels, dark to bright, take the styles in order."),
    ),
    size=SizeRule(minimum=16, default=1024),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.alla_prima.paint:stylize",
    estimate="impasto.methods.feedforward.alla_prima.estimate:estimate",
    weights=("alla_prima",),
    deviations=(
        "A network of this house in the class of MicroAST, not a published one: a transport map of learned features in closed form, and a decoder steered by the painting.",
    ),
)  # fmt: skip
