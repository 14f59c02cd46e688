"""A style from one look at a painting: the prediction network of Ghiasi et al. 2017, made small.

A few strided convolutions look at the painting; the mean and the spread of every channel at every depth are turned by
one matrix into a code, and by another into the row of the transformer's norms (see cin.py). The paper's network is
Inception-v3, of which the mean of one deep layer is taken; its code has 100 numbers, as here.
"""

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from impasto.core import InputError
from impasto.engines.ops import Arrays, Network, Ops, Value, Values, Weights
from impasto.weights import layouts, manifest, resolve
from impasto.weights.arrays import read_arrays
from impasto.weights.layouts import CODE, LOOKS
from impasto.weights.tensors import open_safetensors

from . import cin

EPS = 1e-4  # under the root of a variance: a painting of one colour has a spread of 0.01
NAME = "ghiasi"


def encode(o: Ops, w: Weights, picture: Value) -> Value:
    """The code (N, 100) of a picture (N, 3, H, W) in [0, 1], of any size from 32 px on."""
    pooled: list[Value] = []
    x = picture
    for i in range(len(LOOKS) + 1):
        x = o.relu(o.conv(x, w[f"look{i}.weight"], w[f"look{i}.bias"], stride=2)) if i else x
        mean = o.mean(x)
        centred = o.subtract(x, mean)
        pooled += [mean, o.sqrt(o.add(o.mean(o.multiply(centred, centred)), EPS))]
    return o.linear(o.vector(o.concat(pooled)), w["code.weight"], w["code.bias"])


def row(o: Ops, w: Weights, code: Value) -> Value:
    """The row of the transformer's norms that a code stands for."""
    return o.linear(code, w["row.weight"], w["row.bias"])


def encoder(weights: Arrays, fingerprint: str = "") -> Network:
    """From "picture" to "code"."""

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"code": encode(o, w, inputs["picture"])}

    mine = {name: tensor for name, tensor in weights.items() if name.startswith(("look", "code"))}
    return Network(
        f"{NAME}-code", forward, mine, {"picture": (None, 3, None, None)}, ("code",), fingerprint=fingerprint
    )


def painter(weights: Arrays, *, kind: cin.Kind = "measuring", fingerprint: str = "") -> Network:
    """From "picture" and "code" to "picture", of a kind (see cin.py)."""
    inner = cin.painter(weights, kind=kind, name=NAME)

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return inner.forward(o, w, {**inputs, "row": row(o, w, inputs["code"])})

    inputs = {name: shape for name, shape in inner.inputs.items() if name != "row"} | {"code": (None, CODE)}
    mine = dict(inner.weights) | {name: tensor for name, tensor in weights.items() if name.startswith("row")}
    return replace(inner, forward=forward, weights=mine, inputs=inputs, fingerprint=fingerprint)


@lru_cache(maxsize=2)
def load(path: Path | None = None) -> tuple[Arrays, str]:
    """The trained tensors, float32, and their file's hash. A file made by `impasto train ghiasi` may have any width."""
    file = resolve(NAME, path)
    with open_safetensors(file, "np") as opened:
        if "down1.weight" not in opened.keys():  # noqa: SIM118  (not a dict)
            raise InputError(f"{file}: no tensor 'down1.weight'; these are not the weights of '{NAME}'")
        width = opened.get_slice("down1.weight").get_shape()[0]
    entry = replace(manifest.get(NAME), shapes=layouts.ghiasi(width))
    return read_arrays(file, entry), hashlib.sha256(file.read_bytes()).hexdigest()


def networks(weights: Arrays) -> dict[str, Network]:
    """Its parts, for export: what looks, what paints, and what paints tiles."""
    return {"code": encoder(weights), "painter": painter(weights), "tiles": painter(weights, kind="frozen")}
