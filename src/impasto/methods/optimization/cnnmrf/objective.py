"""The loss of painting by patches: features near the photo's, and near the mean of what their best patches say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from impasto.content.features import feature_loss
from impasto.content.smoothness import total_variation
from impasto.encoders.encoder import Encoder
from impasto.textures.patches import Exemplars, Matches, match, mrf_loss, swap, wear

MARGIN_PX = 4  # mirrored around every picture before the network sees it, so that no frame grows


@dataclass(frozen=True, slots=True)
class Targets:
    """What one scale is painted from: features of the photo, exemplars by layer, and the map that says what goes where.

    labels: (1, L, h, w) by layer, empty where matching is by looks alone.
    """

    content: dict[str, Tensor]
    style: dict[str, Exemplars]
    labels: dict[str, Tensor] = field(default_factory=dict[str, Tensor])


class PatchObjective:
    """The weighted loss at one scale; `refresh` seeks the best patches for the picture as it is."""

    def __init__(self, network: Encoder, targets: Targets, refresh_every: int, *, label_weight: float = 0.0,
                 variety: float = 0.0) -> None:  # fmt: skip
        """weights: by term, 1 until somebody sets them. label_weight, variety: see `textures.patches.match` and `wear`."""
        self.network, self.targets, self.refresh_every = network, targets, refresh_every
        self.label_weight, self.variety = label_weight, variety
        self.layers = (*targets.content, *targets.style)
        self.weights: Mapping[str, float] = {}
        self.matches: dict[str, Matches] = {}
        self.swapped: dict[str, Tensor] = {}

    @torch.no_grad()
    def refresh(self, picture: Tensor) -> None:
        """Seek the best patches for the picture, (1, 3, H, W), and hold on to them."""
        features = self.network(picture, self.targets.style, margin_px=MARGIN_PX)
        for layer, source in self.targets.style.items():
            before = self.matches.get(layer)
            self.matches[layer] = match(
                features[layer],
                source,
                self.targets.labels.get(layer),
                label_weight=self.label_weight,
                handicap=self.variety * wear(before, source) if before is not None and self.variety else None,
            )
            self.swapped[layer] = swap(self.matches[layer], source, keep_length=True)

    def terms(self, picture: Tensor) -> dict[str, Tensor]:
        """Every raw term by name."""
        features = self.network(picture, self.layers, margin_px=MARGIN_PX)
        found = {f"content {k}": feature_loss(features[k], target) for k, target in self.targets.content.items()}
        found |= {f"style {k}": mrf_loss(features[k], target) for k, target in self.swapped.items()}
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
