"""`stylebank`: teach an auto-encoder and a bank of filters for every style, or new banks for an old auto-encoder."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Recipe
from impasto.training.style_options import PaintingOptions


class Options(PaintingOptions):
    """What can be turned on the training."""

    width: Annotated[int, Field(ge=4, le=128)] = 16
    """Channels at the picture's full size, twice and four times as many deeper; the paper's network has 32."""
    start_from: str | None = None
    """Begin with the file that an earlier `impasto train stylebank` made (a path, or stylebank for the shipped one)."""
    learn: Literal["all", "banks"] = "all"
    """What learns: everything, or only the banks of new styles while the auto-encoder of `start_from` stays as it is."""
    style_steps: Annotated[int, Field(ge=1, le=1000)] = 2
    """Steps of painting between two in which photos have to come back as they are (T in the paper)."""
    identity_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """How strongly those pull, relative to the step of painting before (lambda in the paper)."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 10.0
    """How strongly the painting pulls, relative to the content."""
    vgg_every: Annotated[int, Field(ge=0, le=10_000)] = 8
    """With the slim encoder, steps from one that looks through VGG-19 instead to the next; 0 never looks through it."""


_TINY = {
    "width": 4, "crop_px": 32, "batch_size": 2, "steps": 4, "warmup_steps": 1, "validate_every": 4, "vgg_every": 0,
    "style_px": 48, "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0}, "content_layer": "relu2_1",
}  # fmt: skip

RECIPE = Recipe(
    id="stylebank",
    title="A bank of filters for every style",
    summary="Teach an auto-encoder with a bank of filters for every painting of a folder, or only new banks.",
    build="impasto.training.recipes.stylebank.banks:build",
    options=Options,
    pictures=("content",),
    presets={
        # Chen et al. 2017: 50 paintings at 600 px, crops of 512, batches of 4, Adam 0.01 for 300,000 steps.
        "paper": {"width": 32, "crop_px": 512, "batch_size": 4, "steps": 300_000, "learning_rate": 1e-2, "style_px": 600,
                  "encoder": "vgg19", "content_layer": "relu4_2", "average": 0.0, "warmup_steps": 0,
                  "style_layers": {"relu1_2": 1.0, "relu2_2": 1.0, "relu3_2": 1.0, "relu4_2": 1.0}},
        # One CPU core for a quarter of an hour.
        "cpu": {"steps": 1800, "batch_size": 4, "crop_px": 128, "learning_rate": 2e-3, "style_px": 288,
                "validate_every": 300, "average": 0.998},
        # New banks for a trained file: minutes.
        "bank": {"steps": 400, "batch_size": 4, "crop_px": 128, "learning_rate": 4e-3, "style_px": 288, "average": 0.99,
                 "validate_every": 100, "learn": "banks", "start_from": "stylebank", "warmup_steps": 20},
        "gpu": {"width": 32, "steps": 60_000, "batch_size": 8, "crop_px": 256, "warmup_steps": 500, "encoder": "vgg19"},
        "tiny": _TINY,
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
