"""Ghiasi et al. 2017: a network looks at the painting once and says how another is to paint."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Method, PictureOptions, SizeRule, Styles, Taxonomy


class Options(PictureOptions):
    """What can be turned on `ghiasi`."""

    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo's own style (0, the photo almost as it is) to the painting's."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the painting relative to the result: smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""
    tile_px: Annotated[int | None, Field(ge=128, le=65_536), UI(advanced=True)] = None
    """Side of the tiles that a large picture is painted in; empty takes as large ones as the memory allows."""


METHOD = Method(
    id="ghiasi",
    title="Ghiasi 2017",
    summary="A network looks at the painting once and sets the norms of another, which paints in one pass.",
    papers=("ghiasi2017", "dumoulin2017", "johnson2016"),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="any-style"),
    inputs=(Content(), Styles(many=True)),
    size=SizeRule(minimum=16, default=1024),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.ghiasi.paint:stylize",
    estimate="impasto.methods.feedforward.ghiasi.estimate:estimate",
    weights=("ghiasi",),
    deviations=(
        "The weights come from a small recipe: 2,500 steps of four pairs in 51 minutes on one core, 715 paintings; the paper's took millions of steps and 80,000 paintings. On 36 pairs not seen: style left 0.28, content kept 0.68, strength 0 gives the photo back at 21 dB. Colours and contrast come well, large strokes hardly; strong edges get halos.",
        "Five small convolutions look at the painting, and the means and spreads of all of them make the code; the paper takes Inception-v3's mean features.",
        "The transformer is half as wide as the paper's, and its contracting layers have an instance norm of their own where the paper has batch norm.",
        "Trained through the slim stand-in for VGG-19, every fourth step through VGG-19 itself, with losses relative to each pair's own and with pairs in which the photo is its own style; the paper's losses are the recipe's preset 'paper', through VGG-19 where the paper has VGG-16.",
        "Beyond 2048 px, or where memory is short, a picture is painted in tiles with the statistics of a smaller copy, which is not quite the picture painted whole.",
    ),
)  # fmt: skip
