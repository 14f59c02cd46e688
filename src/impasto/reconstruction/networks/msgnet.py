"""The network of Zhang & Dana 2017 (MSG-Net): a painting's Gram matrix at run time says how the photo is repainted.

Encoder and decoder are bottlenecks that begin with a rectifier (He et al. 2016, Identity Mappings); between them stands the
CoMatch layer, which turns the photo's features F (C, H W) by the Gram matrix G of the painting's own features there:

    Y = (W G)ᵀ F        (section 3.2)

W is learned and the same for all styles. What is not the paper's, so that a narrow network learns its paintings in minutes:
instance norm, which the paper has before every convolution, takes a painting's colours off before G is made and again
after Y; here only F goes through it. G, which without norm is mostly the means' product with themselves, is taken apart
into covariance and mean, and the painting's deviations are kept beside it, since G alone has the photo's detail in few
directions:

    Y = (diag(deviation) + W G)ᵀ F + mean

With W at nought this is AdaIN (Huang & Belongie 2017), where training begins. And pixels that were doubled are convolved
3 x 3 on the shortcut too, where the paper's 1 x 1 leaves blocks that only wide branches undo.
"""

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError
from impasto.engines.ops import Arrays, Network, Ops, Value, Values, Weights
from impasto.weights import layouts, manifest, resolve
from impasto.weights.arrays import read_arrays
from impasto.weights.tensors import open_safetensors

EPS = 1e-3  # under the root of the variance: with the usual 1e-5 flat skies are blown up into blobs
MULTIPLE = 4  # the picture is halved twice
NAME = "msgnet"


def bottleneck(o: Ops, w: Weights, x: Value, name: str, *, down: bool = False, up: bool = False) -> Value:
    """Rectifier and convolution three times (1 x 1, 3 x 3, 1 x 1), added to what came in.

    The shortcut is a convolution where the channels change. up: pixels are doubled in both branches.
    """
    stride = 2 if down else 1
    y = o.relu(o.conv(o.relu(x), w[f"{name}.1.weight"], w[f"{name}.1.bias"]))
    y = o.conv(o.upsample2(y) if up else y, w[f"{name}.2.weight"], w[f"{name}.2.bias"], stride=stride)
    y = o.conv(o.relu(y), w[f"{name}.3.weight"], w[f"{name}.3.bias"])
    x = o.upsample2(x) if up else x
    if f"{name}.skip.weight" in w:
        x = o.conv(x, w[f"{name}.skip.weight"], stride=stride)
    return o.add(x, y)


def look(o: Ops, w: Weights, picture: Value) -> Value:
    """Features (N, 4 width, H / 4, W / 4) of a picture (N, 3, H, W) in [0, 1], H and W multiples of 4."""
    x = o.relu(o.conv(picture, w["stem.weight"], w["stem.bias"]))
    x = bottleneck(o, w, x, "down1", down=True)
    return bottleneck(o, w, x, "down2", down=True)


def paint(o: Ops, w: Weights, picture: Value, matrix: Value, mean: Value) -> Value:
    """The picture repainted, in [0, 1]. matrix: as `comatch` gives it, (N, C, C); mean: (N, C); see the top of this file."""
    x = o.mix(matrix, o.normalise(look(o, w, picture), EPS))
    x = o.add(x, o.per_channel(mean))
    for i in range(1, layouts.MSGNET_BLOCKS + 1):
        x = bottleneck(o, w, x, f"block{i}")
    x = bottleneck(o, w, x, "up1", up=True)
    x = bottleneck(o, w, x, "up2", up=True)
    return o.sigmoid(o.conv(o.relu(x), w["out.weight"], w["out.bias"]))


def target(features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a painting's features (1, C, h, w) are to the network: their covariance (1, C, C) and mean (1, C)."""
    flat = features.reshape(*features.shape[:2], -1).astype(np.float64)
    mean = flat.mean(2)
    centred = flat - mean[..., None]
    covariance = centred @ centred.transpose(0, 2, 1) / flat.shape[2]
    return covariance.astype(np.float32), mean.astype(np.float32)


def comatch(weights: Arrays, covariance: NDArray[np.float32]) -> NDArray[np.float32]:
    """(diag(deviation) + W G / C)ᵀ, (1, C, C): what `paint` takes as its matrix. G: the covariance."""
    count = covariance.shape[-1]
    deviation = np.sqrt(np.einsum("ncc->nc", covariance) + EPS)
    turned = weights["comatch.weight"] @ covariance / count
    return np.ascontiguousarray((turned + deviation[..., None] * np.eye(count)).transpose(0, 2, 1), np.float32)


def encoder(weights: Arrays, fingerprint: str = "") -> Network:
    """From "picture" to "features"."""

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"features": look(o, w, inputs["picture"])}

    mine = {name: tensor for name, tensor in weights.items() if name.startswith(("stem", "down"))}
    return Network(f"{NAME}-look", forward, mine, {"picture": (None, 3, None, None)}, ("features",), MULTIPLE,
                   fingerprint=fingerprint)  # fmt: skip


def painter(weights: Arrays, fingerprint: str = "") -> Network:
    """From "picture", "matrix" and "mean" to "picture"."""

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"picture": paint(o, w, inputs["picture"], inputs["matrix"], inputs["mean"])}

    mine = {name: tensor for name, tensor in weights.items() if name != "comatch.weight"}
    channels = weights["comatch.weight"].shape[0]
    inputs = {"picture": (None, 3, None, None), "matrix": (None, channels, channels), "mean": (None, channels)}
    return Network(NAME, forward, mine, inputs, ("picture",), MULTIPLE, fingerprint=fingerprint)


@lru_cache(maxsize=2)
def load(path: Path | None = None) -> tuple[Arrays, str]:
    """The trained tensors, float32, and their file's hash. A file made by `impasto train msgnet` may have any width."""
    file = resolve(NAME, path)
    with open_safetensors(file, "np") as opened:
        if "comatch.weight" not in opened.keys():  # noqa: SIM118  (not a dict)
            raise InputError(f"{file}: no tensor 'comatch.weight'; these are not the weights of '{NAME}'")
        width = opened.get_slice("comatch.weight").get_shape()[0] // 4
    entry = replace(manifest.get(NAME), shapes=layouts.msgnet(width))
    return read_arrays(file, entry), hashlib.sha256(file.read_bytes()).hexdigest()


def networks(weights: Arrays) -> dict[str, Network]:
    """Its parts, for export: what looks at a painting, and what paints."""
    return {"look": encoder(weights), "painter": painter(weights)}
