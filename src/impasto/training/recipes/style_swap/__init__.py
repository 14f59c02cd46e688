"""`style_swap`: teach a decoder to show features that are patched together from another picture's."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Recipe
from impasto.training.decoding_options import DecodingOptions


class Options(DecodingOptions):
    """What can be turned on the training of Style-Swap's inverse network."""

    pixel_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.5
    """Weight of the pixels' error where photos and paintings are rebuilt; 0, as in the paper, leaves colours to the features."""
    swapped_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """Weight of the features' error where patches were swapped."""
    patch: Annotated[int, Field(ge=1, le=9)] = 3
    """Side of the patches that are swapped, in places of relu3_1."""
    tv_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.01
    """How strongly grain is smoothed away (total variation)."""


RECIPE = Recipe(
    id="style_swap",
    title="Style-Swap's inverse network",
    summary="Teach a decoder from relu3_1 to show photos, paintings, and photos made of paintings' patches.",
    build="impasto.training.recipes.style_swap.swapped:build",
    options=Options,
    presets={
        # Chen & Schmidt 2016: features alone, two photos, two paintings and their four swaps a step, Adam 1e-3, 80,000 steps.
        "paper": {"encoder": "vgg19", "steps": 80_000, "batch_size": 2, "crop_px": 256, "pixel_weight": 0.0},
        "cpu": {"steps": 2500, "batch_size": 2, "crop_px": 128, "learning_rate": 1.5e-3},
        "gpu": {"encoder": "vgg19", "steps": 40_000, "batch_size": 8, "crop_px": 224, "learning_rate": 1e-3, "warmup_steps": 500},
        "tiny": {"steps": 4, "batch_size": 1, "crop_px": 32, "warmup_steps": 1, "validate_every": 4},
    },
    weights=("vgg19", "slim"),
)  # fmt: skip
