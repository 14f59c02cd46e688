"""The control flow of `doodle`: maps, a first picture, and painting by patches that the maps allow."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from impasto.content.colour import with_kept_colour
from impasto.core import Array, Context, Inputs, Result
from impasto.encoders.encoder import Encoder
from impasto.encoders.hardware import use_threads
from impasto.image import resize, style_size
from impasto.image.tensors import to_array, to_tensor
from impasto.methods.optimization.cnnmrf.objective import Found, PatchObjective, Targets, layer_size, look
from impasto.methods.optimization.cnnmrf.paint import Easel, check
from impasto.methods.optimization.cnnmrf.plan import stages_for
from impasto.reconstruction.descent import descend, first_picture
from impasto.textures.patches import Exemplars, exemplars

from . import Options
from .maps import Maps, read_maps

_GRAIN = 0.1  # deviation of the noise laid over flat regions: patches need something to tell them apart


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise the pixels, coarse to fine, until every patch is one of the same part of the painting."""
    if inputs.blank:
        options = options.model_copy(update={"content_weight": 0.0, "laplacian_weight": 0.0, "preserve_colour": "off"})
    check(options)
    maps = read_maps(inputs, options.missing_labels, options.style_scale)
    use_threads(context.run)
    easel = DoodleEasel(inputs, options, context, maps)
    stages = stages_for(inputs.content.shape[:2], options)
    init = inputs.extras.get("init_picture")
    if init is None and inputs.blank and options.init == "content":
        init = fill(maps, inputs.styles[0].picture, context.run.seed)
    start = first_picture(easel.content, init, stages[0].size, options, context, easel.device)
    picture, account = descend(start, stages, easel.objective, options, context)
    finished = with_kept_colour(to_array(picture), inputs.content, options.preserve_colour)
    return Result(finished, easel.report(account))


def fill(maps: Maps, painting: Array, seed: int) -> Array:
    """The doodle with every part in the mean colour of the painting's part, and grain over it: where a doodle starts."""
    scaled = resize(painting, maps.style.shape)
    colours = np.stack([scaled[maps.style == n].mean(0) for n in range(len(maps.colours))])
    random = np.random.default_rng(seed)
    grain = random.normal(0, _GRAIN, (*maps.target.shape, 3))
    return (colours[maps.target] + grain).clip(0, 1).astype(np.float32)


class DoodleEasel(Easel):
    """An easel whose patches carry labels."""

    def __init__(self, inputs: Inputs, options: Options, context: Context, maps: Maps) -> None:
        super().__init__(inputs, options, context)
        self.doodle = options
        self.style_planes = torch.from_numpy(maps.planes(maps.style))[None].to(self.device)
        self.target_planes = torch.from_numpy(maps.planes(maps.target))[None].to(self.device)

    @property
    def maps(self) -> int:
        """How many pictures patches are copied from."""
        return 1

    def targets(self, size: tuple[int, int], network: Encoder) -> Targets:
        """Measure photo and painting for a scale, and bring the target map to the size of every layer."""
        found = super().targets(size, network)
        labels = {
            layer: adaptive_avg_pool2d(self.target_planes, layer_size(size, layer))
            for layer in self.options.style_layers
        }
        return Targets(found.content, found.style, labels, found.contours)

    def sources(self, size: tuple[int, int], network: Encoder) -> dict[str, Exemplars]:
        """Exemplars by layer, each patch with its share of every label."""
        (painting,) = self.styles
        scaled = resize(painting, style_size(painting.shape[:2], size, self.options.style_scale))
        features = look(network, to_tensor(scaled, self.device), self.options.style_layers)
        return {layer: self.labelled(found, size, layer) for layer, found in features.items()}

    def labelled(self, features: Tensor, size: tuple[int, int], layer: str) -> Exemplars:
        """Patches of one layer with their labels."""
        patch = min(self.patch([features]), *layer_size(size, layer))
        return exemplars(
            [features], [adaptive_avg_pool2d(self.style_planes, (features.shape[-2], features.shape[-1]))], patch=patch
        )

    def make_objective(self, network: Encoder, targets: Targets, coarser: Mapping[str, Found]) -> PatchObjective:
        """The loss before it is weighed; coarser: what the scale before has found."""
        options = self.doodle
        return PatchObjective(
            network, targets, options.refresh_every, label_weight=options.map_weight, variety=options.variety,
            coarser=coarser,
        )  # fmt: skip
