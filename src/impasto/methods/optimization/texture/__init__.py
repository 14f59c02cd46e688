"""Gatys, Ecker & Bethge 2015: texture from nothing but noise and the correlations of features."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, CanvasOptions, Method, NamedWeights, SizeRule, Styles, Taxonomy
from impasto.reconstruction.options import DescentOptions, HistogramOptions

# Gatys et al. 2015, section 3: the first layer and the four pooling layers, all with the same weight.
_LAYERS = {"relu1_1": 1.0, "pool1": 1.0, "pool2": 1.0, "pool3": 1.0, "pool4": 1.0}


class Options(CanvasOptions, HistogramOptions, DescentOptions):
    """What can be turned on `texture`."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 400
    """Evaluations of the loss, shared out over the scales, the larger share to the smaller ones."""
    style_scale: Annotated[float | None, Field(gt=0, le=8)] = None
    """Size of the sample relative to the result: smaller gives finer texture. Left alone, the sample keeps its own pixels and is only ever made smaller, to the result's long side."""
    spectrum_weight: Annotated[float, Field(ge=0, le=1e12), UI(scale="log")] = 0.0
    """How strongly the sample's amplitude spectrum pulls, relative to the correlations: raise it for regular patterns such as bricks or weaves."""
    histogram: bool = False
    """Give the finished texture exactly the sample's colours, channel by channel; where few colours meet at sharp edges it may leave specks."""
    style_layers: Annotated[NamedWeights, UI(advanced=True)] = _LAYERS
    """Layers of VGG-19 whose correlations are the texture, with weights: relu1_1:1,pool2:0.5 ..."""
    pooling: Annotated[Literal["average", "max"], UI(advanced=True)] = "average"
    """How VGG-19 halves its pictures; averages let the gradient reach every pixel."""
    init: Annotated[Literal["spectrum", "noise"], UI(advanced=True)] = "spectrum"
    """The noise to start from: with the sample's colours and frequencies in random places, or uniform."""

    @property
    def encoder(self) -> Literal["vgg19"]:
        """The network that looks; the slim one was taught no pooling layers."""
        return "vgg19"

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer the losses look at."""
        return (*self.style_layers, *(self.histogram_layers if self.histogram_weight else ()))


METHOD = Method(
    id="texture",
    title="Gatys 2015 texture synthesis",
    summary="Make more of a texture: from noise, at any size, with the sample's feature correlations and no photo.",
    papers=("gatys2015", "liu2016", "galerne2011", "risser2017"),
    taxonomy=Taxonomy(family="texture", reconstruction="online", texture="parametric"),
    inputs=(Styles(many=True, help="The texture or painting to make more of; several blend by their weights."),),
    size=SizeRule(minimum=32, default=512),
    options=Options,
    presets={
        # Gatys et al. 2015, section 3: one scale, L-BFGS from noise; DeepTextures, the authors' code: 2000 iterations,
        # then the sample's histogram.
        "paper": {"size": 256, "scales": 1, "steps": 2000, "init": "noise", "histogram": True},
        "tiny": {"size": 64, "steps": 6, "scales": 1},
    },
    run="impasto.methods.optimization.texture.synthesise:stylize",
    estimate="impasto.reconstruction.estimate:estimate",
    weights=("vgg19",),
    deviations=(
        "Works coarse to fine, which finds structures larger than the network's receptive fields; preset 'paper' runs one scale.",
        "The final histogram match is left to choice: it undoes part of what the correlations agreed on (their distance grows two- to threefold).",
        "The default 400 steps bring the correlations 350 to 420 times nearer than noise is (bricks and The Starry Night at 256 px); 1500 steps at 128 px bring them 1600 times nearer.",
        "Layers are made equal by dividing each layer's loss by its target's size; the paper rescales the network instead.",
        "Weights are the authors' Caffe VGG-19 quantised to 8 bits, not the rescaled 'normalised' network of the paper.",
    ),
)  # fmt: skip
