"""`alla_prima`: a small network that takes any painting's style, made for processors without a GPU.

A picture becomes features at a quarter and an eighth of its size (`see`). The features of the photo, in the painting's
colours, are given the painting's mean and covariance by a matrix worked out in closed form (as in WCT, Li et al. 2017, on
features learned for it), and the decoder (`paint`) makes a picture of them.
Every layer of the decoder is scaled and shifted by numbers read from the painting (`read`), in the manner of
Ghiasi et al. 2017 and MicroAST (Wang et al. 2023). No VGG at run time, under 0.6 million weights in all.

No layer of `see` or `paint` looks at the whole picture: all that does lies between them. So tiles fit without seams.
"""

import math

import numpy as np

from impasto.engines.ops import Arrays, Network, Ops, Value, Values, Weights

HALF, QUARTER, EIGHTH, CODE = 16, 32, 64, 96
"""Channels at half the size, at a quarter of the size, at an eighth and below; numbers that tell one painting from another."""
BOLDEST = 1.5
"""The largest number that steers the decoder: a painting unlike all others shall not drive it off the canvas."""
MULTIPLE = 16
"""Heights and widths must be multiples of it."""
REACH_PX = 128
"""How far from a pixel lies the last one that matters to it, with some room."""
COMMON = 0.05
"""Share of both pictures' mean variance added to either's before features are mapped: what is even in the photo is blown
up by no more than some factor, and a picture in its own style stays as it is."""
COLOUR_RIDGE = 1e-4
"""Added to covariances of colours, as a share of their mean variance: photos of few colours are not torn apart."""
TOOTH, TOOTH_GRAINS_PX = 0.15, (2, 8, 32)
"""Unevenness laid over the photo before it is looked at, as a share of the painting's contrast, and its grains: without
it the network would find nothing in an even sky to make strokes of."""
SLOPE = 0.1
"""Of rectifiers below zero. With none, most channels fell silent in training, and for good: nothing reached them any more."""
BLOCKS: dict[str, int] = {"before": EIGHTH, "below": EIGHTH, "after": EIGHTH, "fine": QUARTER}
"""The decoder's residual blocks and their channels; each takes four numbers a channel from the painting."""
STROKES = sum(4 * channels for channels in BLOCKS.values())
"""How many numbers steer the decoder."""


def shapes() -> dict[str, tuple[int, ...]]:
    """Every weight's shape by name."""
    found: dict[str, tuple[int, ...]] = {}

    def conv(name: str, inputs: int, outputs: int) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = (outputs, inputs, 3, 3), (outputs,)

    conv("stem", 48, QUARTER)
    conv("down", QUARTER, EIGHTH)
    for block, channels in {"look": EIGHTH, **BLOCKS}.items():
        conv(f"{block}.1", channels, channels)
        conv(f"{block}.2", channels, channels)
    conv("lower", EIGHTH, EIGHTH)
    conv("up", EIGHTH, QUARTER)
    conv("grain", QUARTER, HALF)
    conv("out", HALF, 12)
    conv("read.down", EIGHTH, EIGHTH)
    numbers = 2 * (QUARTER + EIGHTH + EIGHTH)
    for name, inputs, outputs in (("read.1", numbers, CODE), ("read.2", CODE, STROKES)):
        found[f"{name}.weight"], found[f"{name}.bias"] = (outputs, inputs), (outputs,)
    return found


def gain(own: Value, look: Value) -> Value:
    """The factors that bring deviations of features at a quarter to the look's; of any arrays or tensors."""
    common = COMMON * (own + look)
    return (look + common) / (own + common)


def first_weights(seed: int) -> dict[str, np.ndarray]:
    """Where training starts: He et al. 2015, with blocks that do little and a decoder that adds nothing yet."""
    random = np.random.default_rng(seed)
    weights: dict[str, np.ndarray] = {}
    for name, shape in shapes().items():
        if name.endswith(".bias"):
            weights[name] = np.zeros(shape, np.float32)
            continue
        gain = math.sqrt(2 / math.prod(shape[1:]))
        if name.endswith(".2.weight") and name != "read.2.weight":
            gain *= 0.3
        if name == "read.2.weight":
            gain *= 0.02
        weights[name] = (gain * random.standard_normal(shape)).astype(np.float32)
    return weights


def see(o: Ops, w: Weights, inputs: Values) -> Values:
    """Features of "picture" (N, 3, H, W): "quarter" (N, 32, H/4, W/4) and "eighth" (N, 64, H/8, W/8)."""
    # Half grey is zero, so that mirrored edges and an even start treat light and dark alike.
    x = o.pixel_unshuffle(o.subtract(inputs["picture"], 0.5), 4)
    quarter = _rectified(o, _conv(o, w, "stem", x))
    eighth = _block(o, w, "look", _rectified(o, _conv(o, w, "down", quarter, stride=2)))
    return {"quarter": quarter, "eighth": eighth}


def measure(o: Ops, w: Weights, inputs: Values) -> Values:  # noqa: ARG001
    """Means of features at both sizes (N, C), variances at a quarter (N, C), covariances at an eighth (N, C, C)."""
    quarter, eighth = inputs["quarter"], inputs["eighth"]
    mean = o.mean(quarter)
    apart = o.subtract(quarter, mean)
    return {
        "quarter_mean": o.vector(mean), "quarter_variance": o.vector(o.mean(o.multiply(apart, apart))),
        "eighth_mean": o.vector(o.mean(eighth)), "eighth_covariance": o.covariance(eighth),
    }  # fmt: skip


def read(o: Ops, w: Weights, inputs: Values) -> Values:
    """What steers the decoder, from a painting's features: "strokes" (N, STROKES)."""
    told = code(o, w, statistics(o, w, inputs))
    return {"strokes": o.clamp(o.linear(told, w["read.2.weight"], w["read.2.bias"]), -BOLDEST, BOLDEST)}


def code(o: Ops, w: Weights, numbers: Value) -> Value:
    """What tells one painting from another (N, CODE), from its statistics (N, 320)."""
    return _rectified(o, o.linear(numbers, w["read.1.weight"], w["read.1.bias"]))


def statistics(o: Ops, w: Weights, inputs: Values) -> Value:
    """What of a painting's features is read (N, 320): means and deviations at a quarter, an eighth and a sixteenth."""
    quarter, eighth = inputs["quarter"], inputs["eighth"]
    sixteenth = _rectified(o, _conv(o, w, "read.down", eighth, stride=2))
    return o.concat([part for x in (quarter, eighth, sixteenth) for part in _moments(o, x)])


def paint(o: Ops, w: Weights, inputs: Values) -> Values:
    """The finished picture (N, 3, H, W) in [0, 1], from the photo and its features.

    "quarter", "eighth": features of the photo in the painting's colours. "matrix" (N, 64, 64), "offset"
    (N, 64): the map of the features at an eighth. "scale", "shift" (N, 32): the same for those at a quarter.
    "strokes": of `read`.
    """
    return {"picture": o.clamp(canvas(o, w, inputs), 0.0, 1.0)}


def canvas(o: Ops, w: Weights, inputs: Values) -> Value:
    """What `paint` gives, before it is brought into [0, 1]."""
    strokes, steer = inputs["strokes"], _steering()
    x = o.add(o.mix(inputs["matrix"], inputs["eighth"]), o.per_channel(inputs["offset"]))
    x = _block(o, w, "before", x, strokes, steer)
    # No rectifier where sizes change: one that falls silent cuts off all below it, for good.
    low = _block(o, w, "below", _conv(o, w, "lower", x, stride=2), strokes, steer)
    x = _block(o, w, "after", o.add(x, o.upsample2(low)), strokes, steer)
    x = _conv(o, w, "up", o.upsample2(x))
    kept = o.add(o.multiply(inputs["quarter"], o.per_channel(inputs["scale"])), o.per_channel(inputs["shift"]))
    x = _block(o, w, "fine", o.add(x, kept), strokes, steer)
    # Pixels enlarged before a convolution leave no grid (Odena et al. 2016).
    x = _rectified(o, _conv(o, w, "grain", o.upsample2(x)))
    return o.add(o.pixel_shuffle(_conv(o, w, "out", x), 2), 0.5)


def _rectified(o: Ops, x: Value) -> Value:
    return o.leaky_relu(x, SLOPE)


def _conv(o: Ops, w: Weights, name: str, x: Value, stride: int = 1) -> Value:
    return o.conv(x, w[f"{name}.weight"], w[f"{name}.bias"], stride=stride)


def _steering() -> dict[str, int]:
    """Where each block's numbers begin."""
    places, start = {}, 0
    for block, channels in BLOCKS.items():
        places[block], start = start, start + 4 * channels
    return places


def _block(
    o: Ops, w: Weights, name: str, x: Value, strokes: Value = None, steer: dict[str, int] | None = None
) -> Value:
    """Two convolutions whose result is added to what went in; scaled and shifted after each where there are strokes."""
    y = _conv(o, w, f"{name}.1", x)
    if steer is not None:
        y = _steered(o, y, strokes, steer[name], BLOCKS[name])
    y = _conv(o, w, f"{name}.2", _rectified(o, y))
    if steer is not None:
        y = _steered(o, y, strokes, steer[name] + 2 * BLOCKS[name], BLOCKS[name])
    return o.add(x, y)


def _steered(o: Ops, x: Value, strokes: Value, start: int, channels: int) -> Value:
    scale = o.per_channel(o.channels(strokes, start, start + channels))
    shift = o.per_channel(o.channels(strokes, start + channels, start + 2 * channels))
    return o.add(o.multiply(x, o.add(scale, 1.0)), shift)


def _moments(o: Ops, x: Value) -> tuple[Value, Value]:
    mean = o.mean(x)
    apart = o.subtract(x, mean)
    return o.vector(mean), o.vector(o.sqrt(o.add(o.mean(o.multiply(apart, apart)), 1e-5)))


def parts(weights: Arrays) -> dict[str, Network]:
    """The network's parts by name: "see", "measure", "read" and "paint"."""
    quarter, eighth = (None, QUARTER, None, None), (None, EIGHTH, None, None)
    picture = (None, 3, None, None)
    maps: dict[str, tuple[int | None, ...]] = {
        "matrix": (None, EIGHTH, EIGHTH), "offset": (None, EIGHTH), "scale": (None, QUARTER),
        "shift": (None, QUARTER), "strokes": (None, STROKES),
    }  # fmt: skip
    seen, strides = {"quarter": quarter, "eighth": eighth}, {"quarter": 4, "eighth": 8}
    return {
        "see": Network("alla_prima.see", see, weights, {"picture": picture}, ("quarter", "eighth"), MULTIPLE),
        "measure": Network(
            "alla_prima.measure",
            measure,
            {},
            seen,
            ("quarter_mean", "quarter_variance", "eighth_mean", "eighth_covariance"),
            strides=strides,
        ),
        "read": Network("alla_prima.read", read, weights, seen, ("strokes",), strides=strides),
        "paint": Network(
            "alla_prima.paint",
            paint,
            weights,
            {**seen, **maps},
            ("picture",),
            MULTIPLE,
            strides=strides,
        ),
    }
