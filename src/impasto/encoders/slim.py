"""The slim encoder: VGG-19's layers with a quarter of its channels, taught to see what VGG-19 sees.

At each layer of TAPPED the features that come out are turned by a small square matrix (the "tap", C x C) chosen so that
distances mean what they mean in VGG-19. Training finds E (VGG's channels x C) with F_vgg ≈ E F_slim; with the tap
T = (Eᵀ E)^½ the features T F_slim have |T a - T b| = |E a - E b| for any a, b, and |T A Tᵀ| = |E A Eᵀ| for Gram
matrices (Frobenius norms). So content and style losses keep their scale and their balance between channels.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import UsageError
from impasto.weights import front_end as front_end_of
from impasto.weights import load as load_weights

from .vgg import CONVS, FRONT_ENDS, LAYERS, VGG19, FrontEnd, Pooling, Precision, check_layers, deepest

WIDTHS = (16, 32, 64, 128, 128)
"""Channels of each block."""
TAPPED: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1")
"""Layers that were taught: their features resemble VGG-19's. Those between have no counterpart."""
LAST = "relu5_1"
SLIM_CONVS: tuple[str, ...] = CONVS[: CONVS.index("5_1") + 1]


def taps_of(embeddings: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """(Eᵀ E)^½ for every E (VGG's channels, C): (C, C, 1, 1), in the order of the layers, as convolutions."""
    taps: dict[str, Tensor] = {}
    for layer, embedding in embeddings.items():
        values, vectors = torch.linalg.eigh(embedding.double().T @ embedding.double())
        root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
        taps[layer] = root.to(embedding.dtype)[..., None, None]
    return taps


class Slim(VGG19):
    """VGG-19's topology up to relu5_1 with fewer channels, and taps. Called as VGG-19 is.

    weights: "conv1_1.weight" and so on as for VGG-19, "tap1_1.weight" (C, C, 1, 1) for the layers that have one.
    Given tensors that require gradients, gradients reach them.
    """

    def __init__(self, weights: Mapping[str, Tensor], *, front_end: FrontEnd = FRONT_ENDS["caffe"], pooling: Pooling = "max",
                 precision: Precision = "float32", device: str | torch.device = "cpu") -> None:  # fmt: skip
        """Take the convolutions as VGG-19 does, and the taps."""
        super().__init__(weights, front_end=front_end, pooling=pooling, precision=precision, device=device)
        self._taps = {
            layer: weights[f"tap{layer[4:]}.weight"].to(self.device, self.dtype)
            for layer in TAPPED
            if f"tap{layer[4:]}.weight" in weights
        }

    @staticmethod
    def load(up_to: str = LAST, *, pooling: Pooling = "max", precision: Precision = "float32",
             device: str | torch.device = "cpu", path: Path | None = None) -> "Slim":  # fmt: skip
        """The network with its trained weights, read as far as layer `up_to`. Loaded once per process and setting."""
        check_reach((up_to,))
        return _load(up_to, pooling, precision, str(device), path)

    def __call__(self, picture: Tensor, layers: Iterable[str], *, margin_px: int = 0) -> dict[str, Tensor]:
        """Features of a picture, as VGG19.__call__; those of TAPPED layers are turned by their taps."""
        found = super().__call__(picture, check_reach(layers), margin_px=margin_px)
        return {name: F.conv2d(x, self._taps[name]) if name in self._taps else x for name, x in found.items()}


def check_reach(names: Iterable[str]) -> tuple[str, ...]:
    """The names, if the slim encoder has each; else a UsageError."""
    names = check_layers(names)
    if LAYERS.index(last := deepest(names)) > LAYERS.index(LAST):
        raise UsageError(f"no layer '{last}' in the slim encoder, which ends at {LAST}; encoder vgg19 has it")
    return names


@lru_cache(maxsize=4)
def _load(up_to: str, pooling: Pooling, precision: Precision, device: str, path: Path | None) -> Slim:
    computed = [layer[4:] for layer in LAYERS[: LAYERS.index(up_to) + 1] if layer.startswith("conv")]
    last = computed[-1]
    # Stored weights are read through the last tensor needed: a tap stands behind its convolution.
    last_stored = f"tap{last}" if f"relu{last}" in TAPPED else f"conv{last}"
    stored = load_weights("slim", path=path, up_to=last_stored)
    front_end = FRONT_ENDS[front_end_of("slim", path)]
    return Slim(stored, front_end=front_end, pooling=pooling, precision=precision, device=device)
