"""Li & Wand 2016, MGAN: what `mdan` does to pixels, learned by a generator, which then paints in one pass."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Method, PictureOptions, SizeRule, Taxonomy


class Options(PictureOptions):
    """What can be turned on `mgan`."""

    network: Annotated[str | None, UI(opens="file")] = None
    """A file that `impasto train mgan` made, instead of the shipped one."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the painted picture (1); between the two both shine through."""
    preserve_colour: Literal["off", "luminance"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark."""


METHOD = Method(
    id="mgan",
    title="MGAN",
    summary="A generator of one style that learned against a critic of patches; one pass.",
    papers=("li2016mgan",),
    taxonomy=Taxonomy(reconstruction="offline", texture="non-parametric", scope="per-style"),
    inputs=(Content(),),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.mgan.paint:stylize",
    estimate="impasto.methods.feedforward.mgan.paint:estimate",
    weights=("slim", "mgan"),
    deviations=(
        "The generator learns from critic and photo alone, without pictures that MDAN made before.",
        "The slim encoder looks in place of VGG-19; one norm and a decoder without any in place of batch norm everywhere; training begins at AdaIN's decoder with the painting's moments.",
        "Critics of `mdan`, at relu2_1, relu3_1 and relu4_1, in place of one at relu3_1.",
        "Strength below 1 blends result and photo.",
    ),
)  # fmt: skip
