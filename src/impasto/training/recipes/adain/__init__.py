"""`adain`: teach a decoder to show features that have been given a painting's moments."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Recipe
from impasto.training.decoding_options import DecodingOptions


class Options(DecodingOptions):
    """What can be turned on the training of AdaIN's decoder."""

    content_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """Weight of the distance of the result's features at relu4_1 to those the decoder was given."""
    style_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 4.0
    """Weight of the distance of means and deviations to the painting's, relu1_1 to relu4_1."""
    reduction: Literal["relative", "mean", "sum"] = "relative"
    """Over the channels of a layer: relative to the painting's own means and deviations; mean, as in the PyTorch reimplementation; or sum, as in the authors' Lua code."""
    gram_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 2.0
    """Weight of the relative distance of Gram matrices at the same layers, which bring more of the strokes; 0, as in the paper, leaves them out."""
    pixel_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.0
    """Weight of the pixels' error where a picture is given its own moments; keeps colours and edges true. 0 leaves it out."""
    feature_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.0
    """Weight of the features' error of those same pictures."""


RECIPE = Recipe(
    id="adain",
    title="AdaIN's decoder",
    summary="Teach a decoder from relu4_1 to show photos whose features have any painting's means and deviations.",
    build="impasto.training.recipes.adain.moments:build",
    options=Options,
    presets={
        # The PyTorch reimplementation: batch 8, crops of 256 from 512, Adam 1e-4 / (1 + 5e-5 i), 160,000 steps.
        "paper": {"encoder": "vgg19", "steps": 160_000, "batch_size": 8, "crop_px": 256, "learning_rate": 1e-4,
                  "style_weight": 10.0, "reduction": "mean", "gram_weight": 0.0},
        "cpu": {"steps": 4000, "batch_size": 4, "crop_px": 128, "learning_rate": 1e-3, "pixel_weight": 0.3},
        "gpu": {"encoder": "vgg19", "steps": 80_000, "batch_size": 16, "crop_px": 224, "learning_rate": 5e-4, "warmup_steps": 500},
        "tiny": {"steps": 4, "batch_size": 2, "crop_px": 32, "warmup_steps": 1, "validate_every": 4},
    },
    weights=("vgg19", "slim"),
)  # fmt: skip
