"""Feature correlations: style as which features fire together, wherever they are.

The Gram matrix of Gatys et al. 2015, eq. 1; its loss is Gatys et al. 2016, eq. 4. The transform is the whitening and
colouring of Li et al. 2017 (Universal Style Transfer), section 3.2.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_ROWS = 4096  # positions per block of the product: partial sums meet in float32, which keeps bfloat16's error at 3e-4


_LEAST_VARIANCE = 1e-7  # of the largest: directions below it are rounding, and whitening would blow them up


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


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Mean (C,) of features and the directions in which they vary: variances (k,) and vectors (C, k), float64, k <= C."""

    mean: Tensor
    variances: Tensor
    vectors: Tensor

    def power(self, exponent: float) -> Tensor:
        """The covariance to some power on the directions that vary, (C, C); zero on the others."""
        return (self.vectors * self.variances**exponent) @ self.vectors.T


def spectrum(features: Tensor, guide: Tensor | None = None) -> Spectrum | None:
    """Mean and principal directions of features (1, C, h, w), decomposed in float64 on the CPU.

    guide: (1, 1, h, w) in [0, 1], which places count and by how much. None where one place or fewer count. Of n places
    at most n - 1 directions vary; a flat picture has none.
    """
    sums = SpectrumSums()
    sums.add(features, guide)
    return sums.whole()


class SpectrumSums:
    """The spectrum of features that come in pieces, joined as Chan et al. 1983 do."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self._count = 0.0
        self._mean: Tensor | None = None
        self._products: Tensor | None = None

    def add(self, features: Tensor, guide: Tensor | None = None) -> None:
        """Count the places of a piece (1, C, h, w), each by its share in the guide (1, 1, h, w)."""
        flat = features[0].flatten(1)
        weight = None if guide is None else guide.flatten().double()
        count = float(flat.shape[1]) if weight is None else float(weight.sum())
        if count <= 0:
            return
        mean = flat.mean(1, dtype=torch.float64) if weight is None else (flat.double() @ weight) / count
        products = torch.zeros((len(mean), len(mean)), dtype=torch.float64, device=flat.device)
        for start in range(0, flat.shape[1], _ROWS):  # in blocks: a float64 copy of a large map would be too much
            part = flat[:, start : start + _ROWS].double() - mean[:, None]
            products += (part if weight is None else part * weight[start : start + _ROWS]) @ part.T
        if self._mean is None or self._products is None:
            self._count, self._mean, self._products = count, mean, products
            return
        total, apart = self._count + count, mean - self._mean
        self._products += products + torch.outer(apart, apart) * (self._count * count / total)
        self._mean = self._mean + apart * (count / total)
        self._count = total

    def whole(self) -> Spectrum | None:
        """Mean and principal directions; None where one place or fewer counts."""
        if self._count <= 1 or self._mean is None or self._products is None:
            return None
        products = (self._products + self._products.T).cpu() / (2 * (self._count - 1))
        variances, vectors = torch.linalg.eigh(products)
        kept = variances > max(_LEAST_VARIANCE * float(variances[-1]), torch.finfo(torch.float32).tiny)
        return Spectrum(self._mean.cpu(), variances[kept], vectors[:, kept])


def whiten(features: Tensor, own: Spectrum) -> Tensor:
    """Take mean and correlations off features (1, C, h, w): E D^-1/2 Eᵀ (F - μ), so that all directions vary alike."""
    return _moved(features, own.power(-0.5), own.mean, torch.zeros_like(own.mean))


def colour(white: Tensor, style: Spectrum) -> Tensor:
    """Give whitened features a style's correlations and mean: E D^1/2 Eᵀ F + μ."""
    return _moved(white, style.power(0.5), torch.zeros_like(style.mean), style.mean)


def with_spectrum(features: Tensor, own: Spectrum, wanted: Spectrum) -> Tensor:
    """Whiten features (1, C, h, w) by their own spectrum and colour them by another, in one product."""
    return _moved(features, wanted.power(0.5) @ own.power(-0.5), own.mean, wanted.mean)


def _moved(features: Tensor, matrix: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """M (F - before) + after, at the features' own precision once the small matrices are known."""
    flat = features[0].flatten(1)
    matrix, before, after = (tensor.to(flat) for tensor in (matrix, before, after))
    return torch.addmm(after[:, None], matrix, flat - before[:, None]).view_as(features)
