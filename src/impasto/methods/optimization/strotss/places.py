"""Where `strotss` looks: random places of a picture, anywhere or within one of its regions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from impasto.encoders.hypercolumns import sampled
from impasto.image.labels import Labels

MARGIN_PX = 8  # mirrored around pictures, so that their edges do not see the network's black surroundings
_FEWEST = 32  # places of a region, however small it is


@dataclass(frozen=True, slots=True)
class Region:
    """Some of the pixels of a label picture of (height, width): their numbers in reading order, and their share of it."""

    shape: tuple[int, int]
    pixels: Tensor
    share: float

    def places(self, count: int, random: torch.Generator) -> Tensor:
        """So many random places (n, 2) of y, x in [0, 1] within it."""
        chosen = self.pixels[torch.randint(len(self.pixels), (count,), generator=random)]
        corner = torch.stack([chosen // self.shape[1], chosen % self.shape[1]], 1)
        return (corner + anywhere(count, random)) / torch.tensor(self.shape)


def anywhere(count: int, random: torch.Generator) -> Tensor:
    """So many random places (n, 2) of y, x in [0, 1]."""
    return torch.rand((count, 2), generator=random)


def columns_at(look: Mapping[str, Tensor], places: Tensor, gains: Mapping[str, float]) -> Tensor:
    """Hypercolumns (n, C) of a picture seen with its margin, at places (n, 2) of y, x in [0, 1] within the picture.

    Places are moved to the middles of pixels: between four of them their mean is seen, and a grain as fine as the
    pixels, which the mean does not show, would be free to grow.
    """
    wide = places.new_tensor(look["picture"].shape[-2:])
    middles = ((places * (wide - 2 * MARGIN_PX)).floor() + 0.5).minimum(wide - 2 * MARGIN_PX - 0.5)
    return sampled(look, (middles + MARGIN_PX) / wide, gains)


def regions_of(labels: Labels, numbers: list[int]) -> list[Region]:
    """The regions of these numbers in a label picture."""
    height, width = labels.shape
    found = [torch.from_numpy(np.flatnonzero(labels == number)) for number in numbers]
    return [Region((height, width), pixels, len(pixels) / labels.size) for pixels in found]


def shared(count: int, shares: list[float]) -> list[int]:
    """How many of `count` places each region gets: in proportion, but never too few to say how it looks."""
    return [max(min(_FEWEST, count), round(count * share)) for share in shares]
