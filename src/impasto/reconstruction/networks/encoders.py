"""The encoders as networks: what VGG-19 or the slim encoder sees in a picture, for every engine.

Features are those of `impasto.encoders` but for the edge: every convolution mirrors its input there instead of taking
black, as the decoders that were taught to undo them need it (Huang & Belongie 2017, the authors' code).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from impasto.encoders.encoder import EncoderName
from impasto.encoders.slim import TAPPED
from impasto.encoders.vgg import CONVS, FRONT_ENDS, LAYERS, deepest
from impasto.engines.ops import Network, Ops, Value, Values, Weights
from impasto.weights import front_end as front_end_of
from impasto.weights import load as load_weights

if TYPE_CHECKING:
    from torch import Tensor

INVERTIBLE: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
"""Layers that have decoders, shallow to deep."""


def multiple_of(layer: str) -> int:
    """What height and width of a picture must be multiples of, so that a layer's features come back at its very size.

    >>> [multiple_of(layer) for layer in ("relu1_1", "relu3_1", "pool3")]
    [1, 4, 8]
    """
    return 2 ** (int(layer[4]) - (not layer.startswith("pool")))


def encode(o: Ops, w: Weights, picture: Value, layers: Sequence[str]) -> dict[str, Value]:
    """Features of pictures (N, 3, H, W), RGB in [0, 1], by layer: (N, C, h, w). w: as `encoder_tensors` gives them."""
    last = deepest(layers)
    x = o.subtract(picture, w["mean"])
    found: dict[str, Value] = {}
    for layer in LAYERS[: LAYERS.index(last) + 1]:
        if layer.startswith("conv"):
            x = o.conv(x, w[f"{layer}.weight"], w[f"{layer}.bias"])
        else:
            x = o.relu(x) if layer.startswith("relu") else o.max_pool2(x)
        if layer in layers:
            tap = f"tap{layer[4:]}.weight"
            found[layer] = o.conv(x, w[tap]) if tap in w else x
    return found


def encoder_tensors(name: EncoderName, up_to: str) -> "dict[str, Tensor]":
    """An encoder's weights in float32 with its front end folded in: "mean", RGB in [0, 1], and conv1_1 for what is left.

    conv1_1 takes RGB less the mean; the front end's scale, deviation and order of channels have moved into its filters.
    """
    import torch

    conv = [layer[4:] for layer in LAYERS[: LAYERS.index(up_to) + 1] if layer.startswith("conv")][-1]
    tapped = name == "slim" and f"relu{conv}" in TAPPED
    stored = load_weights(name, up_to=f"tap{conv}" if tapped else f"conv{conv}")
    front = FRONT_ENDS[front_end_of(name)]
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (front.mean, front.deviation))
    weight = stored["conv1_1.weight"] * (front.scale / deviation)
    if front.bgr:
        mean, weight = mean.flip(1), weight.flip(1)
    return {"mean": mean / front.scale, **stored, "conv1_1.weight": weight}


@lru_cache(maxsize=4)
def encoder_network(name: EncoderName, layers: tuple[str, ...]) -> Network:
    """The network that gives the features at `layers`; H and W must be multiples of `multiple_of(deepest layer)`."""
    last = deepest(layers)
    wanted = {f"tap{layer[4:]}.weight" for layer in layers}
    weights = {
        key: np.ascontiguousarray(tensor.numpy())
        for key, tensor in encoder_tensors(name, last).items()
        if not key.startswith("tap") or key in wanted
    }

    def forward(o: Ops, w: Weights, inputs: Values) -> Mapping[str, Value]:
        return encode(o, w, inputs["picture"], layers)

    return Network(
        name=f"{name} to {'+'.join(layers)}", forward=forward, weights=weights, inputs={"picture": (1, 3, None, None)},
        outputs=layers, multiple=multiple_of(last),
    )  # fmt: skip


def convs_up_to(layer: str) -> tuple[str, ...]:
    """The convolutions that lead to a layer, as "1_1", shallow to deep."""
    return CONVS[: CONVS.index(layer[4:]) + 1]
