"""`johnson`: teach one network one style."""

from impasto.core import Recipe
from impasto.training.style_options import CPU, GPU, PAPER, TINY, StyleOptions

RECIPE = Recipe(
    id="johnson",
    title="One style in one network",
    summary="Teach a network to repaint photos in the style of one painting.",
    build="impasto.training.stylist:Soloist",
    options=StyleOptions,
    pictures=("content",),
    presets={
        # Johnson et al. 2016 and the authors' code: batches of 4, the style five times the content, on 0-255.
        "paper": PAPER | {"batch_size": 4, "style_weight": 5.0},
        "cpu": CPU | {"steps": 2500},
        "gpu": GPU,
        "tiny": TINY,
    },
    weights=("slim", "vgg19"),
)  # fmt: skip
