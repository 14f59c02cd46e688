"""Moving one cloud of features onto another: the style terms of STROTSS (Kolkin et al. 2019, section 2.2).

Relaxed transport compares directions only, so the moments hold contrast in place and the palette holds colours.
"""

import torch
from torch import Tensor

from .neighbours import cosine_loss, mutually_nearest, unit

# Rows of an orthonormal matrix: light, red against blue, green against both. Most pictures' colours vary little together
# along them, so no axis is counted twice.
_AXES = ((0.577350, 0.577350, 0.577350), (0.707107, 0.0, -0.707107), (-0.408248, 0.816497, -0.408248))


def transport_loss(x: Tensor, directions: Tensor) -> Tensor:
    """Relaxed earth mover's distance of a cloud (n, C) from unit vectors (m, C), differentiable in the first; eq. 3.

    The value of `distributions.relaxed_emd`, except that who is whose neighbour, and which of the two ways is the longer,
    is decided in the clouds' own dtype: only the chosen pairs are then measured and differentiated, which needs no
    product on the way back.
    """
    mine = unit(x.detach())
    (near_y, to_y), (near_x, to_x) = mutually_nearest(mine, directions)
    if near_y.mean(dtype=torch.float32) <= near_x.mean(dtype=torch.float32):
        return cosine_loss(x, directions.index_select(0, to_y))
    return cosine_loss(x.index_select(0, to_x), directions)


def moments_of(cloud: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (C,) and covariance (C, C) of a cloud (n, C), float32 at least; products are taken in the cloud's dtype."""
    wide = cloud.to(torch.promote_types(cloud.dtype, torch.float32))
    mean = wide.mean(0)
    centred = (wide - mean).to(cloud.dtype)
    product = (centred.T @ centred.detach()).to(wide.dtype) / len(cloud)
    # Both factors are the same, so one of the two products on the way back is enough, twice as strong: the losses that
    # ask for it are as symmetric as it is.
    return mean, 2 * product - product.detach()


def moments_loss(cloud: Tensor, target: tuple[Tensor, Tensor]) -> Tensor:
    """How far a cloud's mean and covariance are from a target's: mean |difference| of each; eq. 4."""
    mean, covariance = moments_of(cloud)
    return (mean - target[0]).abs().mean() + (covariance - target[1]).abs().mean()


def palette_loss(colours: Tensor, target: Tensor) -> Tensor:
    """How far colours (n, 3) are from a palette (m, 3), both ways: relaxed transport of distances between colours."""
    axes = colours.new_tensor(_AXES, dtype=torch.float32)
    mine, theirs = colours.float() @ axes.T, target.float() @ axes.T
    with torch.no_grad():
        squares = mine.square().sum(1, keepdim=True) + theirs.square().sum(1) - 2 * mine @ theirs.T
        to_theirs, to_mine = squares.min(1).indices, squares.T.contiguous().min(1).indices
    there, back = mine - theirs[to_theirs], mine[to_mine] - theirs
    return torch.maximum(there.norm(dim=1).mean(), back.norm(dim=1).mean())
