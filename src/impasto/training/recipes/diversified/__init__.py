"""`diversified`: teach one generator several textures, one after the other, and not to repeat itself."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Recipe
from impasto.training.style_options import NoiseOptions


class Options(NoiseOptions):
    """What can be turned on the training."""

    batch_size: Annotated[int, Field(ge=2, le=4096)] = 4
    """Textures made in a step, all of one picture's."""
    style: str = ""
    """The folder of pictures whose textures are learned, one slot each; empty takes the bundled paintings."""
    width: Annotated[int, Field(ge=7, le=448)] = 56
    """Channels at the smallest sizes; the paper's network has 256."""
    unlock_every: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """Steps from one new texture to the next; those that are known take turns (K in the paper)."""
    diversity: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.3
    """How strongly textures of one batch are driven apart."""
    diversity_layer: Annotated[str, UI(advanced=True)] = "relu4_2"
    """Layer whose features are to differ."""
    vgg_every: Annotated[int, Field(ge=0, le=10_000)] = 6
    """With the slim encoder, steps from one that looks through VGG-19 instead to the next; 0 never looks through it."""


RECIPE = Recipe(
    id="diversified",
    title="Many textures out of noise",
    summary="Teach one generator several textures, and not to repeat itself.",
    build="impasto.training.recipes.diversified.weaving:build",
    options=Options,
    pictures=(),
    presets={
        # Li et al. 2017 and the authors' code: 60 textures at 256 px, one more every 1000 steps, Adam 0.01.
        "paper": {"width": 252, "crop_px": 256, "batch_size": 4, "steps": 120_000, "learning_rate": 1e-2, "diversity": 1.0,
                  "unlock_every": 1000, "encoder": "vgg19", "warmup_steps": 0, "average": 0.0},
        # One CPU core for a quarter of an hour.
        "cpu": {"steps": 1200, "batch_size": 3, "learning_rate": 5e-3, "warmup_steps": 20, "average": 0.99,
                "validate_every": 200},
        "tiny": {"crop_px": 32, "batch_size": 2, "steps": 4, "warmup_steps": 1, "validate_every": 4, "vgg_every": 0,
                 "style_px": 48, "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0}, "width": 7, "unlock_every": 1,
                 "diversity_layer": "relu2_1"},
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
