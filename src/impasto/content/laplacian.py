"""Contours as content: the photo's own edges at a coarse grain, which deep features forget (Li et al. 2017, Laplacian).

Faces and outlines live in where light turns to dark a few pixels wide; averaging first leaves finer strokes free.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

_LEAST = 3  # positions a side: a Laplacian needs a neighbour all around


def contours(picture: Tensor, pool: int) -> Tensor:
    """Where an averaged picture bends: (N, 3, H, W) -> (N, 1, h - 2, w - 2) with h = H // pool, w = W // pool.

    The Laplacian [0, -1, 0; -1, 4, -1; 0, -1, 0] of the picture averaged over squares of `pool` pixels, summed over its
    channels (Li et al. 2017). No border is invented: positions without four neighbours are left
    out. A pool too large for the picture is taken as the largest that leaves one such position.
    """
    pool = max(1, min(pool, min(picture.shape[-2:]) // _LEAST))
    grey = avg_pool2d(picture.sum(1, keepdim=True), pool)
    middle = grey[..., 1:-1, 1:-1]
    around = grey[..., :-2, 1:-1] + grey[..., 2:, 1:-1] + grey[..., 1:-1, :-2] + grey[..., 1:-1, 2:]
    return 4 * middle - around


def laplacian_loss(picture: Tensor, target: Tensor, pool: int) -> Tensor:
    """Mean squared distance of the picture's contours to the photo's, `target`, of the same pool."""
    return (contours(picture, pool) - target).square().mean()


def contour_keeper(photo: Tensor, pools: Mapping[str, float]) -> Callable[[Tensor], Tensor]:
    """A loss for pictures (1, 3, H, W): how far their contours are from the photo's, over the pools by their weights.

    Relative: 0 keeps the photo's contours, 1 has none at all. For methods whose losses have a scale of their own.
    """
    total = sum(pools.values()) or 1.0
    goals = [(contours(photo, int(pool)), int(pool), weight / total) for pool, weight in pools.items() if weight > 0]
    parts = [(goal, pool, part / max(goal.square().mean().item(), 1e-12)) for goal, pool, part in goals]

    def loss(picture: Tensor) -> Tensor:
        return torch.stack([part * laplacian_loss(picture, goal, pool) for goal, pool, part in parts]).sum()

    return loss
