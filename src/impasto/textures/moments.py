"""Channel moments: style as the mean and spread of each feature channel, the statistics batch normalisation keeps.

The loss is Li et al. 2017 (Demystifying), eq. 11; the transform is AdaIN, Huang & Belongie 2017, eq. 8.
"""

from typing import Any

import torch
from torch import Tensor

EPS = 1e-5  # on the variance, as in the AdaIN authors' code

Moments = tuple[Tensor, Tensor]


class _Moments(torch.autograd.Function):
    """Mean and deviation in the features' own memory order, summed in float32, with one pass for the way back."""

    @staticmethod
    def forward(ctx: Any, features: Tensor) -> Moments:
        flat = features.permute(0, 2, 3, 1).flatten(1, 2)
        wide = flat.to(torch.promote_types(flat.dtype, torch.float32))
        mean = wide.mean(1, keepdim=True)
        centred = wide - mean
        std = (centred.square().mean(1, keepdim=True) + EPS).sqrt()
        # In the features' own dtype: half the memory, and nothing is lost to the subtraction any more.
        ctx.save_for_backward(centred.to(flat.dtype), std)
        ctx.shape = features.shape
        return mean.mT[..., None], std.mT[..., None]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        centred, std = ctx.saved_tensors
        n, channels, height, width = ctx.shape
        to_mean, to_std = (gradient[..., 0].mT / (height * width) for gradient in gradients)
        back = torch.addcmul(to_mean.to(centred.dtype), centred, (to_std / std).to(centred.dtype))
        return back.view(n, height, width, channels).permute(0, 3, 1, 2)


def moments(features: Tensor) -> Moments:
    """Mean and standard deviation of every channel: (N, C, H, W) -> two of (N, C, 1, 1), float32 at least."""
    return _Moments.apply(features)  # type: ignore[no-any-return]


def moments_loss(features: Tensor, target: Moments) -> Tensor:
    """Squared distance of the moments to the style's, averaged over channels."""
    mean, std = moments(features)
    return (mean - target[0]).square().mean() + (std - target[1]).square().mean()


def adain(content: Tensor, style: Moments) -> Tensor:
    """Give content features the style's moments; their arrangement in space is kept."""
    mean, std = moments(content)
    return ((content - mean) / std * style[1] + style[0]).to(content.dtype)
