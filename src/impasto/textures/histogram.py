"""Activation histograms: style as how often each feature channel takes each value (Risser et al. 2017).

Gram matrices fix mean squares: a channel may trade mean for variance and keep its Gram matrix, which shows as drifting
brightness and contrast. Histograms leave no such freedom.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

_LEVELS = 1024  # values kept of a painting's channel: evenly spaced quantiles, so that paintings can be blended


def quantiles(features: Tensor, levels: int = _LEVELS) -> Tensor:
    """The values of every channel in order, thinned or stretched: (N, C, H, W) -> (N, C, levels), float32 at least."""
    return _resampled(features.flatten(2).to(torch.promote_types(features.dtype, torch.float32)).sort(2).values, levels)


def histogram_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance of every activation to where histogram matching would move it (Risser et al. 2017, eq. 8).

    target: quantiles of the style, (N, C, levels). The values moved to are constants for the gradient. As ranks change
    only where two values meet, the gradient is that of a true loss all the same: the squared Wasserstein-2 distance of the
    channels' values, averaged.
    """
    return _Match.apply(features, target)  # type: ignore[no-any-return]


def remap(features: Tensor, target: Tensor) -> Tensor:
    """Give every channel the style's histogram, keeping the order of its values in space: the transform of this model."""
    values, order = features.flatten(2).sort(dim=2, stable=True)
    wanted = _resampled(target, values.shape[2]).to(features.dtype)
    return torch.empty_like(values).scatter_(2, order, wanted.expand_as(values)).view(features.shape)


def wasserstein(features: Tensor, target: Tensor) -> Tensor:
    """Mean distance the activations have to move to have the style's histograms (Wasserstein-1, averaged over channels)."""
    return (quantiles(features, target.shape[2]) - target).abs().mean()


class _Match(torch.autograd.Function):
    """Sort once: the way forward needs the values in order, the way back only how far each is off."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, target: Tensor) -> Tensor:
        flat = features.permute(0, 2, 3, 1).flatten(1, 2).mT.contiguous()
        values, order = flat.sort(2)
        off = values.to(target.dtype) - _resampled(target, values.shape[2])
        back = torch.empty_like(flat).scatter_(2, order, off.to(flat.dtype))
        ctx.save_for_backward(back)
        ctx.shape = features.shape
        return off.square().mean()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (back,) = ctx.saved_tensors
        n, channels, height, width = ctx.shape
        scaled = back.mT * (2 * gradients[0] / back.numel()).to(torch.float32)
        return scaled.to(back.dtype).reshape(n, height, width, channels).permute(0, 3, 1, 2), None


def _resampled(values: Tensor, count: int) -> Tensor:
    """Sorted values (N, C, n) at `count` evenly spaced ranks, each in the middle of its share."""
    if values.shape[2] == count:
        return values
    return interpolate(values, size=count, mode="linear", align_corners=False)
