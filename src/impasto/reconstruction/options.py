"""Options that every method shares which paints by optimising pixels. Imports no network."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from impasto.core import UI, BaseOptions, NamedWeights, PictureOptions


def _check_pools(pools: dict[str, float]) -> dict[str, float]:
    for name in pools:
        if not name.isdecimal() or not 1 <= int(name) <= 1024:
            raise ValueError(f"'{name}' is no pool size; give whole pixels, with weights: 4:1,16:1")
    return pools


Pools = Annotated[NamedWeights, AfterValidator(_check_pools)]
"""Pool sizes in pixels with weights: {"4": 1.0, "16": 1.0} or "4:1,16:1"."""


class LaplacianOptions(BaseOptions):
    """What can be turned on methods that may hold on to the photo's contours."""

    laplacian_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 0.0
    """How strongly the photo holds on to its contours, faces above all (its Laplacian)."""
    laplacian_pools: Annotated[Pools, UI(advanced=True)] = {"4": 1.0, "16": 1.0}
    """Grains, in pixels, at which contours are kept, with weights: small ones keep fine edges, large ones leave strokes free."""


class HistogramOptions(BaseOptions):
    """What can be turned on methods that may match the painting's histograms."""

    histogram_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 0.0
    """How strongly every feature must take each value as often as in the painting: steadies brightness and contrast."""
    histogram_layers: Annotated[NamedWeights, UI(advanced=True)] = {"relu1_1": 1.0, "relu4_1": 1.0}
    """Layers of VGG-19 whose histograms are matched, with weights."""


class DescentOptions(PictureOptions):
    """How pixels are moved, whatever the loss."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 115
    """Evaluations of the loss, shared out over the scales, the larger share to the smaller ones."""
    tv_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log", advanced=True)] = 0.0
    """How strongly grain is smoothed away (total variation)."""
    optimiser: Annotated[Literal["lbfgs", "adam"], UI(advanced=True)] = "lbfgs"
    """L-BFGS is the better painter; Adam needs less memory."""
    learning_rate: Annotated[float, Field(gt=0, le=10), UI(scale="log", advanced=True)] = 0.02
    """Adam's step, in units of the picture's range."""
    scales: Annotated[int | None, Field(ge=1, le=16), UI(advanced=True)] = None
    """How many sizes from coarse to fine; empty starts at 180 pixels or more."""
    scale_factor: Annotated[float, Field(ge=1.1, le=4), UI(advanced=True)] = 2.0
    """Growth from one scale to the next."""


class OptimisationOptions(DescentOptions):
    """What can be turned on any online style transfer; each method adds its own and sets its own defaults."""

    content_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the photo holds on to its shapes."""
    style_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 1.0
    """How strongly the painting pulls, relative to the content."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the painting relative to the result: smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match first gives the painting the photo's colours."""
    init: Literal["content", "noise"] = "content"
    """Where the picture starts, unless an init picture is given."""


class FeatureOptions(OptimisationOptions):
    """What can be turned on methods whose losses look at layers of VGG-19."""

    style_layers: Annotated[NamedWeights, UI(advanced=True)] = {f"relu{block}_1": 1.0 for block in range(1, 6)}
    """Layers of VGG-19 whose texture is the style, with weights: relu1_1:1,relu2_1:0.5 ..."""
    content_layers: Annotated[NamedWeights, UI(advanced=True)] = {"relu4_2": 1.0}
    """Layers whose features are the content, with weights."""
    encoder: Literal["vgg19", "slim"] = "vgg19"
    """The network that looks: vgg19, or slim, a quarter as wide, faster and less exact."""
    finish_steps: Annotated[int, Field(ge=0, le=100_000), UI(advanced=True)] = 0
    """Evaluations through VGG-19 at the full size, after those through another encoder: they bring the strokes it cannot see."""
    pooling: Annotated[Literal["auto", "max", "average"], UI(advanced=True)] = "auto"
    """How VGG-19 halves its pictures; auto averages at the coarse scales (smoother strokes) and takes the maximum at the last, as the network was trained."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that some option names, each once."""
        named = (value for name, value in self if name.endswith("_layers"))
        return tuple(dict.fromkeys(layer for layers in named for layer in layers))


class OnePassOptions(PictureOptions):
    """What can be turned on methods that move an encoder's features and let a decoder show them."""

    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far to go from the photo (0) to the painting (1)."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the painting relative to the result: smaller gives finer strokes."""
    preserve_colour: Literal["off", "luminance", "match", "coral"] = "off"
    """Keep the photo's colours: luminance repaints only light and dark; match and coral first give the painting the photo's colours, match by moving them least."""
    encoder: Literal["slim", "vgg19"] = "slim"
    """The network whose features are moved: vgg19, or slim, a quarter as wide and faster."""
