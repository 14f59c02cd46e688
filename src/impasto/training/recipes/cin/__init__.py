"""`cin`: teach one network many styles, each of which is one row of numbers."""

from typing import Literal

from impasto.core import Recipe
from impasto.training.style_options import CPU, GPU, PAPER, TINY, StyleOptions


class Options(StyleOptions):
    """What can be turned on the training."""

    learn: Literal["all", "rows"] = "all"
    """What learns: everything, or only the rows of new styles while the filters of `start_from` stay as they are."""


RECIPE = Recipe(
    id="cin",
    title="Many styles in one network",
    summary="Teach one network to repaint photos in the styles of a folder of paintings, or an old one a new style.",
    build="impasto.training.recipes.cin.many:build",
    options=Options,
    pictures=("content",),
    presets={
        # Dumoulin et al. 2017 and the authors' code: Gram matrices divided by H W, batches of 16.
        "paper": PAPER | {"batch_size": 16, "style_weight": 1e-4},
        "cpu": CPU | {"steps": 8000},
        # A new style for a trained network: minutes.
        "row": CPU | {"steps": 600, "learn": "rows", "start_from": "cin", "learning_rate": 1e-2, "average": 0.98,
                      "validate_every": 100, "warmup_steps": 20},
        "gpu": GPU,
        "tiny": TINY,
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
