"""The network of Zhang & Dana 2017 (MSG-Net): a painting's Gram matrix at run time says how the photo is repainted.

Encoder and decoder are bottlenecks that begin with a rectifier (He et al. 2016, Identity Mappings); between them stands the
CoMatch layer, which turns the photo's features F (C, H W) by the Gram matrix G of the painting's own features there:

    Y = (W G)ᵀ F        (section 3.2)

W is learned and the same for all styles. Nothing else tells the network which painting it is.

What is not the paper's, so that a narrow network learns its paintings in minutes. Instance norm, which the paper has before
every convolution, takes a painting's colours and contrasts off before G is made, and again after Y; here only F goes through
it, once, at CoMatch. G, which without norm is mostly the means' product with themselves, is taken apart into the
covariance, which is turned, and the mean, which is added:

    Y = (W G)ᵀ F + mean

W begins as the inverse root of the paintings' mean covariance: with W at one, G would sharpen what is strongest in a
painting and drown the rest of the photo (a step of power iteration); so, W G is about a root of G, as in the closed form.
Rectifiers leak, so that no channel falls silent for good, and pixels that were doubled are convolved 3 x 3 on the
shortcut too, where the paper's 1 x 1 leaves blocks that only wide branches undo.
"""

import hashlib
from dataclasses import dataclass, replace
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
LEAK = 0.2
MULTIPLE = 4  # the picture is halved twice
NAME = "msgnet"


def bottleneck(o: Ops, w: Weights, x: Value, name: str, *, down: bool = False, up: bool = False) -> Value:
    """Leaky rectifier and convolution three times (1 x 1, 3 x 3, 1 x 1), added to what came in.

    The shortcut is a convolution where the channels change. up: pixels are doubled in both branches.
    """
    stride = 2 if down else 1
    y = o.leaky_relu(o.conv(o.leaky_relu(x, LEAK), w[f"{name}.1.weight"], w[f"{name}.1.bias"]), LEAK)
    y = o.conv(o.upsample2(y) if up else y, w[f"{name}.2.weight"], w[f"{name}.2.bias"], stride=stride)
    y = o.conv(o.leaky_relu(y, LEAK), w[f"{name}.3.weight"], w[f"{name}.3.bias"])
    x = o.upsample2(x) if up else x
    if f"{name}.skip.weight" in w:
        x = o.conv(x, w[f"{name}.skip.weight"], stride=stride)
    return o.add(x, y)


def look(o: Ops, w: Weights, picture: Value) -> Value:
    """Features (N, 4 width, H / 4, W / 4) of a picture (N, 3, H, W) in [0, 1], H and W multiples of 4."""
    x = o.leaky_relu(o.conv(picture, w["stem.weight"], w["stem.bias"]), LEAK)
    x = bottleneck(o, w, x, "down1", down=True)
    return bottleneck(o, w, x, "down2", down=True)


def paint(o: Ops, w: Weights, picture: Value, matrix: Value, mean: Value) -> Value:
    """The picture repainted, about [0, 1] and not clamped. matrix: as `comatch` gives it, (N, C, C); mean: (N, C)."""
    x = o.mix(matrix, o.normalise(look(o, w, picture), EPS))
    x = o.add(x, o.per_channel(mean))
    for i in range(1, layouts.MSGNET_BLOCKS + 1):
        x = bottleneck(o, w, x, f"block{i}")
    x = bottleneck(o, w, x, "up1", up=True)
    x = bottleneck(o, w, x, "up2", up=True)
    return o.add(o.conv(o.leaky_relu(x, LEAK), w["out.weight"], w["out.bias"]), 0.5)


def target(features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a painting's features (1, C, h, w) are to the network: their covariance (1, C, C) and mean (1, C)."""
    flat = features.reshape(*features.shape[:2], -1).astype(np.float64)
    mean = flat.mean(2)
    centred = flat - mean[..., None]
    covariance = centred @ centred.transpose(0, 2, 1) / flat.shape[2]
    return covariance.astype(np.float32), mean.astype(np.float32)


def comatch(weights: Arrays, covariance: NDArray[np.float32]) -> NDArray[np.float32]:
    """(W G)ᵀ, (1, C, C): what `paint` takes as its matrix. G: the covariance."""
    return np.ascontiguousarray((weights["comatch.weight"] @ covariance).transpose(0, 2, 1), np.float32)


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
        return {"picture": o.clamp(paint(o, w, inputs["picture"], inputs["matrix"], inputs["mean"]), 0.0, 1.0)}

    mine = {name: tensor for name, tensor in weights.items() if name != "comatch.weight"}
    channels = weights["comatch.weight"].shape[0]
    inputs = {"picture": (None, 3, None, None), "matrix": (None, channels, channels), "mean": (None, channels)}
    return Network(NAME, forward, mine, inputs, ("picture",), MULTIPLE, fingerprint=fingerprint)


@dataclass(frozen=True)
class Trained:
    """A trained file: its tensors, float32, and between which long sides it saw its paintings."""

    weights: Arrays
    sha256: str
    smallest_px: int
    largest_px: int


@lru_cache(maxsize=2)
def load(path: Path | None = None) -> Trained:
    """The shipped file, or one of any width that `impasto train msgnet` made. InputError for one that is something else."""
    file = resolve(NAME, path)
    with open_safetensors(file, "np") as opened:
        if "comatch.weight" not in opened.keys():  # noqa: SIM118  (not a dict)
            raise InputError(f"{file}: no tensor 'comatch.weight'; these are not the weights of '{NAME}'")
        width = opened.get_slice("comatch.weight").get_shape()[0] // 4
        sizes = [int(size) for size in (opened.metadata() or {}).get("style_px", "256").split(",")]
    entry = replace(manifest.get(NAME), shapes=layouts.msgnet(width))
    return Trained(read_arrays(file, entry), hashlib.sha256(file.read_bytes()).hexdigest(), min(sizes), max(sizes))


def networks(weights: Arrays) -> dict[str, Network]:
    """Its parts, for export: what looks at a painting, and what paints."""
    return {"look": encoder(weights), "painter": painter(weights)}
