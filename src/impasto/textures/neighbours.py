"""Nearest neighbours: style as the set of feature vectors that occur; each place of the picture takes the nearest one.

The search of Neural Neighbor Style Transfer (Kolkin et al. 2022): cosine of the angle between vectors that were first
centred, by chunked matrix products, so that its speed is the machine's and its memory is bounded.
"""

from typing import Any

import torch
from torch import Tensor

_QUERIES, _KEYS = 1024, 4096  # one product at a time: 8 MB of similarities in bfloat16, which caches still hold
_AT_ONCE = 4096  # vectors in float32 at once; all of a painting's hypercolumns can be a gigabyte
_IN_CACHE = 128  # vectors of a few thousand channels worked on at once
_RERANKED = 512  # queries whose candidates are compared in float32 at once


@torch.no_grad()
def unit(rows: Tensor, centre: Tensor | None = None) -> Tensor:
    """Directions of vectors (n, C), seen from `centre` (C,) if there is one, in the vectors' dtype.

    A vector of zeros has no direction and stays zero.
    """
    out = torch.empty_like(rows)
    for part, mine in zip(rows.split(_AT_ONCE), out.split(_AT_ONCE), strict=True):
        wide = part.to(torch.promote_types(rows.dtype, torch.float32))
        wide = wide if centre is None else wide - centre
        mine.copy_(wide / wide.norm(dim=1, keepdim=True).clamp_min(1e-8))
    return out


def centre_of(rows: Tensor) -> Tensor:
    """Mean of vectors (n, C) in float32, (C,)."""
    return rows.mean(0, dtype=torch.float32)


@torch.no_grad()
def nearest(queries: Tensor, keys: Tensor, *, candidates: int = 4) -> tuple[Tensor, Tensor]:
    """For every query the key of the most similar direction: unit vectors (n, C), (m, C) -> index (n,), cosine (n,).

    Products are taken in the vectors' own dtype. In bfloat16 near neighbours cannot be told apart, so the best
    `candidates` of every block of keys are compared again in float32; 1 takes the rounded answer as it is.
    """
    index = torch.empty(len(queries), dtype=torch.int64, device=queries.device)
    cosine = torch.empty(len(queries), dtype=torch.float32, device=queries.device)
    exact = queries.dtype != torch.bfloat16 or candidates == 1
    for start in range(0, len(queries), _QUERIES):
        rows = queries[start : start + _QUERIES]
        values, places = _shortlist(rows, keys, 1 if exact else candidates)
        if not exact:
            values, places = _reranked(rows, keys, values, places, candidates)
        best = values.argmax(1, keepdim=True)
        index[start : start + len(rows)] = places.gather(1, best)[:, 0]
        cosine[start : start + len(rows)] = values.gather(1, best)[:, 0].float()
    return index, cosine


@torch.no_grad()
def mutually_nearest(x: Tensor, y: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """For every x the nearest y, and for every y the nearest x: unit vectors (n, C), (m, C) -> cosines and index, twice.

    One product serves both ways, whole: n * m similarities have to fit into memory. Answers are as exact as the dtype.
    """
    similarity = x @ y.T
    to_y = similarity.max(1)
    # Places of maxima down the columns take ten times as long as along the rows.
    to_x = similarity.T.contiguous().max(1)
    return (to_y.values, to_y.indices), (to_x.values, to_x.indices)


def _shortlist(rows: Tensor, keys: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The best few keys of every block, (n, blocks * count) each: cosines in the vectors' dtype, and places."""
    values: list[Tensor] = []
    places: list[Tensor] = []
    for offset in range(0, len(keys), _KEYS):
        block = keys[offset : offset + _KEYS]
        similarity = rows @ block.T
        if count == 1:
            value, place = similarity.max(1, keepdim=True)
        else:
            value, place = similarity.topk(min(count, len(block)), 1, sorted=False)
        values.append(value)
        places.append(place + offset)
    return torch.cat(values, 1), torch.cat(places, 1)


def _reranked(rows: Tensor, keys: Tensor, values: Tensor, places: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The same candidates, the best few of all blocks, with their cosines in float32."""
    places = places.gather(1, values.topk(min(count, values.shape[1]), 1, sorted=False).indices)
    exact = [
        torch.einsum("nc,nkc->nk", part.float(), keys[chosen].float())
        for part, chosen in zip(rows.split(_RERANKED), places.split(_RERANKED), strict=True)
    ]
    return torch.cat(exact), places


class _CosineLoss(torch.autograd.Function):
    """Mean of 1 - cosine, by hand: autograd would keep half a dozen float32 copies of the hypercolumns.

    A few rows at a time: what is made on the way then never leaves the processor's cache, ten times faster than whole.
    """

    @staticmethod
    def forward(ctx: Any, rows: Tensor, targets: Tensor, lengths: Tensor | None, length_pull: float) -> Tensor:
        length, cosine = (rows.new_empty(len(rows), dtype=torch.float32) for _ in range(2))
        parts = zip(*(tensor.split(_IN_CACHE) for tensor in (rows, targets, length, cosine)), strict=True)
        for mine, theirs, long, near in parts:
            wide = mine.float()
            long.copy_(wide.square().sum(1).sqrt_().clamp_min_(1e-8))
            near.copy_((wide * theirs).sum(1) / long)
        ctx.save_for_backward(rows, targets, length, cosine, lengths)
        ctx.length_pull = length_pull
        loss = 1 - cosine.mean()
        return loss if lengths is None else loss + length_pull * (length / lengths - 1).square().mean()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        rows, targets, length, cosine, lengths = ctx.saved_tensors
        share = gradients[0] / len(rows)
        pull = -share / length
        along = pull * cosine / length
        if lengths is not None:
            along = along - 2 * ctx.length_pull * share * (length / lengths - 1) / (lengths * length)
        out = torch.empty_like(rows)
        pull, along = (factor.to(rows.dtype).unsqueeze(1) for factor in (pull, along))
        for part, mine, theirs, p, a in zip(
            *(tensor.split(_IN_CACHE) for tensor in (out, rows, targets, pull, along)), strict=True
        ):
            torch.sub(theirs * p, mine * a, out=part)
        return out, None, None, None


def cosine_loss(rows: Tensor, targets: Tensor, lengths: Tensor | None = None, *, length_pull: float = 0.0) -> Tensor:
    """How far vectors (n, C) point from where they should, unit vectors (n, C): mean of 1 - cosine, a float32 scalar.

    lengths: how long they should be, (n,) float32; adds `length_pull` times the mean squared relative difference.
    Cosines alone do not see how strong a look is, and a picture made by them runs out of bounds in contrast.
    """
    return _CosineLoss.apply(rows, targets, lengths, length_pull)  # type: ignore[no-any-return]


def lengths_of(rows: Tensor, centre: Tensor | None = None) -> Tensor:
    """Lengths of vectors (n, C), seen from `centre` (C,) if there is one, (n,) in float32 and never zero."""
    parts = (part.float() if centre is None else part.float() - centre for part in rows.split(_AT_ONCE))
    return torch.cat([part.norm(dim=1) for part in parts]).clamp_min(1e-8)


def shared_out(cosine: Tensor, shares: tuple[float, ...], rounds: int = 60) -> Tensor:
    """Which of K styles paints each place: (n, K) best cosines -> (n,) so that each style gets its share of the places.

    Every style gets a handicap, found by bidding: whoever has too many places raises its own. Places go where the
    handicapped match is best, so each style keeps what suits it most.
    """
    if len(shares) == 1:
        return torch.zeros(len(cosine), dtype=torch.int64, device=cosine.device)
    asked = torch.tensor(shares, device=cosine.device)
    handicap, step = torch.zeros_like(asked), cosine.std().item() + 1e-6
    for _ in range(rounds):
        choice = (cosine - handicap).argmax(1)
        got = torch.bincount(choice, minlength=len(shares)) / len(cosine)
        handicap += step * (got - asked)
        step *= 0.95
    return (cosine - handicap).argmax(1)
