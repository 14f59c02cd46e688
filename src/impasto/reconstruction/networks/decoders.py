"""Decoders: an encoder's layer turned back into a picture, by the encoder's convolutions in reverse.

Every convolution is named after the one that it undoes: 4_1 takes the channels of conv4_1's output to those of its
input. Where the encoder pooled, pixels are doubled (nearest); all edges mirror; there is no normalisation anywhere,
which would wash out the very statistics that were put in (Huang & Belongie 2017, section 6.1; Li et al. 2017,
Universal, section 3.1). Features come as the encoder gives them and are divided by "scale" first, a typical size of
each channel.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from impasto.core import RunError
from impasto.engines.ops import Network, Ops, Value, Values, Weights
from impasto.weights import FILES, resolve, status
from impasto.weights.arrays import read_arrays
from impasto.weights.tensors import open_safetensors

from .encoders import INVERTIBLE, convs_up_to


def decode(o: Ops, w: Weights, features: Value, layer: str) -> Value:
    """A picture (N, 3, H, W), about [0, 1] and not clamped, from a layer's features. w: "relu4_1.4_1.weight" and so on."""
    x = o.divide(features, w[f"{layer}.scale"])
    for name in reversed(convs_up_to(layer)):
        x = o.conv(x, w[f"{layer}.{name}.weight"], w[f"{layer}.{name}.bias"])
        if name == "1_1":
            break
        x = o.relu(x)
        if name.endswith("_1"):
            x = o.upsample2(x)
    return x


def decoders(weights: Mapping[str, NDArray[np.float32]]) -> dict[str, Network]:
    """The decoders in a weight file, by layer: networks from "features" (1, C, h, w) to "picture"."""
    layers = dict.fromkeys(name.partition(".")[0] for name in weights)
    return {
        layer: _decoder(layer, {k: array for k, array in weights.items() if k.startswith(f"{layer}.")})
        for layer in layers
    }


def _decoder(layer: str, weights: Mapping[str, NDArray[np.float32]]) -> Network:
    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"picture": decode(o, w, inputs["features"], layer)}

    channels = weights[f"{layer}.scale"].shape[1]
    return Network(
        name=f"decoder from {layer}", forward=forward, weights=weights, inputs={"features": (1, channels, None, None)},
        outputs=("picture",),
    )  # fmt: skip


@lru_cache(maxsize=8)
def decoder_network(family: str, layer: str) -> Network:
    """The decoder of a layer out of a weight file that may hold several; no more than that is read.

    Raises RunError in one line where the file is nowhere, or has no decoder of that layer.
    """
    entry = FILES[family]
    shapes = {name: shape for name, shape in entry.shapes.items() if name.startswith(f"{layer}.")}
    if not shapes:
        known = [known for known in INVERTIBLE if f"{known}.scale" in entry.shapes]
        raise RunError(f"weights '{family}' have no decoder of {layer}, only of {', '.join(known)}")
    if problem := status(family).problem:
        more = " --encoder vgg19" if "vgg19" in family else ""
        more += f" --layer {layer}" if entry.recipe == "inverse_network" else ""
        more += " --preset gan" if "gan" in family else ""
        raise RunError(problem.replace(f"train {entry.recipe}'", f"train {entry.recipe}{more}'"))
    path = resolve(family)
    with open_safetensors(path, "np") as file:
        held = {name.partition(".")[0] for name in file.keys()}  # noqa: SIM118  (not a dict)
    if layer not in held and held & set(INVERTIBLE):
        recipe = f"inverse_network --layer {layer}" if family.startswith("inverse") else entry.recipe
        raise RunError(
            f"{path}: has decoders of {', '.join(sorted(held))}, not of {layer}; 'impasto train {recipe}' makes one, and "
            "IMPASTO_WEIGHTS names its folder"
        )
    return decoders(read_arrays(path, replace(entry, shapes=shapes)))[layer]


def decoder_of(kind: str, encoder: str, layer: str) -> str:
    """The weight file that has a kind of decoder ("inverse", "inverse_gan") of an encoder's layer.

    >>> decoder_of("inverse", "vgg19", "relu4_1"), decoder_of("inverse", "vgg19", "relu5_1")
    ('inverse_vgg19', 'inverse_vgg19_deep')
    """
    deep = "_deep" if (kind, encoder, layer) == ("inverse", "vgg19", "relu5_1") else ""
    return f"{kind}_{encoder}{deep}"
