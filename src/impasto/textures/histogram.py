"""Activation histograms: style as how often each feature channel takes each value (Risser et al. 2017).

Gram matrices fix mean squares: a channel may trade mean for variance and keep its Gram matrix, which shows as drifting
brightness and contrast. Histograms leave no such freedom.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

_LEVELS = 1024  # values kept of a painting's channel: evenly spaced quantiles, so that paintings can be blended
_COUNT_FROM = 1 << 14  # positions from which 16-bit values are counted: it won at 43,520 and lost at 672


def quantiles(features: Tensor, levels: int = _LEVELS) -> Tensor:
    """The values of every channel in order, thinned or stretched: (N, C, H, W) -> (N, C, levels), float32 at least."""
    return _resampled(features.flatten(2).to(torch.promote_types(features.dtype, torch.float32)).sort(2).values, levels)


def histogram_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance of every activation to where histogram matching would move it (Risser et al. 2017).

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
    """The way forward finds how far each activation is off; the way back only scales that."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, target: Tensor) -> Tensor:
        n, channels, height, width = features.shape
        flat = features.permute(0, 2, 3, 1).reshape(n, height * width, channels)
        if features.dtype == torch.bfloat16 and height * width >= _COUNT_FROM:
            off = torch.stack([flat[i] - _counted(flat[i], target[i % len(target)]) for i in range(n)])
        else:
            wide = flat.mT.to(torch.promote_types(flat.dtype, torch.float32), memory_format=torch.contiguous_format)
            off = (wide - remap(wide[..., None], target)[..., 0]).mT
        ctx.save_for_backward(off.to(flat.dtype))
        ctx.shape = features.shape
        return off.square().mean()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (off,) = ctx.saved_tensors
        n, channels, height, width = ctx.shape
        back = (off * (2 * gradients[0] / off.numel())).to(off.dtype)
        return back.reshape(n, height, width, channels).permute(0, 3, 1, 2), None


def _counted(flat: Tensor, target: Tensor) -> Tensor:
    """What `remap` finds, for bfloat16 (P, C): as values have 16 bits, counting them is nearly twice as fast as sorting.

    Equal activations all go to the mean of the values that are theirs together; result (P, C) in target's dtype.
    """
    positions, channels = flat.shape
    keys = flat.contiguous().view(torch.int16).to(torch.int64)
    keys = torch.where(keys < 0, -(keys + (1 << 15)), keys)  # bits of negative numbers count the wrong way
    low = keys.min()
    span = int(keys.max() - low) + 1
    keys += torch.arange(channels, device=flat.device) * span - low
    counts = torch.bincount(keys.flatten(), minlength=channels * span).view(channels, span)
    # The integral of the style's values over rank, in shares of all positions: its differences over a count are means.
    ends = counts.cumsum(1)
    levels = target.shape[1]
    integral = F.pad(target.double().cumsum(1), (1, 0))
    place = ends.double() * (levels / positions)
    below = place.long().clamp_max(levels - 1)
    upto = integral.gather(1, below) + (place - below) * target.double().gather(1, below)
    sums = upto.diff(dim=1, prepend=torch.zeros_like(upto[:, :1]))
    table = sums * (positions / levels) / counts.clamp_min(1)
    return table.to(target.dtype).flatten()[keys]


def _resampled(values: Tensor, count: int) -> Tensor:
    """Sorted values (N, C, n) at `count` evenly spaced ranks, each in the middle of its share."""
    if values.shape[2] == count:
        return values
    return F.interpolate(values, size=count, mode="linear", align_corners=False)
