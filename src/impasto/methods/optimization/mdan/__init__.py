"""Li & Wand 2016, MDAN: pixels are moved until a critic, learning beside them, takes the picture's patches for the painting's."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Method, NamedWeights, PictureOptions, SizeRule, Styles, Taxonomy


class Options(PictureOptions):
    """What can be turned on `mdan`."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Updates of the pixels, shared out over the scales, the larger share to the smaller ones."""
    content_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the photo holds on to its shapes."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the critic pulls, relative to the content."""
    tv_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 0.1
    """How strongly grain is smoothed away (total variation)."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the painting relative to the result: smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""
    recolour: bool = True
    """Give the photo the painting's palette first: a critic of patches leaves much of the colours as they are."""
    encoder: Literal["slim", "vgg19"] = "slim"
    """The network that looks: vgg19, or slim, a quarter as wide, faster and less exact."""
    style_layers: Annotated[NamedWeights, UI(advanced=True)] = {"relu2_1": 0.5, "relu3_1": 1.0}
    """Layers whose patches are judged, by a critic each, with weights."""
    content_layer: Annotated[str, UI(advanced=True)] = "relu5_1"
    """Layer whose features are the content."""
    critic_steps: Annotated[int, Field(ge=1, le=100), UI(advanced=True)] = 2
    """Updates of the critic for each of the pixels."""
    learning_rate: Annotated[float, Field(gt=0, le=10), UI(scale="log", advanced=True)] = 0.02
    """Adam's step, in units of the picture's range."""
    scales: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = None
    """How many sizes from coarse to fine; empty starts at 180 pixels or more."""


METHOD = Method(
    id="mdan",
    title="MDAN",
    summary="Optimise the picture against a critic that learns to tell the painting's patches from its own.",
    papers=("li2016mgan", "li2016"),
    taxonomy=Taxonomy(reconstruction="online", texture="non-parametric", scope="any-style"),
    inputs=(Content(), Styles(many=True)),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # The authors' code: 5 rounds of 25 updates at 384 pixels through VGG-19, one scale.
        "paper": {"size": 384, "scales": 1, "steps": 125, "encoder": "vgg19", "recolour": False, "critic_steps": 1,
                  "style_layers": {"relu3_1": 1.0}},
        "tiny": {"size": 64, "steps": 3, "scales": 1},
    },
    run="impasto.methods.optimization.mdan.paint:stylize",
    estimate="impasto.methods.optimization.mdan.estimate:estimate",
    weights=("slim",),
    deviations=(
        "Works coarse to fine, which finds larger strokes, and gives the photo the painting's palette first; preset 'paper' does neither.",
        "The default looks through the slim stand-in for VGG-19, at patches of relu2_1 beside the paper's relu3_1: by relu3_1 alone colours that the painting lacks crept in.",
        "The critic has 64 channels, no batch norm, and sees features brought to the painting's mean and spread; the paper's has 256 with batch norm. It is made anew for every painting, not carried over from other photos.",
        "Losses are weighed by their pull on the pixels, again every ten updates, so that settings carry over between sizes and encoders.",
    ),
)  # fmt: skip
