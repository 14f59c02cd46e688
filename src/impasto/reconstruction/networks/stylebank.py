"""StyleBank, Chen et al. 2017: an auto-encoder that knows no style, and for every style a bank of filters between its halves.

Encoder and decoder by themselves give the photo back; what a style adds is one convolution K of the features F, so that
styles are mixed by mixing what their banks give, in shares or in places:

    picture = D(Σ_i M_i (K_i * F))        (section 3.4)

The paper has instance norm after every convolution, and every photo's own brightness and contrast are lost in it. Here
the auto-encoder has none, so that it can give them back; only what the banks see is brought to mean 0 and deviation 1,
by `levelled`. The decoder has three residual blocks, which the paper's has not.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError, unknown
from impasto.engines.ops import Arrays, Network, Ops, Value, Values, Weights
from impasto.weights import FILES, layouts, resolve
from impasto.weights.arrays import read_arrays
from impasto.weights.layouts import BANK
from impasto.weights.tensors import open_safetensors

EPS = 1e-3  # under the root of the variance: with the usual 1e-5 flat skies are blown up into blobs
MULTIPLE = 4  # the picture is halved twice
NAME = "stylebank"

Floats = NDArray[np.float32]


def encode(o: Ops, w: Weights, picture: Value) -> Value:
    """Features (N, 4 width, H / 4, W / 4) of a picture (N, 3, H, W) in [0, 1], H and W multiples of 4."""
    x = o.relu(o.conv(picture, w["down1.weight"], w["down1.bias"]))
    x = o.relu(o.conv(x, w["down2.weight"], w["down2.bias"], stride=2))
    return o.relu(o.conv(x, w["down3.weight"], w["down3.bias"], stride=2))


def levelled(o: Ops, features: Value) -> Value:
    """What banks see of features: every channel at mean 0 and deviation 1 over the picture."""
    return o.normalise(features, EPS)


def decode(o: Ops, w: Weights, features: Value) -> Value:
    """The picture of features, about [0, 1] and not clamped."""
    x = features
    for i in range(1, layouts.BANK_BLOCKS + 1):
        y = o.relu(o.conv(x, w[f"block{i}a.weight"], w[f"block{i}a.bias"]))
        x = o.add(x, o.conv(y, w[f"block{i}b.weight"], w[f"block{i}b.bias"]))
    x = o.relu(o.conv(o.upsample2(x), w["up1.weight"], w["up1.bias"]))
    x = o.relu(o.conv(o.upsample2(x), w["up2.weight"], w["up2.bias"]))
    return o.add(o.conv(x, w["out.weight"], w["out.bias"]), 0.5)


@dataclass(frozen=True)
class Banks:
    """A trained file: encoder and decoder, a bank (4 w, 4 w, 3, 3) and bias (4 w,) for every name."""

    frame: Mapping[str, Floats]
    banks: Floats
    biases: Floats
    names: tuple[str, ...]
    file: Path
    sha256: str

    def fused(self, shares: Mapping[str, float]) -> tuple[Floats, Floats]:
        """One bank and bias for a mixture of styles, whose shares sum to one (linear fusion). UsageError with the nearest name."""
        bank, bias = np.zeros_like(self.banks[0]), np.zeros_like(self.biases[0])
        for name, share in shares.items():
            at = self.index(name)
            bank, bias = bank + np.float32(share) * self.banks[at], bias + np.float32(share) * self.biases[at]
        return bank, bias

    def index(self, name: str) -> int:
        """Where a style's bank lies."""
        if name not in self.names:
            raise unknown("style", name, self.names, f"{self.file.name} has: {', '.join(self.names)}.")
        return self.names.index(name)


def encoder(frame: Arrays, fingerprint: str = "") -> Network:
    """From "picture" to "features"."""

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"features": encode(o, w, inputs["picture"])}

    mine = {name: tensor for name, tensor in frame.items() if name.startswith("down")}
    return Network(f"{NAME}-encoder", forward, mine, {"picture": (None, 3, None, None)}, ("features",), MULTIPLE,
                   fingerprint=fingerprint)  # fmt: skip


def decoder(frame: Arrays, fingerprint: str = "") -> Network:
    """From "features" to "picture"."""

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"picture": o.clamp(decode(o, w, inputs["features"]), 0.0, 1.0)}

    mine = {name: tensor for name, tensor in frame.items() if name.startswith(("block", "up", "out"))}
    channels = frame["up1.weight"].shape[1]
    return Network(f"{NAME}-decoder", forward, mine, {"features": (None, channels, None, None)}, ("picture",),
                   strides={"features": MULTIPLE}, fingerprint=fingerprint)  # fmt: skip


def painter(frame: Arrays, bank: Floats, bias: Floats) -> Network:
    """From "picture" to "picture" with one bank between."""

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        x = o.conv(levelled(o, encode(o, w, inputs["picture"])), w["bank"], w["bank_bias"])
        return {"picture": o.clamp(decode(o, w, x), 0.0, 1.0)}

    weights = {**frame, "bank": bank, "bank_bias": bias}
    return Network(NAME, forward, weights, {"picture": (None, 3, None, None)}, ("picture",), MULTIPLE)


@lru_cache(maxsize=4)
def load(network: str | None = None) -> Banks:
    """The shipped file, or one that `impasto train stylebank` made. Raises InputError for one that is something else."""
    file = resolve(NAME) if network is None else Path(network).expanduser()
    with open_safetensors(file, "np") as opened:
        if not {BANK, "down1.weight"} <= set(opened.keys()):
            raise InputError(f"{file}: holds no banks of styles, as 'impasto train stylebank' makes them")
        width = opened.get_slice("down1.weight").get_shape()[0]
        count = opened.get_slice(BANK).get_shape()[0]
        names = tuple(filter(None, (opened.metadata() or {}).get("styles", "").split(",")))
    if len(names) != count:
        raise InputError(f"{file}: names {len(names)} styles and holds {count}")
    weights = read_arrays(file, replace(FILES[NAME], shapes=layouts.stylebank(width, count)))
    banks, biases = weights.pop(BANK), weights.pop("bank_bias")
    return Banks(weights, banks, biases, names, file, hashlib.sha256(file.read_bytes()).hexdigest())


def networks(weights: Arrays) -> dict[str, Network]:
    """For export: the two halves, and a whole network for every style, by number."""
    frame = {name: tensor for name, tensor in weights.items() if name not in (BANK, "bank_bias")}
    pairs: Sequence[tuple[Floats, Floats]] = list(zip(weights[BANK], weights["bank_bias"], strict=True))
    styles = {f"style{i}": painter(frame, *pair) for i, pair in enumerate(pairs, 1)}
    return {"encoder": encoder(frame), "decoder": decoder(frame), **styles}
