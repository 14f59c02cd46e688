"""The generator of Li & Wand 2016 (MGAN): an encoder's features of the photo, decoded into strokes of one painting.

The paper's is VGG-19 to relu4_1 and transposed convolutions with batch norm. Here the slim encoder looks, one norm
brings what it sees to a mean and a spread of the network's own for every channel, and a decoder without norms, which
doubles pixels and convolves, paints. With the painting's moments in that norm the generator is AdaIN's for this painting
(Huang & Belongie 2017), and there training begins.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from impasto.core import InputError
from impasto.engines.ops import Arrays, Network, Ops, Value, Values, Weights
from impasto.weights import FILES, resolve
from impasto.weights.arrays import read_arrays
from impasto.weights.tensors import open_safetensors

from .decoders import decode
from .encoders import encode, encoder_network, multiple_of

EPS = 1e-3  # under the root of the variance
LAYER = "relu4_1"  # Li & Wand 2016, section 4.2
MULTIPLE = multiple_of(LAYER)
NAME = "mgan"


def repaint(o: Ops, w: Weights, features: Value) -> Value:
    """A picture (N, 3, H, W), about [0, 1] and not clamped, from features (N, 128, H / 8, W / 8) of a photo."""
    x = o.multiply(o.normalise(features, EPS), o.per_channel(w["gain"]))
    return decode(o, w, o.add(x, o.per_channel(w["shift"])), LAYER)


def painter(weights: Arrays, fingerprint: str = "") -> Network:
    """From "picture" to "picture", through the slim encoder."""

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        features = encode(o, w, inputs["picture"], (LAYER,))[LAYER]
        return {"picture": o.clamp(repaint(o, w, features), 0.0, 1.0)}

    eyes: Mapping[str, object] = encoder_network("slim", (LAYER,)).weights
    whole: Arrays = {**eyes, **weights}  # type: ignore[dict-item]
    return Network(NAME, forward, whole, {"picture": (None, 3, None, None)}, ("picture",), MULTIPLE, fingerprint)


@lru_cache(maxsize=4)
def load(network: str | None = None) -> tuple[Arrays, tuple[str, ...], str]:
    """The trained tensors, the name of the style, and the file's hash: of the shipped file, or of one that `impasto train
    mgan` made. Raises InputError for one that is something else.
    """
    file = resolve(NAME) if network is None else Path(network).expanduser()
    with open_safetensors(file, "np") as opened:
        if not {"gain", f"{LAYER}.scale"} <= set(opened.keys()):
            raise InputError(f"{file}: holds no generator of one style, as 'impasto train mgan' makes it")
        styles = tuple(filter(None, (opened.metadata() or {}).get("styles", "").split(",")))
    return read_arrays(file, FILES[NAME]), styles, hashlib.sha256(file.read_bytes()).hexdigest()
