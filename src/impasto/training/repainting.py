"""What every training has in common whose network repaints photos in styles that it learns by heart."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from impasto.content.smoothness import lattice, total_variation
from impasto.core import Validation, Workshop
from impasto.engines.torch_ops import Bfloat16Ops, TorchOps
from impasto.image.tensors import to_array

from .onlooker import Onlooker, card_table
from .paintings import paintings, tensor_of

LICENCE = "CC0 1.0; trained through VGG-19, whose weights (CC BY 4.0) are not part of it"
NOISE = 2 / 255  # on the photo that goes in: so that flat areas are no surprise
_JUDGED, _SHOWN = 24, 8


class Repainting:
    """A network in training: what is left to a recipe is its tensors, its start, how it paints, and its card."""

    name: str
    """Of the weight file and the recipe."""
    multiple: int
    """What sides of pictures are multiples of."""
    licence = LICENCE
    """Of the weights; the file itself says what stands before the semicolon."""

    def __init__(
        self, options: Any, workshop: Workshop, shapes: Mapping[str, Sequence[int]], pictures: Sequence[Tensor] = ()
    ) -> None:
        """pictures: the paintings (1, 3, h, w) where a style is more than the painting at its one size."""
        self.options, self.workshop = options, workshop
        self.names = list(paintings(options.style))
        pictures = pictures or [tensor_of(file, options.style_px) for file in paintings(options.style).values()]
        self.onlooker = Onlooker(options, workshop, pictures, options.content_layer)
        self.ops = Bfloat16Ops() if workshop.precision == "bfloat16" else TorchOps()
        self.parameters = {
            name: torch.zeros(tuple(shape), device=workshop.device, requires_grad=True)
            for name, shape in shapes.items()
        }
        self.buffers: dict[str, Tensor] = {}

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, which: Tensor) -> Tensor:
        """Photos (N, 3, S, S), each in the style of that number (N,); about [0, 1]."""
        raise NotImplementedError

    def choose(self, count: int) -> Tensor:
        """Styles for so many photos: each a different one, as far as there are."""
        rounds = -(-count // len(self.names))
        return torch.cat([torch.randperm(len(self.names)) for _ in range(rounds)])[:count]

    def judged(self, count: int) -> Tensor:
        """Styles for so many held-out photos, one after the other."""
        return torch.arange(count) % len(self.names)

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """The weighted errors on a batch."""
        photos = self.whole(batch["content"])
        which = self.choose(len(photos)).to(photos.device)
        pictures = self.paint(self.parameters, photos + NOISE * torch.randn_like(photos), which)
        return self.weighed(pictures, photos, which, step)

    def weighed(self, pictures: Tensor, photos: Tensor, which: Tensor, step: int) -> tuple[Tensor, dict[str, float]]:
        """Errors of style and content, the grain and the grid, by their weights."""
        options = self.options
        style, content = self.onlooker.errors(pictures, photos, which, step)
        terms = {
            "style": style.mean(), "content": content.mean(), "tv": total_variation(pictures), "grid": lattice(pictures),
        }  # fmt: skip
        weights = {
            "style": options.style_weight, "content": options.content_weight, "tv": options.tv_weight,
            "grid": options.grid_weight,
        }  # fmt: skip
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return total, {name: term.item() for name, term in terms.items()}

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """Held-out photos, each in the next style, judged by VGG-19 where it was used; a sheet of photos and results."""
        photos = self.whole(batch["content"][:_JUDGED])
        which = self.judged(len(photos)).to(photos.device)
        pairs = zip(photos.split(1), which.split(1), strict=True)
        painted = torch.cat([self.paint(parameters, *pair) for pair in pairs]).clamp(0, 1)
        left, kept = (found.median().item() for found in self.onlooker.judge(painted, photos, which))
        values = {
            "error": self.options.style_weight * left + 2 * self.options.content_weight * (1 - kept),
            "style left": left, "content kept": kept,
        }  # fmt: skip
        rows = [torch.cat(list(row[:_SHOWN]), dim=-1) for row in (photos, painted)]
        return Validation(values, to_array(torch.cat(rows, dim=-2)[None]))

    def whole(self, photos: Tensor) -> Tensor:
        """Without the rows and columns that the network would not divide, channels last in memory."""
        height, width = (side // self.multiple * self.multiple for side in photos.shape[2:])
        return photos[..., :height, :width].contiguous(memory_format=torch.channels_last)

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The weights in float16, and what the file says of itself."""
        return halved(parameters), self.facts()

    def facts(self) -> dict[str, str]:
        """What a file says of itself."""
        return {
            "name": self.name, "front_end": "plain", "styles": ",".join(self.names),
            "licence": self.licence.partition(";")[0],
            "style_px": str(self.options.style_px), "source": f"impasto train {self.name}",
        }  # fmt: skip

    def headline(self) -> str:
        """The card's title and first sentence."""
        raise NotImplementedError

    def card(self, facts: Mapping[str, Any]) -> str:
        """The model card."""
        return f"{self.headline()}\n\nStyles: {', '.join(self.names)}.\n\n{card_table(facts, self.licence)}"


def halved(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors in float16, ready to be written."""
    return {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in parameters.items()}
