"""The reference engine: plain torch. What trains a network is this text too."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .ops import Edge


class TorchOps:
    """`Ops` on torch tensors; gradients flow where they are wanted."""

    def conv(self, x: Tensor, weight: Tensor, bias: Tensor | None = None, *, stride: int = 1, edge: Edge = "reflect",
             groups: int = 1) -> Tensor:  # fmt: skip
        """See Ops.conv."""
        margin = weight.shape[-1] // 2
        if margin and edge == "reflect":
            # A picture narrower than the margin has too little to mirror: its last pixel is repeated.
            mode = "reflect" if min(x.shape[-2:]) > margin else "replicate"
            x, margin = F.pad(x, (margin,) * 4, mode=mode), 0
        elif margin and edge == "wrap":
            x, margin = F.pad(x, (margin,) * 4, mode="circular"), 0
        return F.conv2d(x, weight, bias, stride, margin, groups=groups)

    def linear(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """See Ops.linear."""
        return F.linear(x, weight, bias)

    def relu(self, x: Tensor) -> Tensor:
        """See Ops.relu."""
        return F.relu(x)

    def leaky_relu(self, x: Tensor, slope: float) -> Tensor:
        """See Ops.leaky_relu."""
        return F.leaky_relu(x, slope)

    def sigmoid(self, x: Tensor) -> Tensor:
        """See Ops.sigmoid."""
        return torch.sigmoid(x)

    def tanh(self, x: Tensor) -> Tensor:
        """See Ops.tanh."""
        return torch.tanh(x)

    def clamp(self, x: Tensor, low: float, high: float) -> Tensor:
        """See Ops.clamp."""
        return x.clamp(low, high)

    def add(self, a: Tensor, b: Tensor | float) -> Tensor:
        """See Ops.add."""
        return a + b

    def subtract(self, a: Tensor, b: Tensor | float) -> Tensor:
        """See Ops.subtract."""
        return a - b

    def multiply(self, a: Tensor, b: Tensor | float) -> Tensor:
        """See Ops.multiply."""
        return a * b

    def divide(self, a: Tensor, b: Tensor | float) -> Tensor:
        """See Ops.divide."""
        return a / b

    def sqrt(self, x: Tensor) -> Tensor:
        """See Ops.sqrt."""
        return x.sqrt()

    def mean(self, x: Tensor) -> Tensor:
        """See Ops.mean."""
        return x.mean((2, 3), keepdim=True)

    def normalise(self, x: Tensor, floor: float) -> Tensor:
        """See Ops.normalise."""
        if x.shape[2] * x.shape[3] == 1:  # torch refuses one pixel, which is its own mean
            return torch.zeros_like(x)
        return F.group_norm(x, x.shape[1], eps=floor)  # quicker than F.instance_norm, channels last above all

    def max_pool2(self, x: Tensor) -> Tensor:
        """See Ops.max_pool2."""
        return F.max_pool2d(x, 2)

    def upsample2(self, x: Tensor) -> Tensor:
        """See Ops.upsample2."""
        return F.interpolate(x, scale_factor=2.0, mode="nearest")

    def pixel_unshuffle(self, x: Tensor, factor: int) -> Tensor:
        """See Ops.pixel_unshuffle."""
        return F.pixel_unshuffle(x, factor)

    def pixel_shuffle(self, x: Tensor, factor: int) -> Tensor:
        """See Ops.pixel_shuffle."""
        return F.pixel_shuffle(x, factor)

    def concat(self, parts: Sequence[Tensor]) -> Tensor:
        """See Ops.concat."""
        return torch.cat(list(parts), 1)

    def channels(self, x: Tensor, start: int, stop: int) -> Tensor:
        """See Ops.channels."""
        return x[:, start:stop]

    def per_channel(self, x: Tensor) -> Tensor:
        """See Ops.per_channel."""
        return x[..., None, None]

    def vector(self, x: Tensor) -> Tensor:
        """See Ops.vector."""
        return x.flatten(1)

    def mix(self, matrix: Tensor, x: Tensor) -> Tensor:
        """See Ops.mix."""
        return (matrix @ x.flatten(2)).view(x.shape[0], matrix.shape[1], *x.shape[2:])

    def covariance(self, x: Tensor) -> Tensor:
        """See Ops.covariance."""
        flat = x.flatten(2)
        flat = flat - flat.mean(2, keepdim=True)
        return flat @ flat.transpose(1, 2) / flat.shape[2]


class Bfloat16Ops(TorchOps):
    """Convolutions in bfloat16, everything between them in float32: for training."""

    def conv(self, x: Tensor, weight: Tensor, bias: Tensor | None = None, **settings: Any) -> Tensor:
        """See Ops.conv."""
        bias = None if bias is None else bias.bfloat16()
        return super().conv(x.bfloat16(), weight.bfloat16(), bias, **settings).float()


TORCH = TorchOps()
