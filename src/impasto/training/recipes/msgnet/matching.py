"""The training: a batch of photos, one painting at one size, and an encoder that looks at what comes out."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import Workshop
from impasto.reconstruction.networks import msgnet
from impasto.training.paintings import paintings, tensor_of
from impasto.training.repainting import Repainting
from impasto.weights import layouts

from . import Options

_BRUSH = 1.4  # from one size of a painting to the next
_OWN_EVERY = 3  # steps
_PART = 1.25  # side of what is seen of the painting while training, in crops


def build(options: Options, workshop: Workshop) -> "Matching":
    """A network at its beginnings."""
    return Matching(options, workshop)


class Matching(Repainting):
    """The network in training. A style is a painting at one of several sizes."""

    name, multiple = msgnet.NAME, msgnet.MULTIPLE

    def __init__(self, options: Options, workshop: Workshop) -> None:
        sizes = [round(options.style_px * _BRUSH**i) for i in range(options.brushes)]
        files = paintings(options.style).values()
        views = [tensor_of(file, size).to(workshop.device) for size in sizes for file in files]
        super().__init__(options, workshop, layouts.msgnet(options.width), views)
        self.views = [self.whole(view) for view in views]

    @torch.no_grad()
    def start(self) -> None:
        """Filters at random; a bottleneck's last adds little at first."""
        for name, tensor in self.parameters.items():
            if name.endswith(".bias"):
                tensor.zero_()
            elif name == "comatch.weight":
                tensor.normal_(0, 0.1 / len(tensor) ** 0.5)
            else:
                gain = 0.2 if name == "out.weight" else 0.5 if name.endswith(".3.weight") else 2.0
                tensor.normal_(0, (gain / tensor[0].numel()) ** 0.5)

    def choose(self, count: int) -> Tensor:
        """One style for the whole batch (section 4)."""
        return torch.randint(len(self.views), ()).expand(count)

    def judged(self, count: int) -> Tensor:
        """The paintings one after the other, at the middle size."""
        return super().judged(count) + len(self.names) * (self.options.brushes // 2)

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, which: Tensor) -> Tensor:
        """Photos (N, 3, S, S), all of them in the first of the styles. While training a painting is looked at in part."""
        view = self.views[int(which[0])]
        if torch.is_grad_enabled():
            view = _part(view, round(_PART * photos.shape[-1]))
        matrix, mean = self.seen(parameters, view)
        count = len(photos)
        return msgnet.paint(self.ops, parameters, photos, matrix.expand(count, -1, -1), mean.expand(count, -1))

    def seen(self, parameters: Mapping[str, Tensor], pictures: Tensor) -> tuple[Tensor, Tensor]:
        """What pictures (N, 3, h, w) are as styles: the matrices (N, C, C) and means (N, C) that the network takes."""
        flat = msgnet.look(self.ops, parameters, pictures).flatten(2)
        mean = flat.mean(2)
        centred = flat - mean[..., None]
        covariance = centred @ centred.transpose(1, 2) / flat.shape[2]
        deviation = (covariance.diagonal(0, 1, 2) + msgnet.EPS).sqrt()
        turned = parameters["comatch.weight"] @ covariance / flat.shape[1]
        return (turned + torch.diag_embed(deviation)).transpose(1, 2), mean

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """Painting, and at every third step pictures that have to come back where they are their own style.

        So that means of features come to stand for colours: without that step all styles had the same ones for long.
        """
        if step % _OWN_EVERY != _OWN_EVERY - 1 or not self.options.identity_weight:
            return super().loss(batch, step)
        photos = self.whole(batch["content"])
        again = msgnet.paint(self.ops, self.parameters, photos, *self.seen(self.parameters, photos))
        error = F.mse_loss(again, photos)
        return self.options.identity_weight * error, {"identity": error.item()}

    def headline(self) -> str:
        """See Repainting.headline."""
        return f"""# msgnet: many styles by their Gram matrices

MSG-Net of width {self.options.width} (the paper's: 128). A small recipe on a small machine: not the paper's quality."""


def _part(picture: Tensor, side: int) -> Tensor:
    """A square from anywhere in (1, 3, h, w), or as much of one as there is: a whole painting costs more than the photos."""
    side = side // msgnet.MULTIPLE * msgnet.MULTIPLE
    top, left = (int(torch.randint(max(length - side, 0) + 1, ())) for length in picture.shape[2:])
    return picture[..., top : top + side, left : left + side]
