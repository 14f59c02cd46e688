"""Channel moments: style as the mean and spread of each feature channel, the statistics batch normalisation keeps.

The loss is Li et al. 2017 (Demystifying), eq. 11; the transform is AdaIN, Huang & Belongie 2017, eq. 8.
"""

from typing import Any

import torch
from torch import Tensor

EPS = 1e-5  # on the variance, as in the AdaIN authors' code
_ROWS = 512  # positions per block: a float32 copy of a block stays in the cache, one of all positions would not

Moments = tuple[Tensor, Tensor]


class _Moments(torch.autograd.Function):
    """Mean and deviation in the features' own memory order, summed in float32, with one pass for the way back."""

    @staticmethod
    def forward(ctx: Any, features: Tensor) -> Moments:
        flat = features.permute(0, 2, 3, 1).flatten(1, 2)
        count, dtype = flat.shape[1], torch.promote_types(flat.dtype, torch.float32)
        # Sums of what lies beyond the first block's mean: with no offset a mean far from zero would drown the spread.
        offset = flat[:, :_ROWS].to(dtype).mean(1, keepdim=True)
        first, second = torch.zeros_like(offset), torch.zeros_like(offset)
        for rows in flat.split(_ROWS, dim=1):
            beyond = rows.to(dtype) - offset
            first += beyond.sum(1, keepdim=True)
            second += beyond.square_().sum(1, keepdim=True)
        mean = offset + first / count
        std = ((second / count - (first / count).square()).clamp_min(0) + EPS).sqrt()
        ctx.save_for_backward(flat, mean, std)
        ctx.shape = features.shape
        return mean.mT[..., None], std.mT[..., None]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        flat, mean, std = ctx.saved_tensors
        n, channels, height, width = ctx.shape
        to_mean, to_std = (gradient[..., 0].mT / (height * width) for gradient in gradients)
        slope = to_std / std
        # slope * (x - mean) + to_mean, with everything that is the same for all positions put together first
        back = torch.addcmul((to_mean - slope * mean).to(flat.dtype), flat, slope.to(flat.dtype))
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
    return with_moments(content, moments(content), style)


def moments_within(features: Tensor, guide: Tensor | None) -> Moments | None:
    """Moments of the places that a guide (1, 1, h, w) in [0, 1] counts, each by its share; of all places without one.

    None where it counts one place or fewer, which have no spread.
    """
    if guide is None:
        return moments(features)
    total = guide.sum()
    if total <= 1:
        return None
    wide = features.float()
    mean = (wide * guide).sum((2, 3), keepdim=True) / total
    return mean, (((wide - mean).square() * guide).sum((2, 3), keepdim=True) / total + EPS).sqrt()


class MomentSums:
    """Moments of features that come in pieces: what `moments_within` would give for the whole, to rounding.

    Pieces are joined as Chan et al. 1983 do, without one large number being taken from another.
    """

    def __init__(self) -> None:
        """Nothing counted yet."""
        self._count = 0.0
        self._mean: Tensor | float = 0.0
        self._squares: Tensor | float = 0.0

    def add(self, features: Tensor, guide: Tensor | None = None) -> None:
        """Count the places of a piece (1, C, h, w), each by its share in the guide (1, 1, h, w)."""
        wide = features.double()
        weight = torch.ones_like(wide[:, :1]) if guide is None else guide.double()
        count = float(weight.sum())
        if count <= 0:
            return
        mean = (wide * weight).sum((2, 3), keepdim=True) / count
        squares = ((wide - mean).square() * weight).sum((2, 3), keepdim=True)
        total, apart = self._count + count, mean - self._mean
        self._squares = self._squares + squares + apart.square() * (self._count * count / total)
        self._mean = self._mean + apart * (count / total)
        self._count = total

    def whole(self) -> Moments | None:
        """Mean and deviation of every channel; None where one place or fewer counts."""
        if self._count <= 1 or not isinstance(self._mean, Tensor) or not isinstance(self._squares, Tensor):
            return None
        return self._mean.float(), (self._squares / self._count + EPS).sqrt().float()


def with_moments(features: Tensor, own: Moments, wanted: Moments) -> Tensor:
    """Move features by the line that takes their own moments to others: AdaIN where the statistics are known already."""
    return ((features - own[0]) / own[1] * wanted[1] + wanted[0]).to(features.dtype)
