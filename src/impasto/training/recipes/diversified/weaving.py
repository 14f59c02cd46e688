"""The training: one texture after the other is unlocked, and those that are known take turns."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto.core import Workshop
from impasto.reconstruction.networks import diversified
from impasto.training.diversity import shuffled_loss
from impasto.training.paintings import paintings
from impasto.training.weaving import Weaver
from impasto.weights import layouts
from impasto.weights.layouts import DIVERSE_NOISE, DIVERSE_OWN, diversified_noise

from . import Options


def build(options: Options, workshop: Workshop) -> "Weaving":
    """A generator at its beginnings."""
    return Weaving(options, workshop)


class Weaving(Weaver):
    """The generator in training."""

    name, multiple = diversified.NAME, diversified.MULTIPLE

    def __init__(self, options: Options, workshop: Workshop) -> None:
        files = paintings(options.style)
        super().__init__(
            options, workshop, files, layouts.diversified(options.width, len(files)), options.diversity_layer
        )

    def sample_of(self, step: int) -> int:
        """One more sample every `unlock_every` steps; those unlocked take turns."""
        known = min(len(self.names), 1 + step // self.options.unlock_every)
        every = self.options.vgg_every
        # Steps through VGG-19 have turns of their own: it would else never see the samples whose turn keeps time with them.
        through_vgg = every and step % every == every - 1
        return (step // every if through_vgg else step) % known

    def make(self, parameters: Mapping[str, Tensor], count: int, which: int, *, learning: bool = False) -> Tensor:  # noqa: ARG002
        """See Weaver.make."""
        side, slots = self.options.crop_px, len(self.names)
        selector = torch.zeros(count, slots)
        selector[:, which] = 1
        strength = selector.repeat_interleave(DIVERSE_NOISE, 1)[..., None, None]
        drawn = [
            2 * torch.rand(count, diversified_noise(scale, slots), *size) - 1
            for scale, size in enumerate(diversified.sizes(side, side))
        ]
        noise = [strength * level if scale < DIVERSE_OWN else level for scale, level in enumerate(drawn)]
        device = self.workshop.device
        return diversified.generate(self.ops, parameters, [level.to(device) for level in noise], selector.to(device))

    def further_terms(self, pictures: Tensor, features: Mapping[str, Tensor]) -> dict[str, tuple[float, Tensor]]:  # noqa: ARG002
        """Likeness of features within the batch, relative to their size (eq. 3)."""
        found: dict[str, tuple[float, Tensor]] = {}
        if self.options.diversity > 0:
            seen = features[self.options.diversity_layer].float()
            scale = seen.detach().abs().mean().clamp_min(1e-6)
            found["likeness"] = (self.options.diversity, shuffled_loss(seen / scale))
        return found

    def headline(self) -> str:
        """See Weaver.headline."""
        return f"""# diversified: {len(self.names)} textures in one generator

The generator of Li et al. 2017, width {self.options.width} (the paper's: 256). A small recipe on a small machine: not the
paper's quality."""
