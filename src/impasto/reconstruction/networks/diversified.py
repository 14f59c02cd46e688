"""The generator of Li et al. 2017 (Diversified Texture Synthesis): many textures in one network, chosen by a selector.

A texture is a slot: the selector, one-hot or a blend, says which, and noise comes in through the channels of that slot
alone. Six sizes from a thirty-second on, each three convolutions; edges meet their other sides. Noise comes in at every
size, at the three larger ones the same for all textures: what has to make grain without any weaves a grid out of its own
enlarging instead.

The paper's selector is a second stream, the same at every place, that is joined to the first before every convolution;
behind a norm that takes means off it would be lost, so here it gives the norms their gains and shifts. The paper makes
one 8 x 8 block of features of a picture's two random numbers; here every place has its own numbers, so that textures of
any size can be made.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, InputError, unknown
from impasto.engines.ops import Arrays, Network, Ops, Value, Values, Weights
from impasto.weights import FILES, layouts, resolve
from impasto.weights.arrays import read_arrays
from impasto.weights.layouts import DIVERSE_NOISE, DIVERSE_OWN, diversified_noise
from impasto.weights.tensors import open_safetensors

EPS = 1e-3  # under the root of the variance
SLOPE = 0.2
SCALES = len(layouts.diversified_widths(7))
MULTIPLE = 2 ** (SCALES - 1)
NAME = "diversified"


def generate(o: Ops, w: Weights, noise: Sequence[Value], selector: Value) -> Value:
    """Textures (N, 3, 32 h, 32 w) in [0, 1]. noise: as `noise` makes it. selector: (N, M)."""
    x = None
    for scale in range(SCALES):
        x = noise[scale] if x is None else o.concat([o.upsample2(x), noise[scale]])
        for i in (1, 2, 3):
            name = f"scale{scale}.{i}"
            gain, shift = (o.per_channel(o.linear(selector, w[f"{name}.{part}"])) for part in ("gain", "shift"))
            x = o.normalise(o.conv(x, w[f"{name}.weight"], edge="wrap"), EPS)
            x = o.leaky_relu(o.add(o.multiply(x, gain), shift), SLOPE)
    return o.sigmoid(o.conv(x, w["out.weight"], w["out.bias"], edge="wrap"))


def sizes(height: int, width: int) -> list[tuple[int, int]]:
    """Height and width of the noises for a texture of that size, a multiple of 32; the smallest first."""
    return [(height * 2**i // MULTIPLE, width * 2**i // MULTIPLE) for i in range(SCALES)]


def noise(height: int, width: int, selector: NDArray[np.float32], seed: Sequence[int]) -> list[Array]:
    """Even noise in [-1, 1] for every size, smallest first: (1, 2 M, h, w) three times, as strong in every slot as the
    selector (1, M) is, then (1, 2, h, w).
    """
    random = np.random.default_rng(tuple(seed))
    strength = np.repeat(selector, DIVERSE_NOISE, axis=1)[..., None, None]
    drawn = [
        random.uniform(-1, 1, (1, diversified_noise(i, selector.shape[1]), *size)).astype(np.float32)
        for i, size in enumerate(sizes(height, width))
    ]
    return [strength * level if i < DIVERSE_OWN else level for i, level in enumerate(drawn)]


def painter(weights: Arrays, fingerprint: str = "") -> Network:
    """From "noise0" ... "noise5" and "selector" to "picture"."""
    slots = weights["scale0.1.gain"].shape[1]

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        return {"picture": generate(o, w, [inputs[f"noise{i}"] for i in range(SCALES)], inputs["selector"])}

    shapes: dict[str, tuple[int | None, ...]] = {
        f"noise{i}": (None, diversified_noise(i, slots), None, None) for i in range(SCALES)
    }
    strides = {f"noise{i}": MULTIPLE >> i for i in range(SCALES)}
    return Network(NAME, forward, weights, {**shapes, "selector": (None, slots)}, ("picture",), 1, fingerprint, strides)


@dataclass(frozen=True)
class Textures:
    """A trained file and the names of its slots."""

    weights: Arrays
    names: tuple[str, ...]
    file: Path
    sha256: str

    def selector(self, shares: dict[str, float]) -> NDArray[np.float32]:
        """The selector (1, M) of a texture, or of a blend whose shares are relative. UsageError with the nearest name."""
        found = np.zeros((1, len(self.names)), np.float32)
        for name, share in shares.items():
            if name not in self.names:
                raise unknown("texture", name, self.names, f"{self.file.name} has: {', '.join(self.names)}.")
            found[0, self.names.index(name)] += share / sum(shares.values())
        return found


@lru_cache(maxsize=4)
def load(network: str | None = None) -> Textures:
    """The shipped file, or one that `impasto train diversified` made. Raises InputError for one that is something else."""
    file = resolve(NAME) if network is None else Path(network).expanduser()
    with open_safetensors(file, "np") as opened:
        if "scale0.1.gain" not in opened.keys():  # noqa: SIM118  (not a dict)
            raise InputError(f"{file}: holds no textures with a selector, as 'impasto train diversified' makes them")
        width, count = opened.get_slice("scale0.1.gain").get_shape()
        names = tuple(filter(None, (opened.metadata() or {}).get("styles", "").split(",")))
    if len(names) != count:
        raise InputError(f"{file}: names {len(names)} textures and holds {count}")
    weights = read_arrays(file, replace(FILES[NAME], shapes=layouts.diversified(width, count)))
    return Textures(weights, names, file, hashlib.sha256(file.read_bytes()).hexdigest())
