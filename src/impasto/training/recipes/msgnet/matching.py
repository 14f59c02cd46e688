"""The training: a batch of photos, one painting at one size, and an encoder that looks at what comes out."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from impasto.core import UsageError, Workshop
from impasto.reconstruction.networks import msgnet
from impasto.training.paintings import paintings, tensor_of
from impasto.training.repainting import Repainting
from impasto.weights import layouts

from . import Options

_BRUSH = 1.5  # from one size of a painting to the next
_SMALL = 0.05  # share of a filter's usual variance, where what it adds shall be little at first
_LEAST = 1e-2  # of the largest eigenvalue: directions in which paintings have less are not raised further
_PART = 1.25  # side of what is seen of the painting while training, in crops


def build(options: Options, workshop: Workshop) -> "Matching":
    """A network at its beginnings."""
    return Matching(options, workshop)


class Matching(Repainting):
    """The network in training. A style is a painting at one of several sizes."""

    name, multiple = msgnet.NAME, msgnet.MULTIPLE

    def __init__(self, options: Options, workshop: Workshop) -> None:
        self.sizes = [round(options.style_px * _BRUSH**i) for i in range(options.brushes)]
        files = paintings(options.style).values()
        views = [tensor_of(file, size).to(workshop.device) for size in self.sizes for file in files]
        super().__init__(options, workshop, layouts.msgnet(options.width), views)
        self.views = [self.whole(view) for view in views]

    @torch.no_grad()
    def start(self) -> None:
        """Those of an earlier file; or filters at random, of which blocks' add little at first, and CoMatch with a root.

        Its W begins as the inverse root of the paintings' mean covariance.
        """
        if self.options.start_from:
            self._take_over(self.options.start_from)
            return
        leaky = 2 / (1 + msgnet.LEAK**2)
        for name, tensor in self.parameters.items():
            if name.endswith(".bias"):
                tensor.zero_()
            else:
                plain = name == "stem.weight" or name.endswith(".skip.weight")  # no rectifier stands before these
                small = (
                    _SMALL if name == "out.weight" or (name.startswith("block") and name.endswith(".3.weight")) else 1.0
                )
                gain = small * (1.0 if plain else leaky)
                tensor.normal_(0, (gain / tensor[0].numel()) ** 0.5)
        covariance = torch.cat([self.target(self.parameters, view)[0] for view in self.views]).mean(0)
        values, vectors = torch.linalg.eigh(covariance)
        root = values.clamp_min(_LEAST * values.max()).rsqrt()
        self.parameters["comatch.weight"].copy_((vectors * root) @ vectors.T)

    def _take_over(self, given: str) -> None:
        earlier = msgnet.load(None if given == msgnet.NAME else Path(given).expanduser())
        for name, tensor in self.parameters.items():
            if earlier.weights[name].shape != tensor.shape:
                raise UsageError(f"start_from: {given} has another width than {self.options.width}")
            tensor.copy_(torch.from_numpy(earlier.weights[name]))

    def choose(self, count: int) -> Tensor:
        """Each photo in another style, as far as there are."""
        rounds = -(-count // len(self.views))
        return torch.cat([torch.randperm(len(self.views)) for _ in range(rounds)])[:count]

    def judged(self, count: int) -> Tensor:
        """The paintings one after the other, at the middle size."""
        return super().judged(count) + len(self.names) * (self.options.brushes // 2)

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, which: Tensor) -> Tensor:
        """See Repainting.paint. While training, a painting is looked at in part."""
        styles, places = torch.unique(which, return_inverse=True)
        views = [self.views[i] for i in styles.tolist()]
        if torch.is_grad_enabled():
            views = [_part(view, round(_PART * photos.shape[-1])) for view in views]
        seen = [self.target(parameters, view) for view in views]
        covariance, mean = (torch.cat(parts)[places] for parts in zip(*seen, strict=True))
        matrix = (parameters["comatch.weight"] @ covariance).transpose(1, 2)
        return msgnet.paint(self.ops, parameters, photos, matrix, mean)

    def target(self, parameters: Mapping[str, Tensor], pictures: Tensor) -> tuple[Tensor, Tensor]:
        """What pictures (N, 3, h, w) are as styles: covariances (N, C, C) and means (N, C)."""
        flat = msgnet.look(self.ops, parameters, pictures).flatten(2)
        mean = flat.mean(2)
        centred = flat - mean[..., None]
        return centred @ centred.transpose(1, 2) / flat.shape[2], mean

    def facts(self) -> dict[str, str]:
        """See Repainting.facts: the paintings' sizes in pixels, too."""
        return super().facts() | {"style_px": ",".join(map(str, self.sizes))}

    def headline(self) -> str:
        """See Repainting.headline."""
        return f"""# msgnet: many styles by their Gram matrices

MSG-Net of width {self.options.width} (the paper's: 128). A small recipe on a small machine: not the paper's quality."""


def _part(picture: Tensor, side: int) -> Tensor:
    """A square from anywhere in (1, 3, h, w), or as much of one as there is: a whole painting costs more than the photos."""
    side = side // msgnet.MULTIPLE * msgnet.MULTIPLE
    top, left = (int(torch.randint(max(length - side, 0) + 1, ())) for length in picture.shape[2:])
    return picture[..., top : top + side, left : left + side]
