"""Feature correlations: style as which features fire together, wherever they are.

The Gram matrix of Gatys et al. 2015, eq. 1; its loss is Gatys et al. 2016, eq. 4.
"""

from typing import Any

import torch
from torch import Tensor

_ROWS = 4096  # positions per block of the product: partial sums meet in float32, which keeps bfloat16's error at 3e-4


class _Gram(torch.autograd.Function):
    """F Fᵀ / (H W) in the features' own memory order: the plain form spends longer transposing than multiplying."""

    @staticmethod
    def forward(ctx: Any, features: Tensor) -> Tensor:
        n, channels, height, width = features.shape
        flat = features.permute(0, 2, 3, 1).reshape(n, height * width, channels)
        ctx.save_for_backward(flat)
        ctx.shape = features.shape
        total = flat.new_zeros((n, channels, channels), dtype=torch.promote_types(flat.dtype, torch.float32))
        for rows in flat.split(_ROWS, dim=1):
            total += rows.transpose(1, 2) @ rows
        return total / (height * width)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (flat,) = ctx.saved_tensors
        n, channels, height, width = ctx.shape
        both = (gradients[0] + gradients[0].transpose(1, 2)) / (height * width)
        # Scaled to one before the cast: a bare gradient can be too small for the features' dtype to hold well.
        scale = both.abs().amax().clamp_min(torch.finfo(torch.float32).tiny)
        product = flat @ (both / scale).to(flat.dtype)
        return (product * scale).view(n, height, width, channels).permute(0, 3, 1, 2)


def gram(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """How strongly channels occur together: (N, C, H, W) -> (N, C, C), float32 at least, G = F Fᵀ / (H W).

    guide: (N, 1, H, W) in [0, 1], where to look: G = (F∘T)(F∘T)ᵀ / (H W) with T scaled to a mean square of one, so that
    regions of any area compare (Gatys et al. 2017, eq. 3). A guide that is zero everywhere sees nothing: G = 0.

    The division by H W makes pictures of different sizes comparable (the authors' code; the paper's eq. 3 has none).
    Fastest when the features are in channels-last order.
    """
    if guide is not None:
        power = guide.float().square().mean((1, 2, 3), keepdim=True)
        features = features * (guide / power.sqrt().clamp_min(1e-12)).to(features.dtype)
    return _Gram.apply(features)  # type: ignore[no-any-return]


def gram_loss(features: Tensor, target: Tensor, guide: Tensor | None = None) -> Tensor:
    """Squared distance of the Gram matrix, of the guide's region if there is one, to the style's, summed over entries
    and averaged over the batch.
    """
    return (gram(features, guide) - target).square().sum((1, 2)).mean()
