"""The transformer whose norms carry the style: conditional instance normalisation, Dumoulin et al. 2017.

A residual network of Johnson et al. 2016 paints; all its filters are shared, and a style is one row of numbers, a gain γ
and a shift β for every channel of every styled norm: z = γ (x - μ) / σ + β (Dumoulin et al. 2017, eq. 5). The three
layers that make the picture smaller have a norm of their own (Ghiasi et al. 2017); the thirteen others are styled.

μ and σ are the picture's own. The text gives them out and takes them back in, so that a picture can be painted in tiles
that all see the statistics of the whole.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np

from impasto.engines.ops import Arrays, Network, Ops, Value, Values, Weights
from impasto.weights.layouts import CIN_BLOCKS, cin, cin_contracting, cin_row_length, cin_styled

EPS = 1e-3  # under the root of the variance: with the usual 1e-5 flat skies are blown up into blobs
MULTIPLE = 4  # the picture is halved twice
MARGIN_PX = 16  # beyond which the frame that networks paint along an edge has faded
FIELD_PX = 56  # how far a painted pixel sees, rounded up to MULTIPLE: 40 the residual blocks, 13 the layers around them


Kind = Literal["whole", "measuring", "frozen"]
"""whole: paints a whole picture, as fast as can be. measuring: gives its "statistics" out, too. frozen: takes those of an
earlier pass, for tiles."""


def statistics_length(width: int) -> int:
    """How many numbers the statistics of one picture are: μ and σ of every channel of every norm."""
    return cin_row_length(width) + 2 * sum(cin_contracting(width).values())


def plain_row(width: int) -> Value:
    """The row of no style, γ = 1 and β = 0: (1, row_length) float32."""
    return np.concatenate([np.repeat([[1.0, 0.0]], c, 1) for c in cin_styled(width).values()], 1, dtype=np.float32)


def paint(
    o: Ops,
    w: Weights,
    picture: Value,
    row: Value | None,
    width: int,
    statistics: Value | None = None,
    shares: Mapping[int, Value] | None = None,
    *,
    measured: bool = True,
) -> Values:
    """Repaint (N, 3, H, W) in [0, 1], H and W multiples of 4, in the style of `row` (N, row_length).

    row: None where all norms have gains and shifts of their own among the weights (see johnson.py). statistics:
    (N, statistics_length, 1, 1) of an earlier pass, taken instead of the picture's own. shares: a style for every pixel;
    `row` then has a column for each of S styles, (N, row_length, S), and shares at one, a half and a quarter of the
    size, {1: (N, S, H, W), 2: ..., 4: ...}, say how much of each goes where. Returns "picture" and, `measured`, "statistics", which take time to give out.
    Layers: k9-w, k3s2-2w, k3s2-4w, five residual blocks of 4w, twice nearest x2 and k3, k9-3, sigmoid.
    """
    norm = _Norm(o, statistics, measured=measured)
    gains = {} if row is None else dict(_rows(o, row, width, shares))
    widths = cin_contracting(width) | cin_styled(width)

    def layer(x: Value, name: str, *, stride: int = 1) -> Value:
        own = f"{name}.gain" in w
        gain, shift = (o.per_channel(w[f"{name}.gain"]), o.per_channel(w[f"{name}.shift"])) if own else gains[name]
        return norm(o.conv(x, w[f"{name}.weight"], stride=stride), widths[name], gain, shift)

    x = o.relu(layer(picture, "down1"))
    x = o.relu(layer(x, "down2", stride=2))
    x = o.relu(layer(x, "down3", stride=2))
    for i in range(1, CIN_BLOCKS + 1):
        x = o.add(x, layer(o.relu(layer(x, f"block{i}a")), f"block{i}b"))
    x = o.relu(layer(o.upsample2(x), "up1"))
    x = o.relu(layer(o.upsample2(x), "up2"))
    found = {"picture": o.sigmoid(layer(x, "out"))}
    return found | {"statistics": o.concat(norm.found)} if measured else found


class _Norm:
    """Instance norm, layer after layer: with the statistics of what comes, or with given ones in the same order."""

    def __init__(self, o: Ops, given: Value | None, *, measured: bool) -> None:
        self.o, self.given, self.measured, self.at = o, given, measured, 0
        self.found: list[Value] = []

    def __call__(self, x: Value, channels: int, gain: Value, shift: Value) -> Value:
        """(N, C, H, W), C channels; gain and shift (N or 1, C, 1, 1)."""
        o = self.o
        if self.given is None and not self.measured:
            return o.add(o.multiply(o.normalise(x, EPS), gain), shift)
        if self.given is None:
            mean = o.mean(x)
            centred = o.subtract(x, mean)
            deviation = o.sqrt(o.add(o.mean(o.multiply(centred, centred)), EPS))
        else:
            mean, deviation = self.take(channels), self.take(channels)
            centred = o.subtract(x, mean)
        self.found += [mean, deviation]
        return o.add(o.multiply(centred, o.divide(gain, deviation)), shift)

    def take(self, count: int) -> Value:
        """The next of the given numbers."""
        self.at += count
        return self.o.channels(self.given, self.at - count, self.at)


def _rows(
    o: Ops, row: Value, width: int, shares: Mapping[int, Value] | None
) -> Iterator[tuple[str, tuple[Value, Value]]]:
    """γ and β of every styled layer: (N, C, 1, 1) each, or where pixels have shares (N, C, h, w)."""
    at = 0
    for name, channels in cin_styled(width).items():
        middle, end = at + channels, at + 2 * channels
        both = o.channels(row, at, middle), o.channels(row, middle, end)
        if shares is None:
            yield name, (o.per_channel(both[0]), o.per_channel(both[1]))
        else:
            there = shares[SCALES.get(name, 4)]
            yield name, (o.mix(both[0], there), o.mix(both[1], there))
        at = end


SCALES: Mapping[str, int] = {"up1": 2, "up2": 1, "out": 1}
"""How much smaller than the picture a styled layer is, where it is not a quarter."""


def painter(
    weights: Arrays,
    *,
    kind: Kind = "measuring",
    name: str = "cin",
    fingerprint: str = "",
    facts: Mapping[str, str] | None = None,
) -> Network:
    """The transformer alone, of a kind: from "picture" and "row" to "picture"."""
    width = width_of(weights)

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        given = inputs.get("statistics")
        return paint(o, w, inputs["picture"], inputs["row"], width, given, measured=kind == "measuring")

    inputs: dict[str, tuple[int | None, ...]] = {"picture": (None, 3, None, None), "row": (None, cin_row_length(width))}
    return Network(
        f"{name}-{kind}", forward, {key: weights[key] for key in cin(width)}, inputs | also(kind, width), gives(kind),
        MULTIPLE, fingerprint=fingerprint, facts=facts or {},
    )  # fmt: skip


def also(kind: Kind, width: int) -> dict[str, tuple[int | None, ...]]:
    """The input that a frozen network has besides those of the others."""
    return {"statistics": (None, statistics_length(width), 1, 1)} if kind == "frozen" else {}


def gives(kind: Kind) -> tuple[str, ...]:
    """The outputs of a kind of network."""
    return ("picture", "statistics") if kind == "measuring" else ("picture",)


def blender(weights: Arrays, *, kind: Kind = "measuring", fingerprint: str = "") -> Network:
    """The transformer with a blend of styles for every pixel, of a kind.

    Takes "picture", "rows" (1, row_length, S), "shares1" (1, S, H, W), "shares2" and "shares4" (at a half and a quarter
    of the size).
    """
    width = width_of(weights)

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        shares = {scale: inputs[f"shares{scale}"] for scale in (1, 2, 4)}
        given = inputs.get("statistics")
        return paint(o, w, inputs["picture"], inputs["rows"], width, given, shares, measured=kind == "measuring")

    inputs: dict[str, tuple[int | None, ...]] = {
        "picture": (1, 3, None, None), "rows": (1, cin_row_length(width), None),
        **{f"shares{scale}": (1, None, None, None) for scale in (1, 2, 4)},
    }  # fmt: skip
    return Network(
        f"cin-blend-{kind}", forward, {key: weights[key] for key in cin(width)}, inputs | also(kind, width), gives(kind),
        MULTIPLE, fingerprint=fingerprint, strides={"shares2": 2, "shares4": 4},
    )  # fmt: skip


def reduced(shares: Value) -> dict[str, Value]:
    """Shares (1, S, H, W), H and W multiples of 4, at the three sizes that `blender` takes."""
    found = {"shares1": np.ascontiguousarray(shares, np.float32)}
    for scale in (2, 4):
        n, styles, height, width = shares.shape
        blocks = shares.reshape(n, styles, height // scale, scale, width // scale, scale)
        found[f"shares{scale}"] = np.ascontiguousarray(blocks.mean((3, 5)), np.float32)
    return found


def width_of(weights: Arrays) -> int:
    """The width a transformer's tensors were made for."""
    return int(weights["down1.weight"].shape[0])


def networks(weights: Arrays) -> dict[str, Network]:
    """Its parts, for export: what paints, what measures for tiles, and what paints tiles; all take a style's row."""
    kinds: dict[str, Kind] = {"painter": "whole", "measuring": "measuring", "tiles": "frozen"}
    return {name: painter(weights, kind=kind) for name, kind in kinds.items()}
