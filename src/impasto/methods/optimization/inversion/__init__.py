"""Mahendran & Vedaldi 2015: what a layer of the network still knows of a photo, as a picture."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Method, PictureOptions, SizeRule, Taxonomy


class Options(PictureOptions):
    """What can be turned on `inversion`."""

    by: Literal["descent", "network", "network_gan"] = "descent"
    """How the picture is found: descent moves pixels until the features agree; network says in one pass what picture to expect, a smooth one; network_gan one that looks real."""
    encoder: Literal["vgg19", "slim"] = "vgg19"
    """The network whose layer is undone; descent undoes VGG-19's."""
    layer: str = "relu4_1"
    """The layer of VGG-19 whose features are turned back into a picture: relu1_1, conv3_4, pool5 and so on; deeper ones remember less."""
    steps: Annotated[int, Field(ge=1, le=100_000)] = 300
    """Evaluations of the loss."""
    tv_weight: Annotated[float | None, Field(ge=0, le=1e6), UI(scale="log")] = None
    """How strongly neighbouring pixels should agree (the weight of TV^β). Left alone, a value that suits the layer's depth."""
    tv_power: Annotated[float, Field(ge=1, le=4)] = 2.0
    """The β of TV^β: 1 leaves sharp edges and spikes, 2 spreads a change evenly."""
    norm_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1e-3
    """How strongly pixels are kept from leaving the middle of the range (the weight of the α-norm)."""
    norm_power: Annotated[float, Field(ge=1, le=20)] = 6.0
    """The α of the α-norm: the higher, the more it spares all pixels but the extreme."""
    jitter: Annotated[int, Field(ge=0, le=64)] = 0
    """Move the picture by up to so many pixels before each step, which takes away the grid that pooling leaves."""
    optimiser: Annotated[Literal["auto", "lbfgs", "adam"], UI(advanced=True)] = "auto"
    """L-BFGS comes closest; with jitter, whose loss never stands still, auto takes Adam."""
    learning_rate: Annotated[float, Field(gt=0, le=10), UI(scale="log", advanced=True)] = 0.02
    """Adam's step, in units of the picture's range."""
    pooling: Annotated[Literal["max", "average"], UI(advanced=True)] = "max"
    """How VGG-19 halves its pictures; it was trained with maxima."""


METHOD = Method(
    id="inversion",
    title="Feature inversion",
    summary="Rebuild the photo from one layer of VGG-19 alone: what the network remembers of it.",
    papers=("mahendran2015", "mahendran2016", "dosovitskiy2016", "dosovitskiy2016deepsim"),
    taxonomy=Taxonomy(reconstruction="online"),
    inputs=(Content(help="The picture whose features are turned back into a picture."),),
    size=SizeRule(minimum=32, default=384),
    options=Options,
    presets={
        # Mahendran & Vedaldi 2015, section 3: gradient descent with momentum; Adam is its nearest relative here.
        "paper": {"size": 224, "optimiser": "adam", "steps": 300, "norm_power": 6.0, "tv_power": 2.0, "jitter": 4},
        "tiny": {"size": 64, "steps": 6},
    },
    run="impasto.methods.optimization.inversion.rebuild:stylize",
    estimate="impasto.methods.optimization.inversion.rebuild:estimate",
    weights=("vgg19",),
    deviations=(
        "L-BFGS in place of gradient descent with momentum: it needs a tenth of the steps.",
        "Pixels and their regularisers are measured in [0, 1] and averaged, so that weights carry over between sizes; the paper sums over 0 to 255.",
        "VGG-19 in place of the paper's AlexNet.",
    ),
)  # fmt: skip
