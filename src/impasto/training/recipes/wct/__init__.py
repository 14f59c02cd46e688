"""`wct`: teach the decoders of all levels, which rebuild pictures and know nothing of styles."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, Recipe
from impasto.training.decoding_options import DecodingOptions


class Options(DecodingOptions):
    """What can be turned on the training of all levels' decoders."""

    tied: Annotated[float, Field(ge=0, le=1), UI(advanced=True)] = 0.5
    """Share of the steps in which shallow decoders are the ends of the deepest one, so that all learn from every step."""


RECIPE = Recipe(
    id="wct",
    title="Decoders of every level, for WCT",
    summary="Teach the decoders from relu1_1 to the deepest level to rebuild pictures; WCT needs nothing else.",
    build="impasto.training.recipes.wct.levels:build",
    options=Options,
    presets={
        # Li et al. 2017 (Universal): pixels and features weigh the same; the authors' Adam 1e-4, COCO at 256.
        "paper": {"encoder": "vgg19", "steps": 200_000, "batch_size": 4, "crop_px": 256, "learning_rate": 1e-4, "tied": 0.0},
        "cpu": {"steps": 6000, "batch_size": 4, "crop_px": 128, "learning_rate": 2e-3},
        "gpu": {"encoder": "vgg19", "steps": 60_000, "batch_size": 16, "crop_px": 224, "learning_rate": 1e-3, "warmup_steps": 500},
        "tiny": {"steps": 4, "batch_size": 1, "crop_px": 32, "warmup_steps": 1, "validate_every": 4},
    },
    weights=("vgg19", "slim"),
)  # fmt: skip
