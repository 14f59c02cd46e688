"""One layer's features restyled in closed form, region by region: what AdaIN and WCT have in common."""

from collections.abc import Callable, Sequence
from typing import TypeVar

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


def regions_of(inputs: Inputs) -> tuple[Region, ...]:
    """The regions that the masks describe; without masks one, everywhere, to which every style gives its share."""
    return read_regions(inputs) or (
        Region(
            np.ones(inputs.content.shape[:2], np.float32),
            tuple(Source(number, share) for number, share in enumerate(inputs.style_shares)),
        ),
    )


def restyled(features: Tensor, looks: Sequence[Tensor], regions: Sequence[Region], measure: Measure[Statistics],
             move: Move[Statistics], strength: float = 1.0) -> Tensor:  # fmt: skip
    """Give features (1, C, h, w) the statistics of the styles' features, each region those of its own sources.

    A region is measured alone and moved alone (Huang & Belongie 2017, section 7.4), several sources by their shares.
    What no region covers stays as it was, as does a region of a single place. strength: how far to go from the
    features (0) to the styles' (1).
    """
    if strength == 0:
        return features
    made = torch.zeros_like(features)
    cover = torch.zeros_like(features[:, :1])
    for region in regions:
        guide = guide_at(region.guide, features)
        own = measure(features, guide)
        if own is None:
            continue
        total = torch.zeros_like(features)
        shares = 0.0
        for source in region.sources:
            look = looks[source.style]
            wanted = measure(look, None if source.guide is None else guide_at(source.guide, look))
            if wanted is not None:
                total += source.share * move(features, own, wanted)
                shares += source.share
        if shares:
            where = torch.ones_like(cover) if guide is None else guide
            made += where * total / shares
            cover += where
    made = made / cover.clamp_min(1) + (1 - cover).clamp_min(0) * features
    return torch.lerp(features, made, strength)


def guide_at(mask: Array, features: Tensor) -> Tensor | None:
    """A mask (H, W) at the size of features, (1, 1, h, w); None for one that is white everywhere."""
    if mask.min() >= 1:
        return None
    small = resize_mask(mask, (features.shape[-2], features.shape[-1]))
    return torch.from_numpy(small)[None, None].to(features.device)
