"""`mgan`: teach a generator to paint so that a critic of patches, learning beside it, takes its strokes for a painting's."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, NamedWeights, Recipe
from impasto.training.style_options import PaintingOptions


class Options(PaintingOptions):
    """What can be turned on the training."""

    style: str = ""
    """The painting that is learned; empty takes a bundled one."""
    start_from: str = "adain_slim"
    """The decoder to begin with: a file with one from the slim encoder's relu4_1, or the name of one that impasto knows."""
    vgg_every: Annotated[int, Field(ge=0, le=10_000)] = 1
    """Who judges held-out pictures: VGG-19, or with 0 the slim encoder. No step looks through it: critics know one network."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the critics pull, relative to the content."""
    style_layers: Annotated[NamedWeights, UI(advanced=True)] = {"relu2_1": 1.0, "relu3_1": 1.0, "relu4_1": 0.5}
    """Layers whose patches are judged, by a critic each, with weights."""


RECIPE = Recipe(
    id="mgan",
    title="A generator against a critic of patches",
    summary="Teach a generator to paint so that a critic takes its patches for a painting's.",
    build="impasto.training.recipes.mgan.duel:build",
    options=Options,
    pictures=("content",),
    presets={
        # One CPU core for ten minutes.
        "cpu": {"steps": 1500, "batch_size": 2, "crop_px": 128, "learning_rate": 1e-3, "style_px": 384,
                "validate_every": 250, "average": 0.99, "warmup_steps": 50},
        "gpu": {"steps": 20_000, "batch_size": 16, "crop_px": 256, "learning_rate": 5e-4, "style_px": 512},
        "tiny": {"batch_size": 2, "crop_px": 32, "steps": 4, "warmup_steps": 1, "validate_every": 4, "vgg_every": 0,
                 "style_px": 48, "style_layers": {"relu2_1": 1.0}, "content_layer": "relu2_1"},
    },
    weights=("slim", "vgg19", "adain_slim"),
)  # fmt: skip
