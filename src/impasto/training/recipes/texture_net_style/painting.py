"""The training: a photo and noise at six sizes go in, and an encoder looks at what comes out."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto import assets
from impasto.core import UsageError, Workshop
from impasto.reconstruction.networks import texture_net
from impasto.training.paintings import paintings
from impasto.training.repainting import Repainting
from impasto.weights import layouts

from . import Options


def build(options: Options, workshop: Workshop) -> "Painting":
    """A generator at its beginnings. Raises UsageError for several paintings."""
    if not options.style:
        options = options.model_copy(update={"style": str(assets.path("starry_night.jpg"))})
    if (count := len(paintings(options.style))) > 1:
        raise UsageError(f"style: 'texture_net_style' learns one painting, got {count}")
    return Painting(options, workshop)


class Painting(Repainting):
    """The generator in training."""

    name, multiple = texture_net.STYLE, texture_net.MULTIPLE

    def __init__(self, options: Options, workshop: Workshop) -> None:
        super().__init__(options, workshop, layouts.texture_net(texture_net.NOISE + 3))

    @torch.no_grad()
    def start(self) -> None:
        """Filters at random, gains one."""
        for name, tensor in self.parameters.items():
            if name.endswith((".gain", ".shift", ".bias")):
                tensor.fill_(float(name.endswith(".gain")))
            else:
                tensor.normal_(0, (2 / tensor[0].numel()) ** 0.5)

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, which: Tensor) -> Tensor:  # noqa: ARG002
        """See Repainting.paint. The noise is new every time."""
        levels: list[Tensor] = []
        photo = photos
        for size in texture_net.sizes(*photos.shape[2:]):
            if photo.shape[2:] != size:
                photo = torch.nn.functional.avg_pool2d(photo, 2)
            noise = self.options.noise * torch.rand(len(photos), texture_net.NOISE, *size)
            levels.append(torch.cat([photo, noise.to(photo.device)], 1))
        return texture_net.generate(self.ops, parameters, levels, edge="reflect")

    def headline(self) -> str:
        """See Repainting.headline."""
        return f"""# texture_net_style: {self.names[0]}, from a photo and noise

The generator of Ulyanov et al. 2016. A small recipe on a small machine: not the paper's quality."""
