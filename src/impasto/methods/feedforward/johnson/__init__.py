"""Johnson et al. 2016: a network for every style, which paints in one pass."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Method, PictureOptions, SizeRule, Taxonomy


class Options(PictureOptions):
    """What can be turned on `johnson`."""

    style_name: Annotated[str, UI(opens="name or file")] = "starry-night"
    """A style by name (`impasto zoo` lists them), or a file that `impasto train johnson` made."""
    channels: Literal["half", "quarter"] = "half"
    """How many channels the network of a named style has, to the paper's: a quarter is twice as quick, for films, with plainer strokes."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the painted picture (1); between the two both shine through."""
    preserve_colour: Literal["off", "luminance"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark."""
    tile_px: Annotated[int | None, Field(ge=128, le=65_536), UI(advanced=True)] = None
    """Side of the tiles that a large picture is painted in; empty takes as large ones as the memory allows."""


METHOD = Method(
    id="johnson",
    title="Johnson 2016",
    summary="A small network that knows one style, and paints in one pass.",
    papers=("johnson2016",),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="per-style"),
    inputs=(Content(),),
    size=SizeRule(minimum=16, default=1024),
    options=Options,
    presets={"fast": {"channels": "quarter"}, "tiny": {"size": 64}},
    run="impasto.methods.feedforward.johnson.paint:stylize",
    estimate="impasto.methods.feedforward.johnson.estimate:estimate",
    weights=("johnson_starry_night", "johnson_great_wave", "johnson_udnie", "johnson_starry_night_quarter"),
    deviations=(
        "Instance norm in place of batch norm (Ulyanov et al. 2017), enlarging by nearest neighbour and convolution in place of transposed convolution, mirrored edges and a sigmoid at the end.",
        "The shipped networks come from a small recipe: half the paper's width, minutes on one core, VGG-19 and its slim stand-in as the loss network; their cards say what was reached.",
        "Film of 640 x 360 px, H.264 in and out, not steadied, runs at 10.3 frames a second on two cores at half width; at 15.1 with the preset fast and encoding quick, which takes a network of a quarter of the width, taught by the wider one; 25 were hoped for. starry-night alone has that network.",
        "A margin of 16 px is painted beyond the edge and cut off again, for networks leave a frame there.",
        "Strength below 1 blends result and photo.",
    ),
)  # fmt: skip
