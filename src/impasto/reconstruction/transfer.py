"""One layer's features restyled in closed form, region by region: what AdaIN and WCT have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor

from impasto.core import Array, Inputs
from impasto.image import resize_mask

from .regions import Region, Source, read_regions

Statistics = TypeVar("Statistics")
Measure = Callable[[Tensor, Tensor | None], Statistics | None]
"""(features (1, C, h, w), guide (1, 1, h, w) or None) -> their statistics, None where too few places count."""
Move = Callable[[Tensor, Statistics, Statistics], Tensor]
"""(features, their own statistics, those wanted) -> features."""
Look = Callable[[Array | None], Statistics | None]
"""Statistics of a picture where a mask (H, W) is white, or of all of it."""


def regions_of(inputs: Inputs) -> tuple[Region, ...]:
    """The regions that the masks describe; without masks one, everywhere, to which every style gives its share."""
    return read_regions(inputs) or (
        Region(
            np.ones(inputs.content.shape[:2], np.float32),
            tuple(Source(number, share) for number, share in enumerate(inputs.style_shares)),
        ),
    )


@dataclass(frozen=True, slots=True)
class Change(Generic[Statistics]):
    """What a region is to become. guide: its mask (H, W). own: its statistics. wanted: those of its sources, by shares."""

    guide: Array
    own: Statistics
    wanted: tuple[tuple[float, Statistics], ...]


def changes(
    photo: Look[Statistics], looks: Sequence[Look[Statistics]], regions: Sequence[Region]
) -> list[Change[Statistics]]:
    """What is to become of each region: measured alone (Huang & Belongie 2017, section 7.4).

    A region of a single place, or whose sources have no more, is left out.
    """
    found: list[Change[Statistics]] = []
    for region in regions:
        own = photo(region.guide)
        if own is None:
            continue
        measured = [(source.share, looks[source.style](source.guide)) for source in region.sources]
        wanted = [(share, statistics) for share, statistics in measured if statistics is not None]
        total = sum(share for share, _ in wanted)
        if total:
            shares = tuple((share / total, statistics) for share, statistics in wanted)
            found.append(Change(region.guide, own, shares))
    return found


def changed(features: Tensor, wanted: Sequence[tuple[Tensor | None, Change[Statistics]]], move: Move[Statistics],
            strength: float = 1.0) -> Tensor:  # fmt: skip
    """Features (1, C, h, w) moved as the changes say, each where its guide (1, 1, h, w) counts, None being everywhere.

    What no region covers stays as it was. strength: how far to go from the features (0) to the styles' (1).
    """
    if strength == 0 or not wanted:
        return features
    made = torch.zeros_like(features)
    cover = torch.zeros_like(features[:, :1])
    for guide, change in wanted:
        total = torch.zeros_like(features)
        for share, statistics in change.wanted:
            total += share * move(features, change.own, statistics)
        where = torch.ones_like(cover) if guide is None else guide
        made += where * total
        cover += where
    made = made / cover.clamp_min(1) + (1 - cover).clamp_min(0) * features
    return torch.lerp(features, made, strength)


def guide_at(mask: Array, features: Tensor, device: torch.device | None = None) -> Tensor | None:
    """A mask (H, W) at the size of features, (1, 1, h, w); None for one that is white everywhere."""
    if mask.min() >= 1:
        return None
    small = resize_mask(mask, (features.shape[-2], features.shape[-1]))
    return torch.from_numpy(small)[None, None].to(device or features.device)
