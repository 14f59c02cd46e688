"""Ulyanov et al. 2016, texture networks: a small generator that makes one texture out of noise, or repaints a photo."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, CanvasOptions, Content, Method, SizeRule, Taxonomy


class Options(CanvasOptions):
    """What can be turned on `texture_net`."""

    network: Annotated[str | None, UI(opens="file")] = None
    """A file that `impasto train texture_net` made, or with a photo `impasto train texture_net_style`, instead of the shipped one."""
    noise: Annotated[float, Field(ge=0, le=4)] = 1.0
    """How strong the noise is that goes in beside a photo: 0 paints what is the same for every seed."""


METHOD = Method(
    id="texture_net",
    title="Texture networks",
    summary="A small generator that makes one texture out of noise, at any size; with a photo, one that repaints it.",
    papers=("ulyanov2016", "ulyanov2017"),
    taxonomy=Taxonomy(family="texture", reconstruction="offline", texture="parametric", scope="per-style"),
    inputs=(Content(optional=True, help="The picture to repaint; without one, a texture is made out of noise."),),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.texture_net.weave:stylize",
    estimate="impasto.methods.feedforward.texture_net.weave:estimate",
    weights=("texture_net", "texture_net_style"),
    deviations=(
        "Instance norm by default, as in the paper of 2017; `impasto train texture_net --norm batch` has that of 2016.",
        "A sigmoid at the end; photos are repainted with mirrored edges, textures with edges that meet.",
    ),
)
