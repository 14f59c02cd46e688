"""`alla_prima`: teach the small network behind `--quality fast` to paint any picture in any style in one pass."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Recipe, TrainingOptions


class Options(TrainingOptions):
    """What can be turned on the training."""

    encoder: Literal["slim", "vgg19"] = "slim"
    """Whose features judge the pictures: slim is about six times cheaper, vgg19 is what the field means."""
    vgg_every: Annotated[int, Field(ge=0, le=10_000)] = 4
    """With the slim encoder, updates from one that looks through VGG-19 instead to the next; 0 never does."""
    begin: str | None = None
    """A .safetensors file of an earlier training to begin with; empty begins from nothing."""
    dropped: Annotated[float, Field(ge=0, le=1), UI(advanced=True)] = 0.0
    """Share of pictures painted without the photo's features at a quarter of the size, less from half of the training on: or the short way paints alone, and strokes stay small."""
    pairings: Annotated[int, Field(ge=1, le=64), UI(advanced=True)] = 1
    """Paintings of the batch in which each of its photos is painted: more share the cost of looking at both."""
    content_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """Weight of the photo's features at relu4_1 and relu4_2."""
    style_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 10.0
    """Weight of the painting's Gram matrices and moments at relu1_1 to relu5_1, each relative to the photo's distance."""
    identity_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 100.0
    """Weight of the pixels where a picture is painted in its own style: it is to stay as it is."""
    identity_every: Annotated[int, Field(ge=1, le=1_000_000), UI(advanced=True)] = 4
    """Updates from one in which the first photo is its own style to the next."""
    grid_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log", advanced=True)] = 300.0
    """Weight of any pattern that repeats every four pixels, as decoders like to leave behind."""


RECIPE = Recipe(
    id="alla_prima",
    title="Alla prima",
    summary="Teach the small network of `--quality fast` to paint any photo in any style in one pass.",
    build="impasto.training.recipes.alla_prima.lessons:build",
    options=Options,
    presets={
        # Two CPU cores for some hours; a short run with encoder vgg19 and a small rate makes a good end.
        "cpu": {"steps": 30_000, "batch_size": 4, "crop_px": 160, "learning_rate": 2e-3},
        "finish": {
            "encoder": "vgg19", "steps": 2000, "batch_size": 3, "pairings": 3, "crop_px": 224, "learning_rate": 1e-3,
            "validate_every": 200,
        },
        "gpu": {"encoder": "vgg19", "steps": 120_000, "batch_size": 8, "crop_px": 256, "warmup_steps": 500},
        "tiny": {"steps": 4, "batch_size": 2, "crop_px": 32, "warmup_steps": 1, "validate_every": 4},
    },
    weights=("vgg19", "slim"),
)  # fmt: skip
