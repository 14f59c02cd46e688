"""Dumoulin et al. 2017: many styles in one network, which can be blended."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Masks, Method, NamedWeights, PictureOptions, SizeRule, Taxonomy


class Options(PictureOptions):
    """What can be turned on `cin`."""

    style_name: Annotated[NamedWeights, UI(opens="name or file")] = {"starry-night": 1.0}
    """Styles by name (`impasto zoo` lists them), with weights where there are several; with masks, in the masks' order."""
    network: Annotated[str | None, UI(opens="file")] = None
    """A file that `impasto train cin` made, whose styles are taken; empty takes the shipped ones and your own."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the painted picture (1); between the two both shine through."""
    preserve_colour: Literal["off", "luminance"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark."""
    tile_px: Annotated[int | None, Field(ge=128, le=65_536), UI(advanced=True)] = None
    """Side of the tiles that a large picture is painted in; empty takes as large ones as the memory allows."""


METHOD = Method(
    id="cin",
    title="Dumoulin 2017",
    summary="One network that knows many styles by name, and blends them (conditional instance norm).",
    papers=("dumoulin2017", "johnson2016"),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="multi-style"),
    inputs=(
        Content(),
        Masks(help="Where a style goes: one greyscale picture for each style name, in order, white where it goes; or one label picture whose grey levels, dark to bright, take the styles in order."),
    ),
    size=SizeRule(minimum=16, default=1024),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.cin.paint:stylize",
    estimate="impasto.methods.feedforward.cin.estimate:estimate",
    weights=("cin",),
    deviations=(
        "The three contracting layers have norms that no style touches (as in Ghiasi et al. 2017), so a style is 1,398 numbers at half the paper's width.",
        "The shipped network comes from a small recipe: half the paper's width, an hour or so on part of one core, VGG-19 and its slim stand-in as the loss network; its card says what was reached.",
        "Weights of several styles are brought to a sum of one. With masks the gains and shifts are blended pixel by pixel in one pass; what no mask claims stays the photo.",
        "Strength below 1 blends result and photo.",
    ),
)  # fmt: skip
