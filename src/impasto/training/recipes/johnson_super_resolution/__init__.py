"""`johnson_super_resolution`: teach a network to give enlarged pictures their detail back."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Recipe, TrainingOptions


class Options(TrainingOptions):
    """What can be turned on the training."""

    factor: Literal["4", "8"] = "4"
    """How many times smaller than the photos the pictures are that the network sees."""
    encoder: Literal["slim", "vgg19"] = "slim"
    """The network through which the loss looks: vgg19, or slim, a quarter as wide and some six times cheaper."""
    feature_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.5
    """Weight of the features' squared error, relative to what the smoothly enlarged picture has."""
    pixel_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """Weight of the pixels' error, relative to what the smoothly enlarged picture has."""
    tv_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log", advanced=True)] = 0.0
    """How strongly grain is smoothed away (total variation)."""
    grid_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log", advanced=True)] = 1000.0
    """How strongly a grid as wide as the factor is suppressed, which losses of features alone leave in fine texture."""
    start_from: str | None = None
    """Begin with the filters of this file, which the recipe made for the same factor."""
    content_layer: Annotated[str, UI(advanced=True)] = "relu2_1"
    """Layer whose features must be the photo's."""


RECIPE = Recipe(
    id="johnson_super_resolution",
    title="Super-resolution",
    summary="Teach a network to enlarge pictures four or eight times with detail.",
    build="impasto.training.recipes.johnson_super_resolution.sharpener:build",
    options=Options,
    pictures=("content",),
    presets={
        # Johnson et al. 2016, section 4.2: crops of 288, batches of 4, features at relu2_2 alone, 200,000 steps.
        "paper": {
            "crop_px": 288, "batch_size": 4, "steps": 200_000, "learning_rate": 1e-3, "encoder": "vgg19",
            "content_layer": "relu2_2", "pixel_weight": 0.0, "feature_weight": 1.0, "grid_weight": 0.0,
        },
        "cpu": {"crop_px": 128, "batch_size": 4, "steps": 2500, "learning_rate": 1e-3, "average": 0.998},
        "gpu": {"crop_px": 288, "batch_size": 16, "steps": 60_000, "encoder": "vgg19"},
        "tiny": {"crop_px": 32, "batch_size": 2, "steps": 4, "warmup_steps": 1, "validate_every": 4},
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
