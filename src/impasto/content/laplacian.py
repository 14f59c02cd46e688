"""Contours as content: the photo's own edges at a coarse grain, which deep features forget (Li et al. 2017, Laplacian).

Faces and outlines live in where light turns to dark a few pixels wide; averaging first leaves finer strokes free.
"""

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
