"""Patches: style as the set of small neighbourhoods that occur; every neighbourhood of the picture must be one of them.

The loss is the Markov random field of Li & Wand 2016 (CNNMRF), eq. 2 and 3; the transform is the style swap of Chen &
Schmidt 2016, section 3.1. With the matches held still they are one thing. Written per position instead of per patch,

    sum_i |P_i(x) - Q_i|² = sum_p n_p |x_p - t_p|² + const,    t_p = mean of what the n_p matches over p say there,

so t is the swap, and x - t the gradient of the loss averaged by overlap count, as the CNNMRF authors' code has it.

Two patches' inner product is the sum of nine inner products of single positions, so one product of the two maps as they
are, (positions, C) by (C, positions), followed by sums along its diagonals replaces the nine times larger product of
unfolded patches; nothing is ever unfolded, and the search is exact.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize, unfold

_ROWS = 8  # of the picture searched at once; two more are computed at each end of a block for the diagonals
_ENTRIES = 4 << 20  # of the table of similarities held at once: 16 MB, and about four such tables are alive
_SMALL = 1e-12  # squared length below which a patch is empty and resembles nothing


@dataclass(frozen=True, slots=True)
class Exemplars:
    """What patches are copied from: feature maps of one or more pictures, one after another.

    table: (positions, C), all maps row by row. shapes: (height, width) of each. patch: side of a patch. inverse: one
    over the length of every patch, per map. keys: unit vectors of the patches of label maps, (patches, K), per map;
    empty where matching is by looks alone.
    """

    table: Tensor
    shapes: tuple[tuple[int, int], ...]
    patch: int
    inverse: tuple[Tensor, ...]
    keys: tuple[Tensor, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """For every patch of a picture, row by row, its most similar one among the exemplars.

    first: (n,) place in the exemplars' table of the match's first position. width: (n,) how far down the table its
    next row is. similarity: (n,) normalised cross-correlation, in [-1, 1]. shape: (height, width) of the feature map.
    """

    first: Tensor
    width: Tensor
    similarity: Tensor
    shape: tuple[int, int]


def exemplars(features: Sequence[Tensor], labels: Sequence[Tensor] = (), *, patch: int = 3) -> Exemplars:
    """Make feature maps (1, C, h, w), and label maps (1, L, h, w) that say what is where, ready to copy patches from.

    Maps with a side shorter than a patch are left out. Raises ValueError when none remains.
    """
    kept = [number for number, feature in enumerate(features) if min(feature.shape[-2:]) >= patch]
    if not kept:
        raise ValueError(f"no map has room for a patch of {patch} x {patch}")
    maps = [rows_of(features[number]) for number in kept]
    return Exemplars(
        torch.cat([m.flatten(0, 1) for m in maps]),
        tuple((m.shape[0], m.shape[1]) for m in maps),
        patch,
        tuple(inverse_lengths(m, patch) for m in maps),
        tuple(label_keys(labels[number], patch) for number in kept) if labels else (),
    )


def rows_of(features: Tensor) -> Tensor:
    """(1, C, h, w) -> (h, w, C); free for features in channels-last order."""
    return features[0].permute(1, 2, 0).contiguous()


def _box(values: Tensor, patch: int, rows: int, columns: int) -> Tensor:
    """Sums over the squares of `patch` positions that two dimensions share, first along the columns, then the rows."""
    for dimension in (columns, rows):
        length = values.shape[dimension] - patch + 1
        shifted = [values.narrow(dimension, offset, length) for offset in range(patch)]
        values = shifted[0] if patch == 1 else shifted[0] + shifted[1]
        for further in shifted[2:]:
            values += further
    return values


def inverse_lengths(rows: Tensor, patch: int) -> Tensor:
    """One over the length of every patch of a map (h, w, C): (h - patch + 1, w - patch + 1), float32 at least; 0 if empty."""
    squares = rows.to(torch.promote_types(rows.dtype, torch.float32)).square().sum(2)
    box = _box(squares, patch, 0, 1)
    return torch.where(box > _SMALL, box.clamp_min(_SMALL).rsqrt(), 0)


def label_keys(labels: Tensor, patch: int) -> Tensor:
    """Unit vectors of the patches of a label map: (1, L, h, w) -> (patches, patch² L), float32 at least."""
    dtype = torch.promote_types(labels.dtype, torch.float32)
    return normalize(unfold(labels.to(dtype), patch)[0].T, dim=1)


class _Scratch:
    """Tables that are written over and over: to have them anew from the system takes longer than to fill them."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.tables: dict[str, Tensor] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """An uninitialised table of that shape, in the memory of the last one of that name where it suffices."""
        size = math.prod(shape)
        if name not in self.tables or self.tables[name].numel() < size:
            self.tables[name] = torch.empty(size, dtype=dtype, device=self.device)
        return self.tables[name][:size].view(shape)


@torch.no_grad()
def match(features: Tensor, source: Exemplars, labels: Tensor | None = None, *, label_weight: float = 0.0,
          handicap: Tensor | None = None) -> Matches:  # fmt: skip
    """Find the most similar exemplar patch for every patch of a feature map (1, C, h, w), by exhaustive search.

    The score is the normalised cross-correlation of the features, plus `label_weight` times that of the label maps
    where `labels` (1, L, h, w) are given (Champandard 2016, section 3), minus `handicap` (positions of the table,)
    at the exemplar patch. Features in bfloat16 are multiplied in bfloat16 and summed in float32: of two exemplars
    whose correlations differ by less than about 0.002 either may win. Memory stays below 150 MB plus the maps.
    """
    picture, patch = rows_of(features), source.patch
    height, width, _ = picture.shape
    if min(height, width) < patch:
        raise ValueError(f"a map of {height} x {width} has no room for a patch of {patch} x {patch}")
    inverse = inverse_lengths(picture, patch)
    keys = None if labels is None else label_weight * label_keys(labels, patch)
    across = width - patch + 1
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    scratch = _Scratch(picture.device)
    for top in range(0, height - patch + 1, _ROWS):
        rows = picture[top : top + _ROWS + patch - 1]
        queries = slice(top * across, (top + len(rows) - patch + 1) * across)
        wanted = None if keys is None else keys[queries]
        found.append(_best(rows, inverse.flatten()[queries], wanted, source, handicap, scratch))
    scores, first, row_width = (torch.cat(parts) for parts in zip(*found, strict=True))
    similarity = scores if keys is None and handicap is None else similarity_of(picture, first, row_width, source)
    return Matches(first, row_width, similarity.clamp(-1, 1), (height, width))


def _best(
    rows: Tensor,
    inverse: Tensor,
    keys: Tensor | None,
    source: Exemplars,
    handicap: Tensor | None,
    scratch: _Scratch,
) -> tuple[Tensor, Tensor, Tensor]:
    """Scores, places and row widths of the best exemplars for the patches of a few rows (r, w, C)."""
    patch = source.patch
    scores = torch.full_like(inverse, -torch.inf)
    first = torch.zeros_like(inverse, dtype=torch.long)
    row_width = torch.zeros_like(first)
    flat, start = rows.flatten(0, 1), 0
    # The search runs on scores times the patch's own length, which spares the large table one pass.
    length = torch.where(inverse > 0, 1 / inverse, 1)
    keys = None if keys is None else length[:, None] * keys
    for number, (height, width) in enumerate(source.shapes):
        across = width - patch + 1
        step = max(1, _ENTRIES // (len(flat) * width) - patch + 1)
        for top in range(0, height - patch + 1, step):
            bottom = min(top + step, height - patch + 1)
            begin = start + top * width
            block = source.table[begin : begin + (bottom - top + patch - 1) * width]
            size = len(flat), len(block)
            products = torch.mm(flat, block.T, out=scratch("products", size, flat.dtype))
            if flat.dtype != inverse.dtype:
                products = scratch("wide", size, inverse.dtype).copy_(products)
            sums = _diagonal_sums(products.view(*rows.shape[:2], -1, width), patch, scratch)
            sums *= source.inverse[number][top:bottom]
            table = sums.view(len(inverse), -1)
            if keys is not None:
                table.addmm_(keys, source.keys[number][top * across : bottom * across].T)
            if handicap is not None:
                worn = handicap[begin : begin + (bottom - top) * width].view(-1, width)[:, :across]
                table.addr_(length, worn.flatten().to(table.dtype), alpha=-1)
            best, place = table.max(1)
            better = best > scores
            place = begin + place // across * width + place % across
            scores = torch.where(better, best, scores)
            first = torch.where(better, place, first)
            row_width = row_width.masked_fill(better, width)
        start += height * width
    return scores / length, first, row_width


def _diagonal_sums(products: Tensor, patch: int, scratch: _Scratch) -> Tensor:
    """Inner products of positions, (r, w, v, u), summed over the positions of patches: (r', w', v', u')."""
    for picture, exemplar in ((1, 3), (0, 2)):
        lengths = products.shape[picture] - patch + 1, products.shape[exemplar] - patch + 1
        shifted = [
            products.narrow(picture, offset, lengths[0]).narrow(exemplar, offset, lengths[1]) for offset in range(patch)
        ]
        sums = scratch(f"sums {picture}", tuple(shifted[0].shape), products.dtype)
        products = torch.add(shifted[0], shifted[1], out=sums) if patch > 1 else sums.copy_(products)
        for further in shifted[2:]:
            products += further
    return products


def similarity_of(picture: Tensor, first: Tensor, width: Tensor, source: Exemplars) -> Tensor:
    """Normalised cross-correlation of the patches of a map (h, w, C) with the exemplars chosen for them."""
    patch = source.patch
    dtype = torch.promote_types(picture.dtype, torch.float32)
    down, across = picture.shape[0] - patch + 1, picture.shape[1] - patch + 1
    product = torch.zeros(len(first), dtype=dtype, device=first.device)
    length = torch.zeros_like(product)
    for y in range(patch):
        for x in range(patch):
            theirs = source.table[first + y * width + x].to(dtype)
            ours = picture[y : y + down, x : x + across].flatten(0, 1).to(dtype)
            product += (ours * theirs).sum(1)
            length += theirs.square().sum(1)
    inverse = torch.where(length > _SMALL, length.clamp_min(_SMALL).rsqrt(), 0)
    return product * inverse * inverse_lengths(picture, patch).flatten()


@torch.no_grad()
def swap(matches: Matches, source: Exemplars, *, keep_length: bool = False, stride: int = 1) -> Tensor:
    """Rebuild a feature map from its matches alone, overlaps averaged: (1, C, h, w) in the exemplars' dtype.

    keep_length: the mean of matches that disagree is shorter than any of them, which shows as a pale veil over the
    picture; stretch it to their mean length.
    stride: use every so many-th match only, each way, and those at the far edges; the patch's side at most,
    where none overlap but there, and the result is a mosaic of exemplars as they are.
    """
    patch, (height, width) = source.patch, matches.shape
    down, across = height - patch + 1, width - patch + 1
    dtype = torch.promote_types(source.table.dtype, torch.float32)
    total = source.table.new_zeros((height, width, source.table.shape[1]), dtype=dtype)
    count = total.new_zeros((height, width, 1))
    length = total.new_zeros((height, width, 1))
    rows, columns = (_every(min(stride, patch), side, source.table.device) for side in (down, across))
    used = (rows[:, None] * across + columns).flatten()
    first, width_of = matches.first[used], matches.width[used]
    for y in range(patch):
        for x in range(patch):
            votes = source.table[first + y * width_of + x].view(len(rows), len(columns), -1)
            place = ((y, y + down), (x, x + across)) if stride == 1 else None
            _add(total, votes, rows + y, columns + x, place)
            if keep_length:
                _add(length, votes.to(dtype).norm(dim=2, keepdim=True), rows + y, columns + x, place)
            _add(count, torch.ones_like(votes[..., :1]), rows + y, columns + x, place)
    if keep_length:
        total *= length / total.norm(dim=2, keepdim=True).clamp_min(_SMALL)
    return (total / count).to(source.table.dtype).permute(2, 0, 1)[None]


def _every(stride: int, length: int, device: torch.device) -> Tensor:
    """0, stride, 2 stride ... below length, and the last place."""
    places = torch.arange(0, length, stride, device=device)
    return places if int(places[-1]) == length - 1 else torch.cat([places, places.new_tensor([length - 1])])


def _add(total: Tensor, votes: Tensor, rows: Tensor, columns: Tensor,
         place: tuple[tuple[int, int], tuple[int, int]] | None) -> None:  # fmt: skip
    """Add a grid of votes to the rows and columns they belong to; place: where they lie side by side."""
    if place is not None:
        (top, bottom), (left, right) = place
        total[top:bottom, left:right] += votes
    else:
        total[rows[:, None], columns] += votes.to(total.dtype)


def mrf_loss(features: Tensor, swapped: Tensor) -> Tensor:
    """Mean squared distance of features (1, C, h, w) to their style swap, in float32 at least.

    Up to a constant this is the mean squared distance of the patches to their matches (Li & Wand 2016, eq. 2), every
    position weighing the same however many patches cover it.
    """
    dtype = torch.promote_types(features.dtype, torch.float32)
    return (features.to(dtype) - swapped.to(dtype)).square().mean()


def wear(matches: Matches, source: Exemplars) -> Tensor:
    """How well each exemplar patch already serves, (positions of the table,): its best similarity, 0 where unused.

    As a `handicap` of the next search, times a share below one, it makes the picture use more of the painting
    (the "variety" of Champandard's code).
    """
    best = matches.similarity.new_zeros(len(source.table))
    return best.scatter_reduce(0, matches.first, matches.similarity, "amax")
