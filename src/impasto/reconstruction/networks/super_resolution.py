"""Enlarging with detail: the super-resolution network of Johnson et al. 2016, section 4.2.

The picture comes enlarged already, by windows as wide as its old pixels, and what the network adds is the detail that is
missing. It folds the enlarged picture to the size it had before, where the residual blocks work, and grows it again by
nearest x2 and convolution, which leaves no grid. No norms: brightness and contrast of the picture have to stay.
"""

import math

import numpy as np
from numpy.typing import NDArray

from impasto.engines.ops import Arrays, Network, Ops, Value, Values, Weights
from impasto.weights import layouts
from impasto.weights.layouts import SUPER_BLOCKS

FACTORS = (4, 8)
_REACH = (
    12  # pixels of the small picture: the stem, eight convolutions in blocks, and what lies between them and the end
)


def first_weights(factor: int, random: np.random.Generator, width: int = 64) -> dict[str, NDArray[np.float32]]:
    """Where training starts: blocks that do little, and nothing added to the picture yet."""
    found: dict[str, NDArray[np.float32]] = {}
    for name, shape in layouts.super_resolution(factor, width).items():
        gain = 0.0 if name.endswith(".bias") or name.startswith("out") else 0.3 if name.endswith("b.weight") else 1.0
        spread = gain * math.sqrt(2 / max(1, math.prod(shape[1:])))
        found[name] = (spread * random.standard_normal(shape)).astype(np.float32)
    return found


def sharpen(o: Ops, w: Weights, picture: Value, factor: int) -> Value:
    """An enlarged picture (N, 3, H, W) in [0, 1], H and W multiples of `factor`, with detail: about [0, 1], not clamped."""

    def conv(x: Value, name: str) -> Value:
        return o.conv(x, w[f"{name}.weight"], w[f"{name}.bias"])

    x = o.relu(conv(o.pixel_unshuffle(o.subtract(picture, 0.5), factor), "stem"))
    for i in range(1, SUPER_BLOCKS + 1):
        x = o.add(x, conv(o.relu(conv(x, f"block{i}a")), f"block{i}b"))
    for i in range(1, factor.bit_length()):
        x = o.relu(conv(o.upsample2(x), f"up{i}"))
    return o.add(picture, conv(x, "out"))


def factor_of(weights: Arrays) -> int:
    """How many times enlarged the pictures were that tensors were trained on."""
    return math.isqrt(weights["stem.weight"].shape[1] // 3)


def reach_px(factor: int) -> int:
    """How far a pixel of the result sees."""
    return _REACH * factor


def sharpener(weights: Arrays, fingerprint: str = "") -> Network:
    """From "picture", enlarged, to "picture" with detail, in [0, 1]."""
    factor = factor_of(weights)

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"picture": o.clamp(sharpen(o, w, inputs["picture"], factor), 0.0, 1.0)}

    shape = {"picture": (None, 3, None, None)}
    return Network(f"super_resolution_x{factor}", forward, weights, shape, ("picture",), factor, fingerprint)
