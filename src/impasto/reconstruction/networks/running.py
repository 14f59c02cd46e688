"""Encoders and decoders at work: a picture into features, features into a picture, on whatever engine a run has.

Between the two lie the statistics of a method, in torch: of the whole picture, however the networks are run.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from impasto import engines
from impasto.core import Array, Context, RunOptions
from impasto.encoders.encoder import EncoderName
from impasto.encoders.hardware import choose_device, use_threads
from impasto.engines.ops import Network, Runner

from .decoders import decoder_network
from .encoders import encoder_network, multiple_of


class Rebuilder:
    """An encoder and its decoders for one run. Tensors in and out are float32, on the run's device."""

    def __init__(self, encoder: EncoderName, run: RunOptions, context: Context | None = None) -> None:
        """Networks are read when they are first needed. context: of the run, which says when to stop."""
        self.context = context
        self.encoder: EncoderName = encoder
        self.run = run
        self.device = choose_device(run)
        use_threads(run)
        self._ran: Runner | None = None
        self._used: dict[str, None] = {}

    def need(self, family: str, *layers: str) -> None:
        """Say before any work is done when a decoder is not there. Raises RunError in one line."""
        for layer in layers:
            decoder_network(family, layer)

    def look(self, picture: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Features of a picture (1, 3, H, W) in [0, 1] by layer. H and W that pooling would not divide are cut there."""
        self._used[self.encoder] = None
        return self._through(encoder_network(self.encoder, tuple(layers)), "picture", picture)

    def show(self, features: Tensor, family: str, layer: str) -> Tensor:
        """The picture (1, 3, H, W) that a decoder makes of a layer's features; values may leave [0, 1] a little."""
        self._used[family] = None
        return self._through(decoder_network(family, layer), "features", features)["picture"]

    def _through(self, network: Network, name: str, value: Tensor) -> dict[str, Tensor]:
        self._ran = engines.load(network, self.run)
        found = self._ran({name: np.ascontiguousarray(value.cpu().numpy())})
        return {key: torch.from_numpy(array).to(self.device) for key, array in found.items()}

    def facts(self) -> dict[str, object]:
        """What ran, for a report: the weights that were used and the engine."""
        return {"weights": list(self._used), **(engines.facts(self._ran) if self._ran else {})}


def mirrored_to(picture: Array, layer: str) -> Array:
    """A picture (H, W, 3) continued to the right and down, as in a mirror, until a layer's pooling leaves nothing over.

    >>> mirrored_to(np.zeros((5, 8, 3), np.float32), "relu3_1").shape
    (8, 8, 3)
    """
    multiple = multiple_of(layer)
    down, across = (-side % multiple for side in picture.shape[:2])
    return np.pad(picture, ((0, down), (0, across), (0, 0)), mode="symmetric") if down or across else picture
