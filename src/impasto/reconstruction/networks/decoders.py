"""Decoders: an encoder's layer turned back into a picture, by the encoder's convolutions in reverse.

Every convolution is named after the one that it undoes: 4_1 takes the channels of conv4_1's output to those of its
input. Where the encoder pooled, pixels are doubled (nearest); all edges mirror; there is no normalisation anywhere,
which would wash out the very statistics that were put in (Huang & Belongie 2017, section 6.1; Li et al. 2017,
Universal, section 3.1). Features come as the encoder gives them and are divided by "scale" first, a typical size of
each channel.
"""

from functools import lru_cache

import numpy as np

from impasto.core import RunError
from impasto.engines.ops import Network, Ops, Value, Values, Weights
from impasto.weights import FILES, status
from impasto.weights import load as load_weights

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


@lru_cache(maxsize=8)
def decoder_network(family: str, layer: str) -> Network:
    """The decoder of a layer out of a weight file that may hold several: "features" (1, C, h, w) to "picture".

    Raises RunError in one line where the file is nowhere, or has no decoder of that layer.
    """
    prefix = f"{layer}."
    entry = FILES[family]
    if not any(name.startswith(prefix) for name in entry.shapes):
        known = [known for known in INVERTIBLE if f"{known}.scale" in entry.shapes]
        raise RunError(f"weights '{family}' have no decoder of {layer}, only of {', '.join(known)}")
    if problem := status(family).problem:
        raise RunError(problem)
    weights = {name: np.ascontiguousarray(tensor.numpy()) for name, tensor in load_weights(family, part=prefix).items()}
    channels = weights[f"{layer}.scale"].shape[1]

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"picture": decode(o, w, inputs["features"], layer)}

    return Network(
        name=f"{family} from {layer}", forward=forward, weights=weights, inputs={"features": (1, channels, None, None)},
        outputs=("picture",),
    )  # fmt: skip


def decoder_of(kind: str, encoder: str, layer: str) -> str:
    """The weight file that has a kind of decoder ("inverse", "inverse_gan") of an encoder's layer.

    >>> decoder_of("inverse", "vgg19", "relu4_1"), decoder_of("inverse", "vgg19", "relu5_1")
    ('inverse_vgg19', 'inverse_vgg19_deep')
    """
    deep = "_deep" if (kind, encoder, layer) == ("inverse", "vgg19", "relu5_1") else ""
    return f"{kind}_{encoder}{deep}"
