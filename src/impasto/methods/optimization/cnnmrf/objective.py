"""The loss of painting by patches: features near the photo's, and near the mean of what their best patches say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from impasto.content.features import feature_loss
from impasto.content.smoothness import total_variation
from impasto.encoders.encoder import Encoder
from impasto.encoders.tiled import stride_of
from impasto.textures.following import Shapes, carried, follow
from impasto.textures.patches import Exemplars, Matches, match, mrf_loss, swap, wear

from .plan import searched_whole

_MARGIN_PX = 8  # at least; for deeper layers as much as one of their positions


def look(network: Encoder, picture: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
    """Features of a picture (1, 3, H, W) that goes on, mirrored, beyond its edges: {layer: (1, C, H // stride, W // stride)}.

    The network would see black there, and a frame would grow to match. What lies beyond is cut off again: patches of
    it would pull twice at the pixels that it mirrors, and leave a line.
    """
    layers = tuple(layers)
    margin = max([_MARGIN_PX, *(stride_of(layer) for layer in layers)])
    seen = network(picture, layers, margin_px=margin)
    found: dict[str, Tensor] = {}
    for layer, features in seen.items():
        height, width = layer_size(picture.shape[-2:], layer)
        beyond = margin // stride_of(layer)
        found[layer] = features[..., beyond : beyond + height, beyond : beyond + width]
    return found


def layer_size(size: Sequence[int], layer: str) -> tuple[int, int]:
    """Height and width of a layer of VGG-19 for a picture of (height, width).

    >>> layer_size((65, 100), "relu3_1")
    (16, 25)
    """
    return size[0] // stride_of(layer), size[1] // stride_of(layer)


@dataclass(frozen=True, slots=True)
class Targets:
    """What one scale is painted from: features of the photo, exemplars by layer, and the map that says what goes where.

    labels: (1, L, h, w) by layer, empty where matching is by looks alone. contours: the loss that keeps the photo's, if any.
    """

    content: dict[str, Tensor]
    style: dict[str, Exemplars]
    labels: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    contours: Callable[[Tensor], Tensor] | None = None


Found = tuple[Matches, Shapes]
"""Matches at one layer, and (height, width) of the exemplar maps they are among."""


class PatchObjective:
    """The weighted loss at one scale; `refresh` seeks the best patches for the picture as it is."""

    def __init__(self, network: Encoder, targets: Targets, refresh_every: int, *, label_weight: float = 0.0,
                 variety: float = 0.0, coarser: Mapping[str, Found] | None = None) -> None:  # fmt: skip
        """weights: by term, 1 until somebody sets them. label_weight, variety: see `textures.patches.match` and `wear`.

        coarser: what the scale before has `found`; followed where pictures are too large to search.
        """
        self.network, self.targets, self.refresh_every = network, targets, refresh_every
        self.label_weight, self.variety = label_weight, variety
        self.coarser: Mapping[str, Found] = coarser or {}
        self.layers = (*targets.content, *targets.style)
        self.weights: Mapping[str, float] = {}
        self.matches: dict[str, Matches] = {}
        self.swapped: dict[str, Tensor] = {}

    @torch.no_grad()
    def refresh(self, picture: Tensor) -> None:
        """Seek the best patches for the picture, (1, 3, H, W), and hold on to them."""
        features = look(self.network, picture, self.targets.style)
        for layer, source in self.targets.style.items():
            before, labels = self.matches.get(layer), self.targets.labels.get(layer)
            worn = self.variety * wear(before, source) if before is not None and self.variety else None
            shape = (features[layer].shape[-2], features[layer].shape[-1])
            how = {"label_weight": self.label_weight, "handicap": worn}
            if searched_whole(shape[0] * shape[1], len(source.table)):
                found = match(features[layer], source, labels, **how)
            else:
                found = follow(features[layer], source, before or self.guess(layer, source, shape), labels, **how)
            self.matches[layer] = found
            self.swapped[layer] = swap(found, source, keep_length=True)

    def guess(self, layer: str, source: Exemplars, shape: tuple[int, int]) -> Matches | None:
        """The matches of the scale before, brought to a map of this one; None where there was none."""
        before = self.coarser.get(layer)
        return None if before is None else carried(*before, source, shape)

    @property
    def found(self) -> dict[str, Found]:
        """What the next scale may follow."""
        return {layer: (found, self.targets.style[layer].shapes) for layer, found in self.matches.items()}

    def terms(self, picture: Tensor) -> dict[str, Tensor]:
        """Every raw term by name."""
        features = look(self.network, picture, self.layers)
        found = {f"content {k}": feature_loss(features[k], target) for k, target in self.targets.content.items()}
        found |= {f"style {k}": mrf_loss(features[k], target) for k, target in self.swapped.items()}
        if self.targets.contours is not None:
            found["laplacian"] = self.targets.contours(picture)
        return found | {"tv": total_variation(picture)}

    def __call__(self, picture: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Loss and raw terms of a picture under the matches of the last refresh."""
        found = self.terms(picture)
        loss = torch.stack([self.weights.get(name, 1.0) * term for name, term in found.items()]).sum()
        return loss, {name: term.item() for name, term in found.items()}

    @property
    def similarity(self) -> dict[str, float]:
        """Mean normalised cross-correlation of the picture's patches with their matches, by layer."""
        return {layer: found.similarity.mean().item() for layer, found in self.matches.items()}
