"""Options that every method shares which paints by optimising pixels. Imports no network."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, NamedWeights, PictureOptions


class OptimisationOptions(PictureOptions):
    """What can be turned on any online method; each adds its own and sets its own defaults."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 115
    """Evaluations of the loss, shared out over the scales, the larger share to the smaller ones."""
    content_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the photo holds on to its shapes."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the painting pulls, relative to the content."""
    tv_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 0.0
    """How strongly grain is smoothed away (total variation)."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the painting relative to the result: smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""
    init: Literal["content", "noise"] = "content"
    """Where the picture starts, unless an init picture is given."""
    optimiser: Annotated[Literal["lbfgs", "adam"], UI(advanced=True)] = "lbfgs"
    """L-BFGS is the better painter; Adam needs less memory."""
    learning_rate: Annotated[float, Field(gt=0, le=10), UI(scale="log", advanced=True)] = 0.02
    """Adam's step, in units of the picture's range."""
    scales: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = None
    """How many sizes from coarse to fine; empty starts at 180 pixels or more."""
    scale_factor: Annotated[float, Field(ge=1.1, le=4), UI(advanced=True)] = 2.0
    """Growth from one scale to the next."""


class FeatureOptions(OptimisationOptions):
    """What can be turned on methods whose losses look at layers of VGG-19."""

    style_layers: Annotated[NamedWeights, UI(advanced=True)] = {f"relu{block}_1": 1.0 for block in range(1, 6)}
    """Layers of VGG-19 whose texture is the style, with weights: relu1_1:1,relu2_1:0.5 ..."""
    content_layers: Annotated[NamedWeights, UI(advanced=True)] = {"relu4_2": 1.0}
    """Layers whose features are the content, with weights."""
    pooling: Annotated[Literal["auto", "max", "average"], UI(advanced=True)] = "auto"
    """How VGG-19 halves its pictures; auto averages at the coarse scales (smoother strokes) and takes the maximum at the last, as the network was trained."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that some option names, each once."""
        named = (value for name, value in self if name.endswith("_layers"))
        return tuple(dict.fromkeys(layer for layers in named for layer in layers))
