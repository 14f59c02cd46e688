"""Decoders of all levels in one training: each step rebuilds pictures from one level, the deeper ones more often."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto.core import Workshop
from impasto.training.decoding import Decoding, pictures_of

from . import Options

# The deeper, the more there is to learn; in a round of nine steps. The first level is solved at the start.
_ROUND = (5, 4, 3, 5, 4, 2, 5, 4, 3)
_SOLVED = "relu1_1"


def build(options: Options, workshop: Workshop) -> "Levels":
    """Decoders of every level that the encoder's weight file has."""
    return Levels(options, workshop, f"inverse_{options.encoder}")


class Levels(Decoding):
    """All levels' decoders; at first the shallow ones are the ends of the deepest, then each goes its own way."""

    options: Options

    def start(self) -> None:
        """As all decoders; the first level's, which is a single convolution and so linear, is solved at once."""
        super().start()
        self.solve(_SOLVED)

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """Pixels' and features' errors of the pictures rebuilt from this step's level."""
        layer = self.turn(step)
        trunk = self.trunk(step)
        pictures = pictures_of(batch)
        with torch.no_grad():
            features = self.look(pictures, (layer,))[layer]
        made = self.rebuild(self.parameters, features, layer, trunk)
        total, values = self.total(self.rebuild_terms(made, pictures, features, layer))
        return total, {f"{name} {layer}": value for name, value in values.items()}

    def turn(self, step: int) -> str:
        """The level of a step."""
        turns = [f"relu{block}_1" for block in _ROUND if f"relu{block}_1" in self.layers]
        return turns[step % len(turns)]

    def trunk(self, step: int) -> str | None:
        """The decoder that all are the ends of, while they are; its filters are handed down before they part."""
        last = int(self.options.tied * self.options.steps)
        if step > last or len(self.layers) == 1:
            return None
        deepest = max(self.layers)
        with torch.no_grad():
            for name, tensor in self.parameters.items():
                layer, _, rest = name.partition(".")
                if layer not in (deepest, _SOLVED):
                    tensor.copy_(self.parameters[f"{deepest}.{rest}"])
        return deepest if step < last else None
