"""`texture_net`: teach a small generator to make a texture out of noise, at any size and at once."""

from typing import Literal

from impasto.core import Recipe
from impasto.training.style_options import NoiseOptions


class Options(NoiseOptions):
    """What can be turned on the training."""

    norm: Literal["instance", "batch"] = "instance"
    """What the norms take off: each picture's own statistics (the paper of 2017), or the batch's, kept as fixed numbers afterwards (2016)."""


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
