"""Zhang & Dana 2017, MSG-Net: one network for many styles, each told to it by a Gram matrix, with a brush of any size."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import Content, Method, PictureOptions, SizeRule, Styles, Taxonomy


class Options(PictureOptions):
    """What can be turned on `msgnet`."""

    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the brush: how large the painting is looked at, relative to the result; smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""


METHOD = Method(
    id="msgnet",
    title="MSG-Net",
    summary="Turn the photo's features by a painting's Gram matrix in one pass; the painting's size is the brush's.",
    papers=("zhang2017msgnet", "johnson2016"),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="multi-style"),
    inputs=(Content(), Styles(many=True)),
    size=SizeRule(minimum=16, default=1024),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.msgnet.paint:stylize",
    estimate="impasto.methods.feedforward.msgnet.paint:estimate",
    weights=("msgnet",),
    deviations=(),
)
