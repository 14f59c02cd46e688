"""`ghiasi`: teach one network to repaint any photo in the style of any painting, from one look at each."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, NamedWeights, Recipe, TrainingOptions


class Options(TrainingOptions):
    """What can be turned on the training."""

    width: Annotated[int, Field(ge=4, le=128)] = 16
    """Channels of the transformer at the full size, twice and four times as many deeper; the paper's network has 32."""
    paint_px: Annotated[int, Field(ge=32, le=2048)] = 128
    """Side of the squares that are painted; they are cut out of the crops at several scales."""
    encoder: Literal["slim", "vgg19"] = "slim"
    """The network through which the losses look: vgg19, or slim, a quarter as wide and some six times cheaper."""
    vgg_every: Annotated[int, Field(ge=0, le=10_000)] = 4
    """With the slim encoder, steps from one that looks through VGG-19 instead to the next; 0 never looks through it."""
    weights: Annotated[Literal["auto", "paper"], UI(advanced=True)] = "auto"
    """What losses are measured in: auto takes every pair's style and content relative to what they are in the photo and the painting, so that all count alike; paper takes them as published."""
    content_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the photo holds on to its shapes."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 10.0
    """How strongly the painting pulls, relative to the content."""
    tv_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 0.5
    """How strongly grain is smoothed away (total variation)."""
    content_layer: Annotated[str, UI(advanced=True)] = "relu4_1"
    """Layer whose features are the content."""
    style_layers: Annotated[NamedWeights, UI(advanced=True)] = {f"relu{block}_1": 1.0 for block in range(1, 5)}
    """Layers whose texture is the style, with weights."""
    identity: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Share of the pairs in which the photo is its own style and has to come out as it is."""
    identity_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 20.0
    """How strongly such a photo must come back, pixel by pixel."""
    augmented: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of the paintings whose brightness, saturation and hue are changed."""


RECIPE = Recipe(
    id="ghiasi",
    title="Any style in one look",
    summary="Teach one network to repaint any photo in the style of any painting.",
    build="impasto.training.recipes.ghiasi.apprentice:build",
    options=Options,
    presets={
        # Ghiasi et al. 2017 and the authors' code: full width, 256 px, Adam 1e-5, content at relu3_3, Gram matrices
        # divided by H W at five-thousandths of ten; millions of steps on eight GPUs. VGG-19 stands for their VGG-16.
        "paper": {
            "width": 32, "paint_px": 256, "crop_px": 320, "batch_size": 8, "steps": 3_000_000, "learning_rate": 1e-5,
            "encoder": "vgg19", "weights": "paper", "content_layer": "relu3_3", "style_weight": 0.5e-3, "tv_weight": 1e4,
            "style_layers": {"relu1_2": 1.0, "relu2_2": 1.0, "relu3_3": 1.0, "relu4_3": 1.0}, "identity": 0.0,
            "augmented": 1.0,
        },
        # One CPU core for an hour or two.
        "cpu": {"steps": 7000, "batch_size": 4, "crop_px": 160, "paint_px": 128, "learning_rate": 1.5e-3},
        "gpu": {
            "width": 32, "paint_px": 256, "crop_px": 288, "batch_size": 16, "steps": 60_000, "warmup_steps": 500,
            "encoder": "vgg19", "learning_rate": 1e-3,
        },
        "tiny": {
            "width": 4, "paint_px": 32, "crop_px": 40, "batch_size": 2, "steps": 4, "warmup_steps": 1,
            "validate_every": 4, "vgg_every": 3,
        },
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
