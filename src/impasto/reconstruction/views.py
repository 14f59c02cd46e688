"""Pictures of any size as an encoder sees them and a decoder shows them: whole, or tile by tile in bounded memory.

Between looking and showing, one-pass methods measure the whole picture. In tiles that is done first, exactly, by sums
over tiles that do not overlap; then the statistics are frozen, so that what is shown depends on a pixel's surroundings
alone, and tiles cut out with as much around them as the networks can see fit without a seam.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor

from impasto.core import Array, Cancelled
from impasto.encoders.tiled import Span, halo_of, spans, stride_of

from .networks.encoders import convs_up_to
from .networks.running import Rebuilder
from .transfer import Change, Measure, Move, changed, guide_at

WHOLE_PIXELS = {"slim": 2_500_000, "vgg19": 800_000}
"""Up to here a picture is looked at in one piece: about 1 GB of features."""
TILE_PX = {"slim": 1024, "vgg19": 512}
"""Side of a tile without what is cut out around it."""

Statistics = TypeVar("Statistics")
StatisticsOut = TypeVar("StatisticsOut", covariant=True)


class Sums(Protocol[StatisticsOut]):
    """Statistics of features that come in pieces."""

    def add(self, features: Tensor, guide: Tensor | None = None) -> None:
        """Count a piece (1, C, h, w) where its guide (1, 1, h, w) says."""
        ...

    def whole(self) -> StatisticsOut | None:
        """Of all that was counted; None of one place or fewer."""
        ...


@dataclass(frozen=True, slots=True)
class TextureModel(Generic[Statistics]):
    """A statistic of features in its three forms: of a whole map, summed up over pieces, and given to other features."""

    measure: Measure[Statistics]
    sums: Callable[[], Sums[Statistics]]
    move: Move[Statistics]


class View:
    """A picture (1, 3, H, W), its sides multiples of what the deepest layer needs, as an encoder sees it."""

    def __init__(self, networks: Rebuilder, picture: Tensor, layers: Sequence[str], *, whole: bool = False) -> None:
        """layers: those that will be asked for. whole: never in tiles."""
        self.networks, self.picture, self.layers = networks, picture, tuple(layers)
        self.size: tuple[int, int] = (picture.shape[-2], picture.shape[-1])
        self.tile_px = TILE_PX[networks.encoder]
        self.in_tiles = not whole and self.size[0] * self.size[1] > WHOLE_PIXELS[networks.encoder]
        self._seen: dict[str, Tensor] = {}

    def features(self, layer: str) -> Tensor:
        """Of the whole picture at a layer."""
        if layer not in self._seen:
            self._seen = self.networks.look(self.picture, self.layers)
        return self._seen[layer]

    def statistics(self, layer: str, model: TextureModel[Statistics]) -> Callable[[Array | None], Statistics | None]:
        """What the model measures at a layer, wherever a mask (H, W) says."""

        def measured(mask: Array | None) -> Statistics | None:
            if not self.in_tiles:
                features = self.features(layer)
                return model.measure(features, None if mask is None else guide_at(mask, features))
            guide, sums = self.guide(mask, layer), model.sums()
            for tile in self.tiles(layer, halo_of((layer,))):
                features = tile.own(self.networks.look(tile.cut(self.picture), (layer,))[layer])
                sums.add(features, None if guide is None else tile.place(guide))
            return sums.whole()

        return measured

    def guide(self, mask: Array | None, layer: str) -> Tensor | None:
        """A mask (H, W) at a layer's size, (1, 1, h, w); None for one that is white everywhere."""
        if mask is None:
            return None
        stride = stride_of(layer)
        like = torch.empty((1, 1, self.size[0] // stride, self.size[1] // stride), device="meta")
        return guide_at(mask, like, self.networks.device)

    def repainted(self, layer: str, family: str, wanted: Sequence[Change[Any]], move: Move[Any],
                  strength: float) -> Tensor:  # fmt: skip
        """The picture that a family's decoder makes of the features at a layer, changed region by region."""
        guided = [(self.guide(change.guide, layer), change) for change in wanted]

        def made(features: Tensor, tile: "Tile | None") -> Tensor:
            part = [
                (guide if guide is None or tile is None else tile.around(guide), change) for guide, change in guided
            ]
            return changed(features, part, move, strength)

        return self.remade(layer, family, made)

    def remade(self, layer: str, family: str, make: Callable[[Tensor, "Tile | None"], Tensor], *, more: int = 0,
               every: int = 1) -> Tensor:  # fmt: skip
        """The picture that a family's decoder makes of the features at a layer, made over by `make`, tile by tile.

        more: how many places `make` looks to each side of a place. every: tiles begin at every so many-th place.
        """
        if not self.in_tiles:
            return self.networks.show(make(self.features(layer), None), family, layer)
        context, out = self.networks.context, torch.empty_like(self.picture)
        step = stride_of(layer) * every
        reach = halo_of((layer,)) + decoder_reach(layer) + more * stride_of(layer)
        for tile in self.tiles(layer, -(-reach // step) * step, step):
            if context is not None and context.stopping:
                raise Cancelled("stopped before every tile was painted; there is no whole picture to keep.")
            features = self.networks.look(tile.cut(self.picture), (layer,))[layer]
            out[tile.where] = tile.without_halo(self.networks.show(make(features, tile), family, layer))
        return out

    def lost(self, layer: str, family: str) -> Tensor:
        """What a family's decoder fails to give back of the picture from its features at a layer (1, 3, H, W)."""
        return self.picture - self.remade(layer, family, lambda features, _: features).clamp(0, 1)

    def tiles(self, layer: str, halo: int, step: int | None = None) -> "Iterator[Tile]":
        """Tiles that together are the picture, each with a halo. step: what they begin at multiples of, in pixels."""
        stride = stride_of(layer)
        for down in spans(self.size[0], self.tile_px, halo, step or stride):
            for across in spans(self.size[1], self.tile_px, halo, step or stride):
                yield Tile(down, across, stride)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of a picture, in pixels, at a layer of some stride."""

    down: Span
    across: Span
    stride: int

    @property
    def where(self) -> tuple[Any, ...]:
        """Its own pixels in the picture."""
        return (..., slice(*self.down.inner), slice(*self.across.inner))

    def cut(self, picture: Tensor) -> Tensor:
        """Its pixels, halo included."""
        return picture[..., slice(*self.down.outer), slice(*self.across.outer)]

    def without_halo(self, shown: Tensor) -> Tensor:
        """Its own pixels of what was made of `cut`."""
        return self._inner(shown, 1)

    def own(self, features: Tensor) -> Tensor:
        """Its own places of the features of `cut`."""
        return self._inner(features, self.stride)

    def place(self, values: Tensor) -> Tensor:
        """Its own places of a map of the whole picture's features."""
        return values[(..., *(slice(s.inner[0] // self.stride, s.inner[1] // self.stride) for s in self._sides))]

    def around(self, values: Tensor) -> Tensor:
        """Its places and its halo's of a map of the whole picture's features."""
        return values[(..., *(slice(s.outer[0] // self.stride, s.outer[1] // self.stride) for s in self._sides))]

    @property
    def _sides(self) -> tuple[Span, Span]:
        return self.down, self.across

    def _inner(self, values: Tensor, stride: int) -> Tensor:
        cuts = (tuple((end - s.outer[0]) // stride for end in s.inner) for s in self._sides)
        return values[(..., *(slice(*cut) for cut in cuts))]


def decoder_reach(layer: str) -> int:
    """How many pixels beyond the square that a place of a layer stands for its decoder carries it.

    >>> [decoder_reach(layer) for layer in ("relu1_1", "relu2_1", "relu4_1")]
    [1, 4, 30]
    """
    return sum(2 ** (int(name[0]) - 1) for name in convs_up_to(layer))
