"""Patch matches for pictures too large to search: those of a smaller picture, followed and improved.

`patches.match` compares every patch of the picture with all exemplars, which grows as the fourth power of a side. Here
a patch looks only where its last match points, where its neighbours' matches point, and a little around (PatchMatch,
Barnes et al. 2009, section 3.2, all patches at once): neighbours in the picture mostly match neighbours in the painting.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from .patches import Exemplars, Matches, inverse_lengths, label_keys, rows_of

_AT_ONCE = 4096  # patches looked at together: their vectors stay in the processor's cache
# Rounds: how far the neighbours are that are asked, and how far around its match a patch looks.
_FROM_A_GUESS = ((1, 2), (2, 32), (1, 4), (1, 1))
_FROM_NOTHING = ((8, 4096), (4, 256), (2, 32), (1, 8), (8, 64), (4, 16), (2, 4), (1, 2), (1, 1))
_LOOKS_AROUND = 2  # of every patch in a round
LOOKS = 1 + len(_FROM_A_GUESS) * (4 + _LOOKS_AROUND)
"""Exemplar patches that a patch is compared with, at most, where there is a guess."""


Shapes = tuple[tuple[int, int], ...]


class _Spots(NamedTuple):
    """Exemplar patches: the number of the map, and the first row and column in it, (n,) each."""

    number: Tensor
    y: Tensor
    x: Tensor

    def at(self, chosen: Tensor) -> "_Spots":
        """Those of some patches."""
        return _Spots(*(part[chosen] for part in self))


@torch.no_grad()
def follow(features: Tensor, source: Exemplars, guess: Matches | None = None, labels: Tensor | None = None, *,
           label_weight: float = 0.0, handicap: Tensor | None = None) -> Matches:  # fmt: skip
    """Similar exemplar patches for every patch of a feature map (1, C, h, w), near those guessed; scores as `match` has them.

    guess: matches of the same map a few steps ago, or `carried` from a smaller one; None begins anywhere, and finds less.
    The same input gives the same matches. Memory: a few MB plus some numbers for every patch.
    """
    looker = _Looker(features, source, labels, label_weight, handicap)
    random = torch.Generator().manual_seed(0)
    best = looker.anywhere(random) if guess is None else spots_of(guess, source.shapes)
    scores = torch.full_like(looker.inverse, -torch.inf)
    everything = torch.arange(len(best.y), device=features.device)
    looker.better(best, scores, best, everything)
    for stride, radius in _FROM_NOTHING if guess is None else _FROM_A_GUESS:
        for down, across in ((stride, 0), (-stride, 0), (0, stride), (0, -stride)):
            offered = looker.of_neighbours(best, down, across)
            differs = (offered.number != best.number) | (offered.y != best.y) | (offered.x != best.x)
            looker.better(best, scores, offered, differs.nonzero()[:, 0])
        for _ in range(_LOOKS_AROUND):
            looker.better(best, scores, looker.around(best, radius, random), everything)
    if labels is not None or handicap is not None:
        scores = torch.cat([looker.likeness(some, best.at(some)) for some in everything.split(_AT_ONCE)])
    first, width = looker.places(best)
    return Matches(first, width, scores.clamp(-1, 1), looker.shape)


def carried(matches: Matches, shapes: Shapes, source: Exemplars, shape: tuple[int, int]) -> Matches | None:
    """Matches of a smaller picture, brought to a map (height, width) and to the same exemplars enlarged.

    shapes: (height, width) of the exemplars that were matched. A patch keeps its place relative to the one it comes from,
    so that a piece of the painting goes on in one piece. None where the maps are not as many or have no room.
    """
    patch = source.patch
    if len(shapes) != len(source.shapes) or min(shape) < patch or min(map(min, shapes)) < patch:
        return None
    device, spots = matches.first.device, spots_of(matches, shapes)
    size, before = torch.tensor(source.shapes, device=device), torch.tensor(shapes, device=device)
    steps: list[Tensor] = []
    kept: list[Tensor] = []
    for side in (0, 1):
        growth = shape[side] / matches.shape[side]
        here = torch.arange(shape[side] - patch + 1, device=device)
        coarse = (here / growth).floor().long().clamp_max(matches.shape[side] - patch)
        steps.append(coarse)
        kept.append(here - coarse * growth)
    chosen = (steps[0][:, None] * (matches.shape[1] - patch + 1) + steps[1]).flatten()
    number = spots.number[chosen]
    rest = [part.flatten() for part in torch.meshgrid(*kept, indexing="ij")]
    moved = [
        (part[chosen] * (size[number, side] / before[number, side]) + rest[side]).round().long()
        for side, part in enumerate((spots.y, spots.x))
    ]
    y, x = (part.clamp_min(0).minimum(size[number, side] - patch) for side, part in enumerate(moved))
    first, width = _places(_Spots(number, y, x), source)
    return Matches(first, width, torch.zeros(len(first), device=device), shape)


def spots_of(matches: Matches, shapes: Shapes) -> _Spots:
    """The map, row and column of every match among maps (height, width)."""
    ends = torch.tensor([h * w for h, w in shapes], device=matches.first.device).cumsum(0)
    number = torch.bucketize(matches.first, ends, right=True)
    within = matches.first - torch.cat([ends.new_zeros(1), ends[:-1]])[number]
    return _Spots(number, within // matches.width, within % matches.width)


def _places(spots: _Spots, source: Exemplars) -> tuple[Tensor, Tensor]:
    """Places in the exemplars' table, and how far down it the next row is."""
    sizes = torch.tensor(source.shapes, device=spots.y.device)
    starts = sizes.prod(1).cumsum(0) - sizes.prod(1)
    width = sizes[spots.number, 1]
    return starts[spots.number] + spots.y * width + spots.x, width


@dataclass(frozen=True, slots=True)
class _Exemplar:
    """What belongs to every exemplar patch, map after map: one over its length, and its labels."""

    inverse: Tensor
    keys: Tensor | None


class _Looker:
    """One picture's patches, and what they are compared with."""

    def __init__(self, features: Tensor, source: Exemplars, labels: Tensor | None, label_weight: float,
                 handicap: Tensor | None) -> None:  # fmt: skip
        self.source, self.handicap = source, handicap
        picture = rows_of(features)
        self.shape = (picture.shape[0], picture.shape[1])
        patch = source.patch
        if min(self.shape) < patch:
            raise ValueError(f"a map of {self.shape[0]} x {self.shape[1]} has no room for a patch of {patch} x {patch}")
        self.down, self.across = self.shape[0] - patch + 1, self.shape[1] - patch + 1
        self.rows = picture.flatten(0, 1)
        self.inverse = inverse_lengths(picture, patch).flatten()
        self.keys = None if labels is None else label_weight * label_keys(labels, patch)
        keys = None if labels is None else torch.cat(source.keys)
        self.theirs = _Exemplar(torch.cat([part.flatten() for part in source.inverse]), keys)
        device = features.device
        self.sizes = torch.tensor(source.shapes, device=device)
        counts = (self.sizes - patch + 1).prod(1)
        self.begin = counts.cumsum(0) - counts
        self.last = self.sizes - patch  # the last row and column a patch of a map can begin at

    def anywhere(self, random: torch.Generator) -> _Spots:
        """A random exemplar patch for every patch of the picture."""
        count = len(self.theirs.inverse)
        drawn = torch.randint(count, (self.down * self.across,), generator=random).to(self.sizes.device)
        number = torch.bucketize(drawn, self.begin, right=True) - 1
        within, width = drawn - self.begin[number], self.last[number, 1] + 1
        return _Spots(number, within // width, within % width)

    def of_neighbours(self, best: _Spots, down: int, across: int) -> _Spots:
        """Where the matches of the neighbours so far up and to the left go on."""
        device = best.y.device
        rows, columns = torch.arange(self.down, device=device), torch.arange(self.across, device=device)
        above, left = (rows - down).clamp(0, self.down - 1), (columns - across).clamp(0, self.across - 1)
        theirs = best.at((above[:, None] * self.across + left).flatten())
        further = (rows - above)[:, None].expand(-1, self.across).flatten()
        beside = (columns - left).expand(self.down, -1).flatten()
        return self.inside(theirs.number, theirs.y + further, theirs.x + beside)

    def around(self, best: _Spots, radius: int, random: torch.Generator) -> _Spots:
        """A random place at most so far from every match."""
        moves = torch.randint(-radius, radius + 1, (2, len(best.y)), generator=random).to(best.y.device)
        return self.inside(best.number, best.y + moves[0], best.x + moves[1])

    def inside(self, number: Tensor, y: Tensor, x: Tensor) -> _Spots:
        """The nearest spots that lie within their maps."""
        last = self.last[number]
        return _Spots(number, y.clamp_min(0).minimum(last[:, 0]), x.clamp_min(0).minimum(last[:, 1]))

    def places(self, spots: _Spots) -> tuple[Tensor, Tensor]:
        """Places in the exemplars' table, and how far down it the next row is."""
        return _places(spots, self.source)

    def better(self, best: _Spots, scores: Tensor, offered: _Spots, chosen: Tensor) -> None:
        """Take what is offered to the patches `chosen` (numbers) wherever it scores higher, in place."""
        for some in chosen.split(_AT_ONCE):
            spots = offered.at(some)
            found = self.scores(some, spots)
            won = found > scores[some]
            winners = some[won]
            scores[winners] = found[won]
            for mine, theirs in zip(best, spots, strict=True):
                mine[winners] = theirs[won]

    def scores(self, patches: Tensor, spots: _Spots) -> Tensor:
        """How well patches (numbers) and exemplar patches go together, (n,)."""
        total = self.likeness(patches, spots)
        if self.keys is not None and self.theirs.keys is not None:
            total += (self.keys[patches] * self.theirs.keys[self.numbers(spots)]).sum(1)
        if self.handicap is not None:
            total -= self.handicap[self.places(spots)[0]].to(total.dtype)
        return total

    def likeness(self, patches: Tensor, spots: _Spots) -> Tensor:
        """Normalised cross-correlation of patches (numbers) and exemplar patches, (n,)."""
        patch, width = self.source.patch, self.shape[1]
        first, step = self.places(spots)
        mine = patches // self.across * width + patches % self.across
        total = torch.zeros(len(patches), dtype=self.inverse.dtype, device=patches.device)
        for y in range(patch):
            for x in range(patch):
                # index_select copies whole rows; in bfloat16 indexing by brackets takes six times as long.
                theirs = self.source.table.index_select(0, first + y * step + x)
                theirs *= self.rows.index_select(0, mine + y * width + x)
                total += theirs.sum(1, dtype=total.dtype)
        return total * self.inverse[patches] * self.theirs.inverse[self.numbers(spots)]

    def numbers(self, spots: _Spots) -> Tensor:
        """Which of all the exemplar patches these are."""
        return self.begin[spots.number] + spots.y * (self.last[spots.number, 1] + 1) + spots.x
