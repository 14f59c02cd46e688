"""What every training has in common whose generator makes textures out of noise."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from impasto.content.smoothness import lattice, total_variation
from impasto.core import UsageError, Validation, Workshop
from impasto.engines.torch_ops import Bfloat16Ops, TorchOps
from impasto.image.tensors import to_array

from .onlooker import JUDGED, Onlooker, card_table
from .paintings import chosen, tensor_of
from .relative import own_texture_error
from .repainting import LICENCE, halved

_JUDGED, _SHOWN = 8, 4
_PERIODS = (4, 8)  # of the grids that enlarging leaves, in pixels


class Weaver:
    """A generator in training. A recipe says how it makes pictures, and what else is lowered beside the texture's error."""

    name: str
    """Of the weight file and the recipe."""
    multiple: int
    """What the sides of textures are multiples of."""

    def __init__(
        self, options: Any, workshop: Workshop, files: Mapping[str, Path], shapes: Mapping[str, Sequence[int]],
        further: str = "",
    ) -> None:  # fmt: skip
        """further: a layer that is looked at beside those of the texture. Raises UsageError for sizes that do not fit."""
        if options.crop_px % self.multiple:
            raise UsageError(f"crop_px: must be a multiple of {self.multiple}, got {options.crop_px}")
        self.options, self.workshop, self.names = options, workshop, list(files)
        self.samples = [tensor_of(file, options.style_px).to(workshop.device) for file in files.values()]
        self.onlooker = Onlooker(options, workshop, self.samples, further)
        self.ops = Bfloat16Ops() if workshop.precision == "bfloat16" else TorchOps()
        self.parameters = {
            name: torch.zeros(tuple(shape), device=workshop.device, requires_grad=True)
            for name, shape in shapes.items()
        }
        self.buffers: dict[str, Tensor] = {}

    @torch.no_grad()
    def start(self) -> None:
        """Filters at random, gains one, shifts zero; nearly grey."""
        for name, tensor in self.parameters.items():
            if name.endswith((".gain", ".shift", ".bias")):
                tensor.fill_(float(name.endswith(".gain")))
            else:
                gain = 0.2 if name == "out.weight" else 2.0
                tensor.normal_(0, (gain / tensor[0].numel()) ** 0.5)

    def make(self, parameters: Mapping[str, Tensor], count: int, which: int, *, learning: bool = False) -> Tensor:
        """So many textures (N, 3, S, S) of new noise, all of one sample."""
        raise NotImplementedError

    def further_terms(self, pictures: Tensor, features: Mapping[str, Tensor]) -> dict[str, tuple[float, Tensor]]:
        """What else is lowered: weight and loss by name."""
        raise NotImplementedError

    def sample_of(self, step: int) -> int:  # noqa: ARG002
        """Which sample a step learns."""
        return 0

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:  # noqa: ARG002
        """The texture's error, its grain and grids, and what else there is."""
        which = self.sample_of(step)
        pictures = self.make(self.parameters, self.options.batch_size, which, learning=True)
        name = self.onlooker.name_at(step)
        features = self.onlooker.lookers[name](pictures, self.onlooker.layers)
        error = own_texture_error(features, self.goals(name, which), self.options.style_layers).mean()
        terms = {
            "texture": (1.0, error),
            "tv": (self.options.tv_weight, total_variation(pictures)),
            "grid": (self.options.grid_weight, grids(pictures)),
            **self.further_terms(pictures, features),
        }
        total = torch.stack([weight * term for weight, term in terms.values()]).sum()
        return total, {name: term.item() for name, (_, term) in terms.items()}

    def goals(self, name: str, which: int) -> dict[str, Tensor]:
        """How a network sees one sample."""
        return chosen(self.onlooker.goals[name], torch.tensor([which]))  # type: ignore[index]

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:  # noqa: ARG002
        """New textures, judged by VGG-19 where it was used: their error, the same against that of plain noise, and how
        far pictures of one sample are apart.
        """
        look, layers = self.onlooker.lookers[self.onlooker.judging], dict.fromkeys(JUDGED, 1.0)
        errors: list[float] = []
        against: list[float] = []
        apart: list[float] = []
        rows: list[Tensor] = []
        for which in range(len(self.names)):
            count = max(2, _JUDGED // len(self.names))
            made = torch.cat([self.make(parameters, 1, which) for _ in range(count)])
            goals = self.goals(self.onlooker.judging, which)
            error, plain = (
                own_texture_error(look(x, JUDGED), goals, layers).median().item() for x in (made, torch.rand_like(made))
            )
            errors.append(error)
            against.append(error / plain)
            apart.append((made[1:] - made[:-1]).square().mean((1, 2, 3)).sqrt().mean().item())
            rows.append(torch.cat(list(made[:_SHOWN]), dim=-1)[None])
        mean = {"texture": errors, "against noise": against, "apart": apart}
        found = {name: sum(values) / len(values) for name, values in mean.items()}
        width = min(row.shape[-1] for row in rows)
        return Validation(found, to_array(torch.cat([row[..., :width] for row in rows], dim=-2)))

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The weights in float16, with the norms' statistics where they are fixed."""
        metadata = {
            "name": self.name, "front_end": "plain", "styles": ",".join(self.names), "licence": "CC0 1.0",
            "style_px": str(self.options.style_px), "source": f"impasto train {self.name}",
        }  # fmt: skip
        return halved({**parameters, **self.buffers}), metadata

    def headline(self) -> str:
        """The card's title and first sentence."""
        raise NotImplementedError

    def card(self, facts: Mapping[str, Any]) -> str:
        """The model card."""
        return f"{self.headline()}\n\nTextures of: {', '.join(self.names)}.\n\n{card_table(facts, LICENCE)}"


def grids(pictures: Tensor) -> Tensor:
    """How strongly all of a batch (N, 3, S, S) repeats every four and every eight pixels.

    Of the pictures' mean: what they share at every place is the generator's own and no chance of the noise.
    """
    shared = pictures.mean(0, keepdim=True)
    return torch.stack([lattice(shared, period, shared.shape[-1]) for period in _PERIODS]).sum()
