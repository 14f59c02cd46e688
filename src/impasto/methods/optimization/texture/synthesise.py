"""The control flow of `texture`: noise, then what gatys does without a photo, then the sample's colours."""

import numpy as np
import torch
from torch import Tensor

from impasto.core import Array, Context, Inputs, Result, UsageError
from impasto.encoders.encoder import Encoder
from impasto.encoders.hardware import use_threads
from impasto.image import fit_size, resize
from impasto.image.colour import match_histogram
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.descent import descend, stages_for
from impasto.reconstruction.easel import Easel
from impasto.reconstruction.terms import (
    Scene,
    Term,
    blended,
    histogram_term,
    smoothness_term,
    spectrum_term,
    style_term,
)
from impasto.textures.covariance import gram, gram_loss
from impasto.textures.spectrum import amplitude_target, random_phase

from . import Options

_SMALLEST_SAMPLE_PX = 32  # four halvings leave two positions to correlate
_LEVELS = 4096  # of the histogram; interpolated between


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise noise, coarse to fine, until its Gram matrices and, where asked, its spectrum are the sample's."""
    if sum(options.style_layers.values()) <= 0:
        raise UsageError("style_layers: all the weights are zero; nothing would move the picture")
    use_threads(context.run)
    loom = Loom(inputs, terms(options), options, context, balanced=True)
    stages = stages_for(inputs.content.shape[:2], options)
    picture, account = descend(loom.noise(stages[0].size), stages, loom.objective, options, context)
    finished = to_array(picture)
    if options.histogram:
        finished = match_histogram(finished, loom.palette())
    return Result(finished, loom.report(account))


def terms(options: Options) -> list[Term]:
    """What pulls at the picture."""
    return [
        style_term(1.0, options.style_layers, blended(gram), gram_loss),
        spectrum_term(options.spectrum_weight),
        histogram_term(options.histogram_weight, options.histogram_layers),
        smoothness_term(options.tv_weight),
    ]


class Loom(Easel):
    """An easel without a photo: noise stands in its place, and the samples keep their own scale."""

    options: Options

    def pictures(self) -> tuple[Array, list[Array]]:
        """The empty canvas, which only has a size, and the samples."""
        return self.inputs.content, [style.picture for style in self.inputs.styles]

    def scene(self, size: tuple[int, int], network: Encoder | None) -> Scene:
        """Noise and samples at one scale."""
        samples = [self.view(self.sample_at(sample, size), network) for sample in self.styles]
        return Scene(self.view(self.noise(size), network), tuple(zip(samples, self.inputs.style_shares, strict=True)))

    def probe(self, content: Tensor) -> Tensor:
        """Pulls are measured at the noise where the descent starts."""
        return content

    def noise(self, size: tuple[int, int]) -> Tensor:
        """Seeded noise (1, 3, H, W): uniform, or with the samples' colours and frequencies, blended by share."""
        generator = torch.Generator().manual_seed(self.context.run.seed)
        if self.options.init == "noise":
            return torch.rand((1, 3, *size), generator=generator).to(self.device)
        phases = torch.randn((1, 1, *size), generator=generator).to(self.device)
        made = torch.zeros((1, 3, *size), device=self.device)
        for sample, share in zip(self.styles, self.inputs.style_shares, strict=True):
            made += share * random_phase(amplitude_target(self.sample_at(sample, size), size), phases)
        return made.clamp(0, 1)

    def sample_at(self, sample: Array, size: tuple[int, int]) -> Tensor:
        """A sample as large as it should look in a result that is `size` at this stage."""
        own, final = max(sample.shape[:2]), max(self.content.shape[:2])
        ratio = min(1.0, own / final) if self.options.style_scale is None else self.options.style_scale
        # No side below what the deepest layer can still see.
        long_side = max(ratio * max(size), _SMALLEST_SAMPLE_PX * own / min(sample.shape[:2]))
        return to_tensor(resize(sample, fit_size(sample.shape[:2], round(long_side))), self.device)

    def palette(self) -> Array:
        """Pixels (1, n, 3) with the histogram that the result is to have: the samples', blended value by value."""
        levels = (np.arange(_LEVELS) + 0.5) / _LEVELS
        made = np.zeros((1, _LEVELS, 3), np.float32)
        for sample, share in zip(self.styles, self.inputs.style_shares, strict=True):
            made += share * np.quantile(sample, levels, axis=(0, 1)).astype(np.float32)
        return made
