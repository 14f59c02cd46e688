"""STROTSS (Kolkin et al. 2019): style as optimal transport between clouds of features, content as self-similarity."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Extra, Method, PictureOptions, SizeRule, Styles, Taxonomy
from impasto.reconstruction.options import LaplacianOptions

# VGG-19's counterparts of the authors' VGG-16 layers; with the picture itself a hypercolumn has 2179 channels.
LAYERS = ("relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_4", "relu4_4", "relu5_4")
CONTENT_LAYER = "relu4_2"  # of which the photo's own directions are held on to, as in Gatys 2016


class Options(LaplacianOptions, PictureOptions):
    """What can be turned on `strotss`."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 300
    """Evaluations of the loss, shared out over the scales, the larger share to the smaller ones."""
    content_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.15
    """How strongly the photo holds on to which of its parts look alike, and to its features."""
    feature_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log", advanced=True)] = 0.25
    """How much the photo's own features count beside which of its parts look alike; nothing in the paper."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the painting relative to the result: smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""
    samples: Annotated[int, Field(ge=16, le=65_536), UI(advanced=True)] = 1024
    """Places of the picture that are looked at in each step; more are slower and steadier."""
    style_samples: Annotated[int, Field(ge=16, le=65_536), UI(advanced=True)] = 4096
    """Places of the paintings that stand for their style at each scale."""
    learning_rate: Annotated[float, Field(gt=0, le=10), UI(scale="log", advanced=True)] = 0.002
    """RMSprop's step, in units of the picture's range, for each band of the pyramid; half of it at the last scale."""
    scales: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = None
    """How many sizes from coarse to fine; empty starts at about 64 pixels."""
    scale_factor: Annotated[float, Field(ge=1.1, le=4), UI(advanced=True)] = 2.0
    """Growth from one scale to the next."""


METHOD = Method(
    id="strotss",
    title="STROTSS",
    summary="Move the photo's cloud of features onto the painting's while like parts stay alike.",
    papers=("kolkin2019",),
    taxonomy=Taxonomy(reconstruction="online", texture="non-parametric", scope="any-style"),
    inputs=(
        Content(),
        Styles(many=True),
        Extra("content_map", "The photo's regions as a label picture: each colour is painted with the painting's same colour.", optional=True, labels=True),
        Extra("style_map", "The painting's regions as a label picture, in the colours of the photo's.", optional=True, of="styles", labels=True),
    ),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # Kolkin et al. 2019, section 3.1 and the authors' code: 250 steps at each scale, 1024 and 5000 samples.
        "paper": {"content_weight": 1.0, "feature_weight": 0.0, "steps": 1000, "samples": 1024, "style_samples": 5000},
        "tiny": {"size": 64, "steps": 5, "scales": 1, "samples": 64, "style_samples": 64},
    },
    run="impasto.methods.optimization.strotss.paint:stylize",
    estimate="impasto.methods.optimization.strotss.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "VGG-19 stands in for VGG-16, with the layers of the same depth; activations are scaled so that the shares of blocks 1 to 5 in a hypercolumn do not hang on the weight file: a mean square of 1, 1, 2, 0.5 and 0.02. With all equal half of every cosine was made in blocks 4 and 5 and strokes came late: one pair (cat and Udnie, 192 px, half the steps) had a relaxed earth mover's distance of 0.289 and a content cosine of 0.49, and 0.257 and 0.64 with these shares.",
        "Places are middles of pixels drawn at random in every step, and every layer is read at the unit over the place, as the authors read the painting; the picture they read between units, where grain goes unseen. Coarse scales get more of the steps than fine ones.",
        "The content weight is counted from the last scale (2, doubling towards the coarse ones), so that it means the same at any size; preset 'paper' has the authors'.",
        "Beside self-similarity the photo's own directions at relu4_2 hold, each picture's seen from its own mean (`feature_weight`; nothing in preset 'paper'), and self-similarity holds less, 0.15 of the authors'. By self-similarity alone the cat with Udnie (256 px) had a relaxed earth mover's distance of 0.241 at a content cosine of 0.575; with both 0.219 at 0.564.",
        "A painting's rim of 3 % offers no places, and every picture is seen with 8 px mirrored around it: frames and the network's padding would end up along the result's edges.",
        "Relaxed earth mover's distance (REMD) at equal content cosine, gatys read between two of its content weights: astronaut and Matisse at 256 px 0.229 (gatys 0.276, cosine 0.67), cat and Udnie at 256 px 0.219 (0.250, 0.56), the wall and Hokusai at 192 px with half the steps 0.187 (0.251, 0.60). That is 17, 13 and 26 % nearer to the painting; 15 % was hoped for on every pair.",
        "The picture shown is the running average of the last steps: sampled losses make single steps noisy.",
    ),
)  # fmt: skip
