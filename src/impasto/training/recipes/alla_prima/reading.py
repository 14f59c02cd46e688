"""The reader in coordinates that are easy to learn in.

What the reader is given differs from painting to painting by little and in very unlike amounts; taught as it is, it says
nearly the same of every painting. So its weights are learned for numbers of mean 0 and deviation 1 at its entry, and of mean 0 at
its code; `weights` gives the plain ones that the network runs with. Both tell the same of any painting.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from impasto.engines.torch_ops import TORCH
from impasto.reconstruction.networks import alla_prima as network

_LEAST_SPREAD = 5e-3
_PACE = 0.5
"""How far a step moves the strokes, beside a step in plain coordinates of deviation 1: more, and training runs away."""
_FOLLOWED = 0.05  # of the way to a batch's own, at each step
Tensors = Mapping[str, Tensor]


class Reading:
    """Centre and spread of what the reader is given, and the centre of its code, over many paintings."""

    def __init__(self, device: torch.device) -> None:
        statistics = network.shapes()["read.1.weight"][1]
        self.buffers: dict[str, Tensor] = {
            "read centre": torch.zeros(statistics, device=device),
            "read spread": torch.ones(statistics, device=device),
            "read code centre": torch.zeros(network.CODE, device=device),
        }

    @torch.no_grad()
    def measure(self, weights: Tensors, paintings: Iterable[Tensor]) -> None:
        """Fill the buffers, by paintings (N, 3, S, S) seen with plain weights."""
        seen = [network.see(TORCH, weights, {"picture": picture}) for picture in paintings]
        told = torch.cat([network.statistics(TORCH, weights, features) for features in seen])
        self._take(told, network.code(TORCH, weights, told), share=1.0)

    @torch.no_grad()
    def follow(self, weights: Tensors, features: Tensors) -> None:
        """Go along with what paintings' features become in training: what was centred once does not stay so."""
        told = network.statistics(TORCH, weights, features)
        self._take(told, network.code(TORCH, weights, told), _FOLLOWED)

    def _take(self, told: Tensor, code: Tensor, share: float) -> None:
        found = (told.mean(0), told.std(0) + _LEAST_SPREAD, code.mean(0))
        for buffer, value in zip(self.buffers.values(), found, strict=True):
            buffer.lerp_(value, share)

    def coordinates(self, weights: Tensors) -> dict[str, Tensor]:
        """Plain weights as they are learned."""
        centre, spread, middle = (buffer.clone() for buffer in self.buffers.values())
        first, second = weights["read.1.weight"], weights["read.2.weight"]
        return {
            **weights,
            "read.1.weight": first * spread,
            "read.1.bias": weights["read.1.bias"] + first @ centre,
            "read.2.weight": second / _PACE,
            "read.2.bias": weights["read.2.bias"] + second @ middle,
        }

    def weights(self, parameters: Tensors) -> dict[str, Tensor]:
        """Plain weights, from what is learned; the inverse of `coordinates`."""
        centre, spread, middle = (buffer.clone() for buffer in self.buffers.values())
        first, second = parameters["read.1.weight"] / spread, parameters["read.2.weight"] * _PACE
        return {
            **parameters,
            "read.1.weight": first,
            "read.1.bias": parameters["read.1.bias"] - first @ centre,
            "read.2.weight": second,
            "read.2.bias": parameters["read.2.bias"] - second @ middle,
        }
