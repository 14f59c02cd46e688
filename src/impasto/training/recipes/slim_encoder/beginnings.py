"""First weights for the student: the teacher's own, pruned channel by channel so that little is lost.

At every layer a few of the teacher's channels are kept, those from which the others can be told best, and the filters
of the next layer are rewritten to take the kept channels only, with the lost ones replaced by their least-squares
guess from the kept (in the spirit of He et al. 2017, Channel Pruning, and Luo et al. 2017, ThiNet).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

_RIDGE = 1e-3  # of the mean variance: keeps guesses from near-dead channels small


@dataclass
class Moments:
    """Sums over positions of one layer's features (C channels): how many, their sum and their products, in float64."""

    count: int
    total: Tensor
    products: Tensor

    @staticmethod
    def of(layers: Iterable[Mapping[str, Tensor]]) -> "dict[str, Moments]":
        """Moments of every layer over batches of features by layer."""
        found: dict[str, Moments] = {}
        for features in layers:
            for name, x in features.items():
                flat = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1]).float()
                mine = Moments(len(flat), flat.sum(0).double(), (flat.T @ flat).double())
                if name in found:
                    mine.count, mine.total = mine.count + found[name].count, mine.total + found[name].total
                    mine.products = mine.products + found[name].products
                found[name] = mine
        return found

    @property
    def deviation(self) -> Tensor:
        """Standard deviation of each channel."""
        mean = self.total / self.count
        return (self.products.diagonal() / self.count - mean.square()).clamp_min(0).sqrt()


def keep_channels(products: Tensor, count: int) -> Tensor:
    """Indices of `count` channels that span the others best: pivots of a Cholesky factorisation of (C, C) products.

    Each step takes the channel with most left unexplained and explains what it can of the rest.
    """
    rest = products.clone()
    kept: list[int] = []
    for _ in range(count):
        left = rest.diagonal().clone()
        left[kept] = -1
        pivot = int(left.argmax())
        kept.append(pivot)
        if left[pivot] > 1e-9 * products.diagonal().max():
            rest -= torch.outer(rest[:, pivot], rest[pivot]) / rest[pivot, pivot]
    return torch.tensor(sorted(kept))


def guess_from(moments: Moments, kept: Tensor, *, offset: bool) -> tuple[Tensor, Tensor]:
    """Least squares F ≈ P F[kept] + q: P (C, kept), q (C,), which is zero without `offset`."""
    mean = moments.total / moments.count if offset else torch.zeros_like(moments.total)
    second = moments.products / moments.count - torch.outer(mean, mean)
    inner = second[kept][:, kept]
    inner = inner + _RIDGE * inner.diagonal().mean() * torch.eye(len(kept), dtype=inner.dtype, device=inner.device)
    guess = torch.linalg.solve(inner, second[kept]).T
    return guess, mean - guess @ mean[kept]


def pruned(
    teacher: Mapping[str, tuple[Tensor, Tensor]], moments: Mapping[str, Moments], widths: Mapping[str, int]
) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    """The student's convolutions, and for every layer the kept channels and the scale each was divided by.

    teacher: {"1_1": (weight, bias)}; moments: of the teacher's features after each rectifier; widths: channels to keep.
    Every kept channel is scaled to unit deviation, which the rectifier lets through; so all weights are of one order.
    """
    weights: dict[str, Tensor] = {}
    choices: dict[str, Tensor] = {}
    scales: dict[str, Tensor] = {}
    before: str | None = None
    for name, width in widths.items():
        weight, bias = (tensor.double() for tensor in teacher[name])
        choice = keep_channels(_evened(moments[name]), width)
        scale = moments[name].deviation[choice].clamp_min(1e-3 * moments[name].deviation.mean())
        weight, bias = weight[choice], bias[choice]
        if before is not None:
            guess, rest = guess_from(moments[before], choices[before], offset=True)
            bias = bias + torch.einsum("ochw,c->o", weight, rest)
            weight = torch.einsum("ochw,ck->okhw", weight, guess * scales[before])
        weights[f"conv{name}.weight"] = (weight / scale.view(-1, 1, 1, 1)).float()
        weights[f"conv{name}.bias"] = (bias / scale).float()
        choices[name], scales[name], before = choice, scale, name
    return weights, choices, scales


def _evened(moments: Moments) -> Tensor:
    """Products of features divided by the root of their deviation: between raw energy and every channel alike."""
    scale = moments.deviation.clamp_min(0.05 * moments.deviation.mean()).rsqrt()
    mean = moments.total / moments.count
    covariance = moments.products / moments.count - torch.outer(mean, mean)
    return covariance * torch.outer(scale, scale)
