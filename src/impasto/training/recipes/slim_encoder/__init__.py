"""`slim_encoder`: teach a network with a quarter of VGG-19's channels to see what VGG-19 sees."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Recipe, TrainingOptions


class Options(TrainingOptions):
    """What can be turned on the distillation."""

    gram_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """Weight of the relative error of Gram matrices, against the error of features."""
    gradient_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.5
    """Weight of the disagreement about where a style loss wants the pixels to move; 0 leaves it out."""
    gradient_every: Annotated[int, Field(ge=1, le=10_000)] = 3
    """Updates from one that looks at gradients to the next; they take about twice as long as the others."""
    walk_steps: Annotated[int, Field(ge=0, le=100)] = 3
    """Steps that a picture first takes down the student's own style loss, so that it learns where it goes astray."""
    perturbed: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of the pictures that are made unlike photos: noise, blends, foreign detail."""


RECIPE = Recipe(
    id="slim_encoder",
    title="Slim encoder, distilled from VGG-19",
    summary="Teach a network with a quarter of VGG-19's channels to see what VGG-19 sees.",
    build="impasto.training.recipes.slim_encoder.distillation:build",
    options=Options,
    presets={
        # Two CPU cores for an hour or two; the batch holds as many photos as paintings.
        "cpu": {"steps": 6000, "batch_size": 4, "crop_px": 128, "learning_rate": 1.5e-3},
        "gpu": {"steps": 60_000, "batch_size": 32, "crop_px": 160, "learning_rate": 2e-3, "warmup_steps": 500},
        "tiny": {
            "steps": 4, "batch_size": 2, "crop_px": 32, "warmup_steps": 1, "validate_every": 4, "gradient_every": 2,
            "walk_steps": 1,
        },
    },
    weights=("vgg19",),
)  # fmt: skip
