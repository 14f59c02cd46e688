"""Variety: what keeps a generator from making the same picture of every noise."""

import torch
from torch import Tensor

_EPS = 1e-4  # of a mean square; pictures a hundredth apart are alike


def julesz_loss(pictures: Tensor) -> Tensor:
    """How alike the pictures (N, C, H, W) of a batch are: minus the mean log distance to each one's nearest neighbour.

    -1/N Σ ln min_{j≠i} |x_i - x_j|², distances as mean squares: the entropy of a generator, estimated from a batch (Ulyanov
    et al. 2017, eq. 9, there times the number of pixels). Needs two pictures or more.
    """
    flat = pictures.flatten(1)
    apart = (flat[:, None] - flat[None]).square().mean(2)
    apart = apart + torch.diag_embed(torch.full((len(flat),), torch.inf, device=flat.device))
    return -(apart.amin(1) + _EPS).log().mean()


def shuffled_loss(features: Tensor) -> Tensor:
    """Minus the mean absolute distance of features (N, C, H, W) to those of another picture of the batch.

    Li et al. 2017 (Diversified), eq. 3. Which other one is drawn at random, so that nobody is compared with itself.
    """
    return -(features - features[derangement(len(features))]).abs().mean()


def derangement(count: int) -> Tensor:
    """A random order of 0 ... count - 1 in which nothing keeps its place; count is 2 or more."""
    while True:
        order = torch.randperm(count)
        if not (order == torch.arange(count)).any():
            return order
