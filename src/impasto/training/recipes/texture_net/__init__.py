"""`texture_net`: teach a small generator to make a texture out of noise, at any size and at once."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, NamedWeights, Recipe, TrainingOptions


class Options(TrainingOptions):
    """What can be turned on the training."""

    batch_size: Annotated[int, Field(ge=1, le=4096)] = 4
    """Textures made in a step."""
    crop_px: Annotated[int, Field(ge=32, le=4096)] = 128
    """Side of the textures, in pixels; a multiple of 32."""
    style: str = ""
    """The picture whose texture is learned; empty takes a bundled one."""
    style_px: Annotated[int, Field(ge=32, le=2048)] = 256
    """Long side that the picture is brought to: larger gives larger patterns."""
    norm: Literal["instance", "batch"] = "instance"
    """What the norms take off: each picture's own statistics (the paper of 2017), or the batch's, kept as fixed numbers afterwards (2016)."""
    diversity: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.0
    """How strongly textures of one batch are driven apart (the paper of 2017)."""
    encoder: Literal["slim", "vgg19"] = "slim"
    """The network through which the losses look: vgg19, or slim, a quarter as wide and some six times cheaper."""
    vgg_every: Annotated[int, Field(ge=0, le=10_000)] = 4
    """With the slim encoder, steps from one that looks through VGG-19 instead to the next; 0 never looks through it."""
    tv_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 0.0
    """How strongly grain is smoothed away (total variation)."""
    grid_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 100.0
    """How strongly grids of four and eight pixels are suppressed, which enlarging by nearest neighbour leaves."""
    style_layers: Annotated[NamedWeights, UI(advanced=True)] = {f"relu{block}_1": 1.0 for block in range(1, 6)}
    """Layers whose correlations are the texture, with weights."""


RECIPE = Recipe(
    id="texture_net",
    title="A texture out of noise",
    summary="Teach a small generator one texture.",
    build="impasto.training.recipes.texture_net.weaving:build",
    options=Options,
    pictures=(),
    presets={
        # Ulyanov et al. 2016 and the authors' code: batches of 16 at 256 px, Adam 0.1, batch norm.
        "paper": {"crop_px": 256, "batch_size": 16, "steps": 2000, "learning_rate": 0.1, "norm": "batch", "encoder": "vgg19",
                  "warmup_steps": 0, "average": 0.0},
        # Their second paper: instance norm, and variety by the Julesz ensemble.
        "2017": {"crop_px": 256, "batch_size": 4, "steps": 3000, "learning_rate": 1e-2, "diversity": 1.0, "encoder": "vgg19"},
        # One CPU core for ten minutes.
        "cpu": {"steps": 900, "learning_rate": 1e-2, "warmup_steps": 20, "average": 0.99, "diversity": 0.05,
                "validate_every": 150},
        "tiny": {"crop_px": 32, "batch_size": 2, "steps": 4, "warmup_steps": 1, "validate_every": 4, "vgg_every": 0,
                 "style_px": 48, "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0}},
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
