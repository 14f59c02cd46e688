"""Batch norm for networks that are written without it: statistics of a batch while learning, running means afterwards."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

_EPS, _MOMENTUM = 1e-5, 0.1


class BatchNorms:
    """Running means and deviations for every gain among a network's tensors. buffers: "NAME.mean", "NAME.deviation"."""

    def __init__(self, shapes: Mapping[str, Sequence[int]], device: torch.device) -> None:
        """shapes: of the network's tensors by name."""
        names = [name.removesuffix(".gain") for name in shapes if name.endswith(".gain")]
        self.buffers = {
            f"{name}.{part}": torch.full(tuple(shapes[f"{name}.gain"]), float(part == "deviation"), device=device)
            for name in names
            for part in ("mean", "deviation")
        }

    def learning(self, parameters: Mapping[str, Tensor]) -> Callable[[Tensor, str], Tensor]:
        """A norm by the batch's statistics, which are remembered."""

        def norm(x: Tensor, name: str) -> Tensor:
            mean = x.mean((0, 2, 3))
            deviation = (x.var((0, 2, 3), unbiased=False) + _EPS).sqrt()
            with torch.no_grad():
                self.buffers[f"{name}.mean"].lerp_(mean[None], _MOMENTUM)
                self.buffers[f"{name}.deviation"].lerp_(deviation[None], _MOMENTUM)
            gain, shift = (parameters[f"{name}.{part}"][..., None, None] for part in ("gain", "shift"))
            return (x - mean[:, None, None]) / deviation[:, None, None] * gain + shift

        return norm
