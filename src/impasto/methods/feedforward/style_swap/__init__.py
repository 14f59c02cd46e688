"""Chen & Schmidt 2016: swap every patch of the photo's features for the painting's most similar one."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Method, SizeRule, Styles, Taxonomy
from impasto.reconstruction.options import OnePassOptions


class Options(OnePassOptions):
    """What can be turned on `style_swap`."""

    by: Literal["network", "descent"] = "network"
    """How swapped features become a picture: network shows them in one pass, descent moves the photo's pixels until it has them, which is slower and truer."""
    layer: Literal["relu2_1", "relu3_1", "relu4_1"] = "relu3_1"
    """The layer whose patches are swapped; network knows relu3_1 alone."""
    patch: Annotated[int, Field(ge=1, le=15)] = 3
    """Side of a patch in places of the layer: larger ones copy larger pieces of the painting."""
    stride: Annotated[int, Field(ge=1, le=15)] = 1
    """Places from one swapped patch to the next; 1 averages all that overlap, the patch's own side copies whole pieces."""
    repeats: Annotated[int, Field(ge=1, le=20)] = 1
    """How often to look and swap, each time from the last picture: more gives more of the painting."""
    steps: Annotated[int, Field(ge=1, le=100_000)] = 100
    """Evaluations of the loss, by descent."""
    tv_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log", advanced=True)] = 8.0
    """How strongly grain is smoothed away by descent (total variation), against the features' relative error."""
    learning_rate: Annotated[float, Field(gt=0, le=10), UI(scale="log", advanced=True)] = 0.05
    """Adam's step, in units of the picture's range."""


METHOD = Method(
    id="style_swap",
    title="Style-Swap",
    summary="Rebuild the photo from patches of the painting, chosen among a network's features, each the most similar one.",
    papers=("chen2016",),
    taxonomy=Taxonomy(reconstruction="offline", texture="non-parametric", scope="any-style"),
    inputs=(Content(), Styles(many=True)),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # Chen & Schmidt 2016, section 4: relu3_1 of VGG-19, patches of 3, photo and painting as they are.
        "paper": {"encoder": "vgg19", "size": 512},
        # Their optimisation: Adam 0.05, 100 steps from the photo.
        "reference": {"encoder": "vgg19", "by": "descent", "size": 512, "steps": 100, "learning_rate": 0.05},
        "tiny": {"size": 64},
    },
    run="impasto.methods.feedforward.style_swap.paint:stylize",
    estimate="impasto.methods.feedforward.style_swap.estimate:estimate",
    weights=("slim", "style_swap_slim"),
    deviations=(
        "On the validation grid at 512 px (36 pairs, slim encoder, by network) the median style ratio is 0.86 at a content cosine of 0.58: patches bring colours and small strokes, little of what Gram matrices measure.",
        "The default encoder is the slim one, a quarter of VGG-19's width, with an inverse network trained here in minutes: see the card of style_swap_slim. VGG-19's (preset 'paper') is not shipped; 'impasto train style_swap --encoder vgg19' makes it. By descent VGG-19 needs none.",
        "Where overlapping patches disagree their mean is stretched to their mean length: without it the picture is pale (median style ratio .92 against .74 on 3 pairs at 384 px, at the same content cosine).",
        "Below full strength what the network loses of the photo comes back in proportion, so that strength 0 is the photo.",
        "The inverse network has no normalisation, which would wash the swapped patches' contrast out.",
        "Of several paintings all patches compete; their weights do not count.",
        "The feature loss is taken relative to the target's own size, so that the weight of grain serves every layer.",
    ),
)  # fmt: skip
