"""The generator of Ulyanov et al. 2016 (texture networks): noise at six sizes becomes a texture, or repaints a photo.

At every size a small branch turns the noise into eight channels; from the smallest on they are doubled in size, joined
with the next larger one's and mixed by three convolutions. The edges meet their other sides, so that a texture can be
laid side by side with itself. To repaint a photo, the photo at that size is joined to the noise (section 3.3); there
edges mirror. The norms are of the picture itself (Ulyanov et al. 2017) or, trained with batch norm, fixed numbers.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from impasto.core import Array, InputError
from impasto.engines.ops import Arrays, Edge, Network, Ops, Value, Values, Weights
from impasto.weights import layouts, manifest, resolve
from impasto.weights.arrays import read_arrays
from impasto.weights.tensors import open_safetensors

EPS = 1e-3  # under the root of the variance
SLOPE = 0.01  # of the rectifiers (the authors' code)
MULTIPLE = 2 ** (layouts.TEXTURE_SCALES - 1)
NOISE = 3
"""Channels of noise at every size."""
TEXTURE, STYLE = "texture_net", "texture_net_style"
"""The weight files of noise alone and of a photo with noise."""

Norm = Callable[[Value, str], Value]


def generate(o: Ops, w: Weights, levels: list[Value], *, edge: Edge = "wrap", norm: Norm | None = None) -> Value:
    """A picture (N, 3, H, W) in [0, 1] from `levels`, (N, C, H / 2^i, W / 2^i), the largest first.

    norm: used in place of the network's own, in training.
    """
    norm = norm or (lambda x, name: fixed_norm(o, w, x, name))

    def layers(x: Value, name: str) -> Value:
        for i in (1, 2, 3):
            x = o.leaky_relu(norm(o.conv(x, w[f"{name}.{i}.weight"], edge=edge), f"{name}.{i}"), SLOPE)
        return x

    last = len(levels) - 1
    x = layers(levels[last], f"noise{last}")
    for scale in reversed(range(last)):
        fine = norm(layers(levels[scale], f"noise{scale}"), f"join{scale}.fine")
        x = layers(o.concat([norm(o.upsample2(x), f"join{scale}.coarse"), fine]), f"join{scale}")
    return o.sigmoid(o.conv(x, w["out.weight"], w["out.bias"]))


def fixed_norm(o: Ops, w: Weights, x: Value, name: str) -> Value:
    """The norm of a trained network: by stored statistics where it has them, else by the picture's own."""
    if f"{name}.mean" in w:
        centred = o.subtract(x, o.per_channel(w[f"{name}.mean"]))
        x = o.divide(centred, o.per_channel(w[f"{name}.deviation"]))
    else:
        x = o.normalise(x, EPS)
    gain, shift = (o.per_channel(w[f"{name}.{part}"]) for part in ("gain", "shift"))
    return o.add(o.multiply(x, gain), shift)


def sizes(height: int, width: int) -> list[tuple[int, int]]:
    """Height and width of every level, the largest first; both given are multiples of 32."""
    return [(height >> i, width >> i) for i in range(layouts.TEXTURE_SCALES)]


def noise(height: int, width: int, seed: int) -> list[Array]:
    """Even noise in [0, 1] for every level, (1, 3, h, w)."""
    random = np.random.default_rng(seed)
    return [random.random((1, NOISE, *size), np.float32) for size in sizes(height, width)]


def halvings(picture: Array) -> list[Array]:
    """A photo (1, 3, H, W) at every level, averaged by 2 x 2 pixels each time."""
    found = [picture]
    for _ in range(layouts.TEXTURE_SCALES - 1):
        n, channels, height, width = found[-1].shape
        found.append(found[-1].reshape(n, channels, height // 2, 2, width // 2, 2).mean((3, 5)))
    return found


def painter(weights: Arrays, name: str = TEXTURE, fingerprint: str = "") -> Network:
    """From "level0" ... "level5" to "picture"."""
    count = layouts.TEXTURE_SCALES
    channels = weights["noise0.1.weight"].shape[1]
    edge: Edge = "wrap" if channels == NOISE else "reflect"

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"picture": generate(o, w, [inputs[f"level{i}"] for i in range(count)], edge=edge)}

    shapes: dict[str, tuple[int | None, ...]] = {f"level{i}": (None, channels, None, None) for i in range(count)}
    strides = {f"level{i}": 2**i for i in range(count)}
    return Network(name, forward, weights, shapes, ("picture",), 1, fingerprint, strides)


@lru_cache(maxsize=4)
def load(name: str, path: Path | None = None) -> tuple[Arrays, tuple[str, ...], str]:
    """The trained tensors, float32, the names of what they make, and their file's hash."""
    file = resolve(name, path)
    with open_safetensors(file, "np") as opened:
        names, facts = set(opened.keys()), opened.metadata() or {}
        if "noise0.1.weight" not in names:
            raise InputError(f"{file}: no tensor 'noise0.1.weight'; these are not the weights of '{name}'")
    channels = NOISE if name == TEXTURE else NOISE + 3
    entry = replace(manifest.get(name), shapes=layouts.texture_net(channels, fixed="noise0.1.mean" in names))
    styles = tuple(filter(None, facts.get("styles", "").split(",")))
    return read_arrays(file, entry), styles, hashlib.sha256(file.read_bytes()).hexdigest()


def texture_network(weights: Arrays) -> Network:
    """The network of textures, for export."""
    return painter(weights, TEXTURE)


def style_network(weights: Arrays) -> Network:
    """The network that repaints, for export."""
    return painter(weights, STYLE)
