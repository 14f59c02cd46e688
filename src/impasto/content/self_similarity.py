"""Self-similarity: content as which places of a picture look alike, whatever they look like.

Two places of one wall should stay alike, wall and sky stay apart; the colours and strokes that make them so are free to
change (Kolkin et al. 2019, section 2.3).
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize


def self_similarity(rows: Tensor) -> Tensor:
    """How far apart a picture's places look: feature vectors (n, C) -> cosine distances (n, n), columns summing to 1.

    The sums make it a matter of proportion: a picture in a flatter style keeps its content (eq. 6). Products are taken
    in the vectors' dtype, everything else in float32 at least.
    """
    dtype = torch.promote_types(rows.dtype, torch.float32)
    directions = normalize(rows.to(dtype), dim=1).to(rows.dtype)
    distances = (1 - (directions @ directions.T).to(dtype)).clamp_min(0)
    return distances / distances.sum(0, keepdim=True).clamp_min(1e-6)


def self_similarity_loss(rows: Tensor, target: Tensor) -> Tensor:
    """How much the order of likeness has changed: vectors (n, C) against the photo's matrix (n, n), n * mean |difference|."""
    return len(rows) * (self_similarity(rows) - target).abs().mean()
