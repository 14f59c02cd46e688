"""`texture_net_style`: teach the generator of `texture_net` to repaint photos in one style."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Recipe
from impasto.training.style_options import PaintingOptions


class Options(PaintingOptions):
    """What can be turned on the training."""

    style: str = ""
    """The painting that is learned; empty takes a bundled one."""
    noise: Annotated[float, Field(ge=0, le=4)] = 1.0
    """How strong the noise is that goes in beside the photo."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 10.0
    """How strongly the painting pulls, relative to the content."""


RECIPE = Recipe(
    id="texture_net_style",
    title="One style from noise and a photo",
    summary="Teach the small generator of texture networks to repaint photos in one style.",
    build="impasto.training.recipes.texture_net_style.painting:build",
    options=Options,
    pictures=("content",),
    presets={
        # Ulyanov et al. 2016 and the authors' code: 256 px, batches of 4, Adam 0.1, content at relu4_2.
        "paper": {"crop_px": 256, "batch_size": 4, "steps": 3000, "learning_rate": 0.1, "encoder": "vgg19",
                  "content_layer": "relu4_2", "warmup_steps": 0, "average": 0.0},
        "cpu": {"steps": 900, "batch_size": 2, "crop_px": 128, "learning_rate": 5e-3, "style_px": 320,
                "validate_every": 150, "average": 0.995, "warmup_steps": 20},
        "tiny": {"batch_size": 2, "crop_px": 32, "steps": 4, "warmup_steps": 1, "validate_every": 4, "vgg_every": 0,
                 "style_px": 48, "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0}, "content_layer": "relu2_1"},
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
