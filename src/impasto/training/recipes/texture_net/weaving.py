"""The training: noise goes in, and an encoder compares what comes out with the sample."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto import assets
from impasto.core import UsageError, Workshop
from impasto.reconstruction.networks import texture_net
from impasto.training.diversity import julesz_loss
from impasto.training.norms import BatchNorms
from impasto.training.paintings import paintings
from impasto.training.weaving import Weaver
from impasto.weights import layouts

from . import Options


def build(options: Options, workshop: Workshop) -> "Weaving":
    """A generator at its beginnings. Raises UsageError for several pictures."""
    if options.diversity > 0 and options.batch_size < 2:
        raise UsageError("batch_size: diversity compares the pictures of a batch; give 2 or more")
    if not options.style:
        options = options.model_copy(update={"style": str(assets.path("starry_night.jpg"))})
    if len(paintings(options.style)) > 1:
        raise UsageError("style: 'texture_net' learns one picture; 'impasto train diversified' learns several")
    return Weaving(options, workshop)


class Weaving(Weaver):
    """The generator in training."""

    name, multiple = texture_net.TEXTURE, texture_net.MULTIPLE

    def __init__(self, options: Options, workshop: Workshop) -> None:
        shapes = layouts.texture_net(texture_net.NOISE)
        super().__init__(options, workshop, paintings(options.style), shapes)
        self.norms = BatchNorms(shapes, workshop.device) if options.norm == "batch" else None
        if self.norms:
            self.buffers = self.norms.buffers

    def make(self, parameters: Mapping[str, Tensor], count: int, which: int, *, learning: bool = False) -> Tensor:  # noqa: ARG002
        """See Weaver.make."""
        side, device = self.options.crop_px, self.workshop.device
        levels = [torch.rand(count, texture_net.NOISE, *size).to(device) for size in texture_net.sizes(side, side)]
        norm = self.norms.learning(parameters) if self.norms and learning else None
        return texture_net.generate(self.ops, {**parameters, **self.buffers}, levels, norm=norm)

    def further_terms(self, pictures: Tensor, features: Mapping[str, Tensor]) -> dict[str, tuple[float, Tensor]]:  # noqa: ARG002
        """Likeness within the batch (Ulyanov et al. 2017)."""
        found: dict[str, tuple[float, Tensor]] = {}
        if self.options.diversity > 0:
            found["likeness"] = (self.options.diversity, julesz_loss(pictures))
        return found

    def headline(self) -> str:
        """See Weaver.headline."""
        return f"""# texture_net: the texture of {self.names[0]}

The generator of Ulyanov et al. 2016. A small recipe on a small machine: not the paper's quality."""
