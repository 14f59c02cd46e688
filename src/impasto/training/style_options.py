"""Options that recipes share: of networks that know their styles by name, and of generators of textures. Imports no torch."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, NamedWeights, TrainingOptions


class PaintingOptions(TrainingOptions):
    """What can be turned on any training of a network whose styles are those it was trained on."""

    style: str = ""
    """The painting, or a folder of paintings, one style each and named after its file; empty takes bundled ones."""
    style_px: Annotated[int, Field(ge=32, le=2048)] = 384
    """Long side that paintings are brought to: larger gives larger strokes."""
    encoder: Literal["slim", "vgg19"] = "slim"
    """The network through which the losses look: vgg19, or slim, a quarter as wide and some six times cheaper."""
    vgg_every: Annotated[int, Field(ge=0, le=10_000)] = 8
    """With the slim encoder, steps from one that looks through VGG-19 instead to the next; 0 never looks through it."""
    weights: Annotated[Literal["auto", "paper"], UI(advanced=True)] = "auto"
    """What losses are measured in: auto takes them relative to what photo and painting have, so that all styles count alike; paper takes them as published."""
    content_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the photo holds on to its shapes."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 10.0
    """How strongly the painting pulls, relative to the content."""
    tv_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 0.5
    """How strongly grain is smoothed away (total variation)."""
    grid_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 300.0
    """How strongly a grid of four pixels is suppressed, which enlarging by nearest neighbour leaves where strokes are fine."""
    content_layer: Annotated[str, UI(advanced=True)] = "relu4_1"
    """Layer whose features are the content."""
    style_layers: Annotated[NamedWeights, UI(advanced=True)] = {f"relu{block}_1": 1.0 for block in range(1, 5)}
    """Layers whose texture is the style, with weights."""


class NoiseOptions(TrainingOptions):
    """What can be turned on any training of a generator that makes textures out of noise."""

    batch_size: Annotated[int, Field(ge=1, le=4096)] = 4
    """Textures made in a step."""
    crop_px: Annotated[int, Field(ge=32, le=4096)] = 128
    """Side of the textures, in pixels; a multiple of 32."""
    style: str = ""
    """The picture whose texture is learned; empty takes a bundled one."""
    style_px: Annotated[int, Field(ge=32, le=2048)] = 256
    """Long side that pictures are brought to: larger gives larger patterns."""
    diversity: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.0
    """How strongly textures of one batch are driven apart."""
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


class StyleOptions(PaintingOptions):
    """The same for a transformer of Johnson et al. 2016, whose styles are rows."""

    width: Annotated[int, Field(ge=4, le=128)] = 16
    """Channels at the picture's full size, twice and four times as many deeper; the paper's network has 32."""
    start_from: str | None = None
    """Begin with the filters of this file, which `impasto train cin` or `johnson` made (a path, or the name of one that impasto knows)."""
    teacher: str | None = None
    """A file of theirs that knows the same styles, of any width: its pictures are then a goal besides the painting."""
    teacher_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 20.0
    """How closely the teacher's pictures are to be matched; without weights of style and content, they alone are."""


PAPER = {
    "width": 32, "crop_px": 256, "steps": 40_000, "learning_rate": 1e-3, "warmup_steps": 0, "clip_norm": 0.0, "average": 0.0,
    "encoder": "vgg19", "weights": "paper", "content_layer": "relu3_3", "tv_weight": 1e-6, "grid_weight": 0.0,
    "style_layers": {"relu1_2": 1.0, "relu2_2": 1.0, "relu3_3": 1.0, "relu4_3": 1.0}, "style_px": 256,
}  # fmt: skip
"""What Johnson et al. 2016 and Dumoulin et al. 2017 have in common; VGG-19 stands for their VGG-16."""
CPU = {"batch_size": 4, "crop_px": 144, "learning_rate": 2e-3, "average": 0.998, "validate_every": 500}
"""One CPU core, from ten minutes to an hour."""
GPU = {"width": 32, "crop_px": 256, "batch_size": 16, "steps": 40_000, "warmup_steps": 500, "encoder": "vgg19"}
TINY = {
    "width": 4, "crop_px": 32, "batch_size": 2, "steps": 4, "warmup_steps": 1, "validate_every": 4, "vgg_every": 0,
    "style_px": 48, "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0}, "content_layer": "relu2_1",
}  # fmt: skip
