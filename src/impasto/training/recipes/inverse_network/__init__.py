"""`inverse_network`: teach a decoder of one layer, with or without an adversary."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Recipe
from impasto.training.decoding_options import DecodingOptions


class Options(DecodingOptions):
    """What can be turned on the training of an inverse network."""

    layer: Literal["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"] = "relu4_1"
    """The layer whose features are turned back into pictures."""
    adversarial_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.0
    """Weight of looking real to an adversary that learns alongside; above 0, all weights are shares of the pull on the pixels at the start."""
    adversary_width: Annotated[int, Field(ge=4, le=512), UI(advanced=True)] = 32
    """Channels of the adversary's first layer."""


RECIPE = Recipe(
    id="inverse_network",
    title="Inverse network of one layer",
    summary="Teach a decoder to rebuild pictures from one layer of an encoder, by pixels, features and an adversary.",
    build="impasto.training.recipes.inverse_network.inverse:build",
    options=Options,
    presets={
        # Dosovitskiy & Brox 2016: pixels alone, which gives the expected picture, a blurred one.
        "paper": {"encoder": "vgg19", "steps": 100_000, "batch_size": 32, "crop_px": 128, "feature_weight": 0.0},
        # Dosovitskiy & Brox 2016 (DeePSiM): all three, re-weighed by their pulls.
        "gan": {"steps": 4000, "batch_size": 4, "learning_rate": 5e-4, "pixel_weight": 0.2, "adversarial_weight": 0.3},
        "cpu": {"steps": 3000, "batch_size": 2, "crop_px": 128, "learning_rate": 1.5e-3},
        "gpu": {"encoder": "vgg19", "steps": 60_000, "batch_size": 16, "crop_px": 224, "learning_rate": 1e-3, "warmup_steps": 500},
        "tiny": {"steps": 4, "batch_size": 1, "crop_px": 32, "warmup_steps": 1, "validate_every": 4, "adversarial_weight": 0.1},
    },
    weights=("vgg19", "slim"),
)  # fmt: skip
