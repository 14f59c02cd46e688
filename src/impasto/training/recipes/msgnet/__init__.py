"""`msgnet`: teach one network to repaint photos as the Gram matrix of a painting says."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Recipe
from impasto.training.style_options import PaintingOptions


class Options(PaintingOptions):
    """What can be turned on the training."""

    width: Annotated[int, Field(ge=4, le=256)] = 32
    """Channels of the bottlenecks at a quarter of the size, four times as many between them; the paper's network has 128."""
    start_from: str | None = None
    """Begin with the file that an earlier `impasto train msgnet` made (a path, or msgnet for the shipped one)."""
    vgg_every: Annotated[int, Field(ge=0, le=10_000)] = 4
    """With the slim encoder, steps from one that looks through VGG-19 instead to the next; 0 never looks through it."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 10.0
    """How strongly the painting pulls, relative to the content."""
    brushes: Annotated[int, Field(ge=1, le=8)] = 2
    """Sizes at which each painting is learned, from style_px up, each 1.5 times the one before: for control of the brush."""


RECIPE = Recipe(
    id="msgnet",
    title="Many styles by their Gram matrices",
    summary="Teach one network many styles that are told to it by their Gram matrices.",
    build="impasto.training.recipes.msgnet.matching:build",
    options=Options,
    pictures=("content",),
    presets={
        # Zhang & Dana 2017 and the authors' code: 256 px, four photos a batch, one painting at 512 px a batch.
        "paper": {
            "width": 128, "crop_px": 256, "batch_size": 4, "steps": 40_000, "learning_rate": 1e-3, "warmup_steps": 0,
            "encoder": "vgg19", "weights": "paper", "content_layer": "relu2_2", "style_weight": 5.0, "tv_weight": 1e-6,
            "style_px": 512, "brushes": 1, "average": 0.0,
            "style_layers": {"relu1_2": 1.0, "relu2_2": 1.0, "relu3_3": 1.0, "relu4_3": 1.0},
        },
        # One CPU core for about half an hour; the shipped weights' second run.
        "cpu": {"steps": 2000, "batch_size": 2, "crop_px": 128, "learning_rate": 2e-3, "warmup_steps": 30, "vgg_every": 12,
                "style_px": 208, "tv_weight": 2.0, "grid_weight": 600.0, "validate_every": 350, "average": 0.99},
        "gpu": {"width": 64, "steps": 40_000, "batch_size": 16, "crop_px": 256, "warmup_steps": 500, "encoder": "vgg19"},
        "tiny": {
            "width": 4, "batch_size": 2, "crop_px": 32, "steps": 4, "warmup_steps": 1, "validate_every": 4,
            "vgg_every": 0, "style_px": 48, "brushes": 1, "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0},
            "content_layer": "relu2_1",
        },
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
