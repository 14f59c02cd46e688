"""The root of a symmetric matrix with a gradient that equal eigenvalues cannot upset, and the transport map made of it."""

from typing import Any

import torch
from torch import Tensor

from .transport_map import RIDGE

_LEAST = 1e-14  # of the largest eigenvalue: rounding leaves some below zero


class _Root(torch.autograd.Function):
    """X with X X = A. From dA = dX X + X dX, in the eigenvectors of A: dX_ij = dA_ij / (√λ_i + √λ_j)."""

    @staticmethod
    def forward(ctx: Any, matrix: Tensor) -> Tensor:
        values, vectors = torch.linalg.eigh(matrix)
        roots = values.maximum(values[..., -1:] * _LEAST).clamp_min(_LEAST).sqrt()
        ctx.save_for_backward(roots, vectors)
        return (vectors * roots[..., None, :]) @ vectors.mT

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        roots, vectors = ctx.saved_tensors
        inner = vectors.mT @ ((gradients[0] + gradients[0].mT) / 2) @ vectors
        inner = inner / (roots[..., :, None] + roots[..., None, :]).clamp_min(1e-12)
        return vectors @ inner @ vectors.mT


def matrix_root(matrix: Tensor) -> Tensor:
    """The root of symmetric (..., C, C) without negative eigenvalues, worked out in float64, with gradient."""
    return _Root.apply((matrix + matrix.mT).double() / 2)  # type: ignore[no-any-return]


def transport_map(content: Tensor, style: Tensor, ridge: float = RIDGE) -> Tensor:
    """As transport_map.transport_map, for tensors (N, C, C) with gradient; in the covariances' own type."""
    source, target = _ridged(content, ridge), _ridged(style, ridge)
    root = matrix_root(source)
    # Without a check: what is not finite shows in the loss, and the step is left out.
    back = torch.linalg.inv_ex(root)[0]
    return (back @ matrix_root(root @ target @ root) @ back).to(content.dtype)


def _ridged(matrix: Tensor, ridge: float) -> Tensor:
    size = matrix.shape[-1]
    mean = matrix.diagonal(dim1=-2, dim2=-1).double().mean(-1)[..., None, None]
    return matrix.double() + (ridge * mean + 1e-8) * torch.eye(size, dtype=torch.float64, device=matrix.device)
