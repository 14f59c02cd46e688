"""The control flow of `texture`: noise, scales, Gram matrices, descent, colours."""

import numpy as np
import torch
from torch import Tensor

from impasto.content.smoothness import total_variation
from impasto.core import Array, Context, Inputs, Result, UsageError
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import VGG19, check_layers, deepest
from impasto.image import fit_size, resize
from impasto.image.colour import match_histogram
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.balance import balanced_weights
from impasto.reconstruction.descent import descend, stages_for
from impasto.reconstruction.minimise import Objective
from impasto.reconstruction.schedule import Scale
from impasto.textures.covariance import gram, gram_loss
from impasto.textures.spectrum import amplitude_target, random_phase, spectrum_loss

from . import Options

_SMALLEST_SAMPLE_PX = 32  # four halvings leave two positions to correlate


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise noise, coarse to fine, until its Gram matrices and, where asked, its spectrum are the sample's."""
    check_layers(options.style_layers)
    if sum(options.style_layers.values()) <= 0:
        raise UsageError("style_layers: all the weights are zero; nothing would move the picture")
    use_threads(context.run)
    loom = Loom(inputs, options, context)
    stages = stages_for(inputs.content.shape[:2], options)
    picture, account = descend(loom.noise(stages[0].size), stages, loom.objective, options, context)
    finished = to_array(picture)
    if options.histogram:
        finished = match_histogram(finished, loom.palette())
    return Result(finished, loom.report(account))


class Loom:
    """The samples, the network and the weights of one run."""

    def __init__(self, inputs: Inputs, options: Options, context: Context) -> None:
        self.options, self.context = options, context
        self.samples, self.shares = [style.picture for style in inputs.styles], inputs.style_shares
        self.size = inputs.content.shape[:2]
        self.device = choose_device(context.run)
        self.precision = choose_precision(context.run, self.device)
        self.network = VGG19.load(
            deepest(options.style_layers), pooling=options.pooling, precision=self.precision, device=self.device
        )
        self.pulls: dict[str, float] = {}
        self.weights: dict[str, float] = {}

    def noise(self, size: tuple[int, int]) -> Tensor:
        """Seeded noise: uniform, or with the samples' colours and frequencies, blended by share."""
        generator = torch.Generator().manual_seed(self.context.run.seed)
        if self.options.init == "noise":
            return torch.rand((1, 3, *size), generator=generator).to(self.device)
        phases = torch.randn((1, 1, *size), generator=generator).to(self.device)
        made = torch.zeros((1, 3, *size), device=self.device)
        for sample, share in zip(self.samples, self.shares, strict=True):
            made += share * random_phase(amplitude_target(self.sample_at(sample, size), size), phases)
        return made.clamp(0, 1)

    def sample_at(self, sample: Array, size: tuple[int, int]) -> Tensor:
        """A sample as large as it should look in a result that is `size` at this stage."""
        own, final = max(sample.shape[:2]), max(self.size)
        ratio = min(1.0, own / final) if self.options.style_scale is None else self.options.style_scale
        long_side = ratio * max(size)
        # No side below what the deepest layer can still see.
        long_side = max(long_side, _SMALLEST_SAMPLE_PX * own / min(sample.shape[:2]))
        return to_tensor(resize(sample, fit_size(sample.shape[:2], round(long_side))), self.device)

    def objective(self, stage: Scale, last: bool) -> Objective:  # noqa: ARG002
        """The weighted loss at one scale. The weights are found once, at the coarsest."""
        options = self.options
        grams: dict[str, Tensor] = {}
        spectra: list[Tensor] = []
        with torch.no_grad():
            for sample, share in zip(self.samples, self.shares, strict=True):
                scaled = self.sample_at(sample, stage.size)
                for layer, features in self.network(scaled, options.style_layers).items():
                    grams[layer] = grams.get(layer, 0) + share * gram(features)
                if options.spectrum_weight > 0:
                    spectra.append(amplitude_target(scaled, stage.size))
        total = sum(options.style_layers.values())
        shares = {layer: w / total / size_of(grams[layer]) for layer, w in options.style_layers.items()}

        def terms(picture: Tensor) -> dict[str, Tensor]:
            found = self.network(picture, options.style_layers)
            return {
                "style": torch.stack([shares[k] * gram_loss(found[k], target) for k, target in grams.items()]).sum(),
                "spectrum": sum(
                    (share * spectrum_loss(picture, s) for share, s in zip(self.shares, spectra, strict=False)),
                    start=picture.new_zeros(()),
                ),
                "tv": total_variation(picture),
            }

        if not self.pulls:
            asked = {"style": 1.0, "spectrum": options.spectrum_weight, "tv": options.tv_weight}
            self.pulls = balanced_weights(terms, self.noise(stage.size), asked)
        weights = self.pulls

        def objective(picture: Tensor) -> tuple[Tensor, dict[str, float]]:
            found = terms(picture)
            loss = torch.stack([weights[name] * term for name, term in found.items()]).sum()
            return loss, {name: term.item() for name, term in found.items()}

        return objective

    def palette(self) -> Array:
        """Pixels whose histogram the result is to have: each sample's by its share."""
        # Quantiles blend by share as optimal transport in one dimension does.
        levels = (np.arange(4096) + 0.5) / 4096
        tables = [
            np.stack([np.quantile(sample[..., channel], levels) for channel in range(3)], -1) for sample in self.samples
        ]
        return sum(share * table for share, table in zip(self.shares, tables, strict=True))[None].astype(np.float32)

    def report(self, stages: list[dict[str, object]]) -> dict[str, object]:
        """What happened, JSON-ready."""
        return {"device": self.device.type, "precision": self.precision, "stages": stages, "loss_weights": self.pulls}


def size_of(target: Tensor) -> float:
    """Summed square of a Gram matrix, never zero: a black sample has almost none."""
    return max(target.square().sum().item(), 1e-12)
