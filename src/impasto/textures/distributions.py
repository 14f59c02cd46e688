"""Clouds of features: style as the set of feature vectors that occur, each position one point.

The relaxed earth mover's distance is the style loss of Kolkin et al. 2019 (STROTSS): the exact distance lets mass split
in any way; the relaxation drops one of its two marginal constraints at a time and takes the larger answer.
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize

_ENTRIES = 4 << 20  # of the cost matrix held at once: 16 MB in float32


def relaxed_emd(x: Tensor, y: Tensor) -> Tensor:
    """How far one cloud of feature vectors is from looking like another: (n, C), (m, C) -> scalar in [0, 2].

    max(mean_i min_j C_ij, mean_j min_i C_ij) with the cosine distance C_ij = 1 - x_i·y_j / |x_i||y_j|. A vector of
    zeros has no direction and is at distance 1 from everything, itself too. Differentiable in both; the cost matrix
    is worked through in slices and never held whole. Raises ValueError for an empty cloud or unequal channels.
    """
    if not len(x) or not len(y) or x.shape[1:] != y.shape[1:]:
        raise ValueError(f"two clouds of vectors (n, C) are needed, got {tuple(x.shape)} and {tuple(y.shape)}")
    dtype = torch.promote_types(x.dtype, torch.float32)  # bfloat16 cannot tell near neighbours apart
    x, y = normalize(x.to(dtype), dim=1), normalize(y.to(dtype), dim=1)
    to_y: list[Tensor] = []  # the best similarity each x finds
    to_x: Tensor | None = None  # the best similarity each y has found so far
    for rows in x.split(max(1, _ENTRIES // len(y))):
        similarity = rows @ y.T
        # max, not amax: its gradient needs the winners' places only, so a slice can be freed at once.
        to_y.append(similarity.max(1).values)
        best = similarity.max(0).values
        to_x = best if to_x is None else torch.maximum(to_x, best)
    assert to_x is not None
    # Rounding lets a vector be a hair nearer than zero to itself.
    return (1 - torch.minimum(torch.cat(to_y).mean(), to_x.mean())).clamp_min(0)
