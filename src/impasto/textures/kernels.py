"""Kernels: style as the distribution of feature vectors, compared by maximum mean discrepancy (MMD).

MMD² = mean k(x, x') + mean k(y, y') - 2 mean k(x, y) over two clouds of vectors is the squared distance of two means in
the space a kernel k maps them to (Li et al. 2017, Demystifying). Each kernel here is written as that map, so that
a painting is one tensor and no pair is ever formed: linear in the number of positions, and the same at every evaluation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .covariance import gram

Polynomial = tuple[Tensor, Tensor]


def mean_vector(features: Tensor) -> Tensor:
    """The average feature vector: (N, C, H, W) -> (N, C), float32 at least."""
    return features.sum((2, 3), dtype=torch.promote_types(features.dtype, torch.float32)) / features[0, 0].numel()


def linear_mmd_loss(features: Tensor, target: Tensor) -> Tensor:
    """MMD² of the kernel x·y: squared distance of the mean vectors, summed over channels, averaged over the batch."""
    return (mean_vector(features) - target).square().sum(1).mean()


def polynomial_embedding(features: Tensor) -> Polynomial:
    """Where the kernel (x·y + c)² keeps its means: the Gram matrix (N, C, C) and the mean vector (N, C)."""
    return gram(features), mean_vector(features)


def polynomial_mmd_loss(features: Tensor, target: Polynomial, c: float = 0.0) -> Tensor:
    """MMD² of the kernel (x·y + c)²: |G - G'|² + 2 c |m - m'|². With c = 0 it is the loss of Gatys et al. 2016."""
    correlations = (gram(features) - target[0]).square().sum((1, 2)).mean()
    return correlations + 2 * c * linear_mmd_loss(features, target[1]) if c else correlations


@dataclass(frozen=True, slots=True)
class GaussianMap:
    """Waves, (C, D), whose cosines and sines stand for Gaussian kernels: cos(w·(x - y)) averages to k(x, y)."""

    waves: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """Mean cosine and sine of every wave over the positions: (N, C, H, W) -> (N, 2 D), float32 at least."""
        flat = features.permute(0, 2, 3, 1).flatten(1, 2)
        phase = flat @ self.waves.to(flat.dtype)
        phase = phase.to(torch.promote_types(phase.dtype, torch.float32))
        return torch.cat([phase.cos().mean(1), phase.sin().mean(1)], 1)


def gaussian_map(spread: float, channels: int, *, bandwidths: Sequence[float] = (0.5, 1.0, 2.0), waves: int = 128, seed: int = 0,
                 device: torch.device | str = "cpu") -> GaussianMap:  # fmt: skip
    """Random Fourier features (Rahimi & Recht 2007) of the mean of the kernels exp(-g |x - y|²), g = bandwidth / spread.

    spread: the mean squared distance of two vectors (`spread_of`), the authors' choice of scale. Several bandwidths keep
    a gradient when the clouds are still far apart. waves: how many, shared out evenly among the bandwidths.
    """
    generator = torch.Generator().manual_seed(seed)
    widths = torch.tensor([bandwidths[i % len(bandwidths)] for i in range(waves)])
    directions = torch.randn((channels, waves), generator=generator)
    return GaussianMap((directions * (2 * widths / max(spread, 1e-12)).sqrt()).to(device))


def spread_of(features: Tensor) -> float:
    """Mean squared distance of two feature vectors drawn at random: twice the summed variance of the channels."""
    wide = features.to(torch.promote_types(features.dtype, torch.float32))
    return 2 * wide.var((2, 3), correction=0).sum(1).mean().item()


def gaussian_mmd_loss(features: Tensor, target: tuple[GaussianMap, Tensor]) -> Tensor:
    """MMD² of Gaussian kernels: squared distance of the mean waves, averaged over waves; between 0 and 2."""
    embed, mean = target
    return (embed(features) - mean).square().sum(1).mean() / embed.waves.shape[1]
