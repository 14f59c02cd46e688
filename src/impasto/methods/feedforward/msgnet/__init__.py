"""Zhang & Dana 2017, MSG-Net: one network for many styles, each told to it by a Gram matrix, with a brush of any size."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Method, PictureOptions, SizeRule, Styles, Taxonomy


class Options(PictureOptions):
    """What can be turned on `msgnet`."""

    network: Annotated[str | None, UI(opens="file")] = None
    """A file that `impasto train msgnet` made, instead of the shipped one."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the brush: how large the painting is looked at, relative to the result, within the sizes that the network was taught; smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""


METHOD = Method(
    id="msgnet",
    title="MSG-Net",
    summary="Turn the photo's features by a painting's Gram matrix in one pass; the painting's size is the brush's.",
    papers=("zhang2017msgnet", "johnson2016"),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="multi-style"),
    inputs=(Content(), Styles(many=True)),
    size=SizeRule(minimum=16, default=512),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.msgnet.paint:stylize",
    estimate="impasto.methods.feedforward.msgnet.paint:estimate",
    weights=("msgnet",),
    deviations=(
        "No instance norm but on the photo's features at the CoMatch layer, where the paper has it before every convolution: there it takes a painting's colours off. The Gram matrix is taken apart into covariance, which turns the features, and mean, which is added; its learned matrix begins as the inverse root of the paintings' mean covariance.",
        "Rectifiers leak (0.2); shortcuts that enlarge are 3 x 3; no norm at the end.",
        "The shipped network has a quarter of the paper's width and was taught the six paintings its card names, in 2,000 short steps: style left 0.205 (bar 0.35 for a narrow network) at content 0.600 on held-out photos of 128 px, 0.21 to 0.55 on photos of 448 px; the brush reaches from 208 to 312 px of painting.",
    ),
)  # fmt: skip
