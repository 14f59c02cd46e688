"""The training: a photo is made small and large again; the network must give it what was lost, as an encoder sees it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from impasto.content.smoothness import lattice, total_variation
from impasto.core import UsageError, Validation, Workshop
from impasto.encoders import encoder
from impasto.encoders.slim import TAPPED
from impasto.encoders.vgg import check_layers
from impasto.engines.torch_ops import Bfloat16Ops, TorchOps
from impasto.image import resize
from impasto.image.tensors import to_array
from impasto.reconstruction.networks import super_resolution
from impasto.weights import layouts
from impasto.weights.arrays import read_arrays
from impasto.weights.manifest import get

from . import Options
from .card import LICENCE, card

_FLOOR = 1e-3  # of errors in [0, 1] terms: photos without detail have nothing to be relative to
_SHOWN, _JUDGED = 6, 16


def build(options: Options, workshop: Workshop) -> "Sharpener":
    """A network that adds nothing yet, and who looks at what it adds."""
    check_layers((options.content_layer,))
    if options.encoder == "slim" and options.content_layer not in TAPPED:
        raise UsageError(f"content_layer: the slim encoder was taught {', '.join(TAPPED)} only; vgg19 has others")
    if options.crop_px % int(options.factor):
        raise UsageError(f"crop_px: must be a multiple of {options.factor}, got {options.crop_px}")
    return Sharpener(options, workshop)


class Sharpener:
    """The network in training."""

    def __init__(self, options: Options, workshop: Workshop) -> None:
        self.options, self.workshop, self.factor = options, workshop, int(options.factor)
        self.look = encoder.load(
            options.encoder, options.content_layer, precision=workshop.precision, device=workshop.device
        )
        self.ops = Bfloat16Ops() if workshop.precision == "bfloat16" else TorchOps()
        shapes = layouts.super_resolution(self.factor)
        self.parameters = {
            name: torch.zeros(shape, device=workshop.device, requires_grad=True) for name, shape in shapes.items()
        }
        self.buffers: dict[str, Tensor] = {}

    @torch.no_grad()
    def start(self) -> None:
        """Filters at random, nothing added yet; or those of an earlier file."""
        first = super_resolution.first_weights(self.factor, np.random.default_rng(self.workshop.seed))
        if self.options.start_from:
            first = read_arrays(Path(self.options.start_from), get(f"super_resolution_x{self.factor}"))
        for name, array in first.items():
            self.parameters[name].copy_(torch.from_numpy(array))

    def enlarged(self, photos: Tensor) -> Tensor:
        """Photos (N, 3, S, S) made `factor` times smaller and large again, with the windows of `impasto.image.resize`."""
        found: list[Tensor] = []
        for photo in photos.cpu().permute(0, 2, 3, 1).numpy():
            small = resize(photo, (photo.shape[0] // self.factor, photo.shape[1] // self.factor))
            small = np.rint(small * 255) / np.float32(255)  # small pictures are files of eight bits
            found.append(torch.from_numpy(resize(small, photo.shape[:2])).permute(2, 0, 1))
        return torch.stack(found).to(photos).contiguous(memory_format=torch.channels_last)

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:  # noqa: ARG002
        """Errors against the photo, relative to those that the smoothly enlarged picture has."""
        options, photos = self.options, batch["content"]
        blurred = self.enlarged(photos)
        sharp = super_resolution.sharpen(self.ops, self.parameters, blurred, self.factor)
        with torch.no_grad():
            seen = self.look(torch.cat([photos, blurred]), (options.content_layer,))[options.content_layer].float()
            goal, before = seen.chunk(2)
            worst = (before - goal).square().mean((1, 2, 3)) + _FLOOR * goal.square().mean((1, 2, 3))
            missing = (blurred - photos).abs().mean((1, 2, 3)) + _FLOOR
        found = self.look(sharp, (options.content_layer,))[options.content_layer].float()
        terms = {
            "features": ((found - goal).square().mean((1, 2, 3)) / worst).mean(),
            "pixels": ((sharp - photos).abs().mean((1, 2, 3)) / missing).mean(),
            "tv": total_variation(sharp),
            "grid": lattice(sharp - photos, self.factor, 4 * self.factor),
        }
        weights = {"features": options.feature_weight, "pixels": options.pixel_weight, "tv": options.tv_weight}
        weights["grid"] = options.grid_weight
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return total, {name: term.item() for name, term in terms.items()}

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """Held-out photos: errors of features and pixels relative to smooth enlarging; a sheet of smooth, sharp, photo."""
        photos = batch["content"][:_JUDGED]
        blurred = self.enlarged(photos)
        sharp = super_resolution.sharpen(self.ops, parameters, blurred, self.factor).clamp(0, 1)
        layer = self.options.content_layer
        goal, before, found = (self.look(x, (layer,))[layer].float() for x in (photos, blurred, sharp))
        features = float((found - goal).square().mean() / (before - goal).square().mean().clamp_min(1e-12))
        values = {
            "features left": features, "decibels": _decibels(sharp, photos), "decibels smooth": _decibels(blurred, photos),
        }  # fmt: skip
        rows = [torch.cat(list(row[:_SHOWN]), dim=-1) for row in (blurred, sharp, photos)]
        return Validation(values, to_array(torch.cat(rows, dim=-2)[None]))

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The weights in float16."""
        name = f"super_resolution_x{self.factor}"
        facts = {
            "name": name, "front_end": "plain", "licence": LICENCE, "source": "impasto train johnson_super_resolution",
        }  # fmt: skip
        return {key: tensor.detach().to(torch.float16).contiguous() for key, tensor in parameters.items()}, facts

    def card(self, facts: Mapping[str, Any]) -> str:
        """The model card."""
        return card(facts)


def _decibels(found: Tensor, photos: Tensor) -> float:
    """Mean peak signal-to-noise ratio over the photos."""
    noise = (found - photos).square().mean((1, 2, 3)).clamp_min(1e-9)
    return float((-10 * noise.log10()).mean())
