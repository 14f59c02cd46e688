"""The operations networks are written in, and what a network is. No torch, no other library.

A network is a function of an engine's operations, its weights and its inputs; the values it handles are whatever the
engine makes of them (tensors, nodes of a graph):

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        x = o.relu(o.conv(inputs["picture"], w["stem.weight"], w["stem.bias"]))
        return {"picture": o.clamp(x, 0.0, 1.0)}

Arrays are (N, C, H, W) float32 at the doors of every engine, whatever it computes in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Value: TypeAlias = Any
Values: TypeAlias = Mapping[str, Value]
Weights: TypeAlias = Mapping[str, Value]
Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
Edge: TypeAlias = Literal["reflect", "zeros", "wrap"]
"""What lies beyond a picture's edge: its mirror image, nothing, or its other side."""

RANGES = "int8.ranges"
"""Among a network's weights: what it was prepared for eight-bit arithmetic with (see int8.py)."""


class Ops(Protocol):
    """What a network may ask of an engine. Shapes broadcast as in NumPy; sizes may differ from call to call."""

    def conv(self, x: Value, weight: Value, bias: Value | None = None, *, stride: int = 1, edge: Edge = "reflect",
             groups: int = 1) -> Value:  # fmt: skip
        """Cross-correlation of (N, C, H, W) with (O, C / groups, k, k), k odd, (k - 1) / 2 pixels added at each edge."""
        ...

    def linear(self, x: Value, weight: Value, bias: Value | None = None) -> Value:
        """(N, I) with (O, I) and (O,): (N, O)."""
        ...

    def relu(self, x: Value) -> Value:
        """Zero where negative."""
        ...

    def leaky_relu(self, x: Value, slope: float) -> Value:
        """`slope` times as much where negative."""
        ...

    def sigmoid(self, x: Value) -> Value:
        """1 / (1 + e^-x)."""
        ...

    def tanh(self, x: Value) -> Value:
        """Hyperbolic tangent."""
        ...

    def clamp(self, x: Value, low: float, high: float) -> Value:
        """Brought into [low, high]."""
        ...

    def add(self, a: Value, b: Value | float) -> Value:
        """The sum."""
        ...

    def subtract(self, a: Value, b: Value | float) -> Value:
        """Their difference, a - b."""
        ...

    def multiply(self, a: Value, b: Value | float) -> Value:
        """The product, entry by entry."""
        ...

    def divide(self, a: Value, b: Value | float) -> Value:
        """Their quotient, entry by entry."""
        ...

    def sqrt(self, x: Value) -> Value:
        """The root, entry by entry."""
        ...

    def mean(self, x: Value) -> Value:
        """Mean over H and W: (N, C, 1, 1)."""
        ...

    def normalise(self, x: Value, floor: float) -> Value:
        """Every channel of every picture at mean 0 and deviation 1: (x - mean) / sqrt(variance + floor)."""
        ...

    def max_pool2(self, x: Value) -> Value:
        """Largest of every 2 x 2 pixels; an odd row or column at the end is dropped."""
        ...

    def upsample2(self, x: Value) -> Value:
        """Every pixel four times: (N, C, 2 H, 2 W)."""
        ...

    def pixel_unshuffle(self, x: Value, factor: int) -> Value:
        """(N, C, H f, W f) to (N, C f², H, W), channels in torch's order: c f² + i f + j."""
        ...

    def pixel_shuffle(self, x: Value, factor: int) -> Value:
        """The inverse of `pixel_unshuffle`."""
        ...

    def concat(self, parts: Sequence[Value]) -> Value:
        """Joined along the channels."""
        ...

    def channels(self, x: Value, start: int, stop: int) -> Value:
        """Channels (or columns of a matrix) from start to stop."""
        ...

    def per_channel(self, x: Value) -> Value:
        """(N, C) to (N, C, 1, 1)."""
        ...

    def vector(self, x: Value) -> Value:
        """(N, C, 1, 1) to (N, C)."""
        ...

    def mix(self, matrix: Value, x: Value) -> Value:
        """Every pixel's channels by a matrix of the picture's own: (N, O, C) and (N, C, H, W) to (N, O, H, W)."""
        ...

    def covariance(self, x: Value) -> Value:
        """Of the channels over H and W, divided by H W, the mean taken off: (N, C, C)."""
        ...


@dataclass(frozen=True)
class Network:
    """A trained network: its text, its weights, and what goes in and out.

    name, fingerprint: tell it from every other, for caches. inputs: shape of each, None where it may vary.
    outputs: the names that `forward` gives. multiple: H and W of pictures must be multiples of it.
    strides: for inputs smaller than the picture, how many of its pixels one of theirs stands for; 1 unless named.
    """

    name: str
    forward: Callable[[Ops, Weights, Values], Values]
    weights: Arrays
    inputs: Mapping[str, tuple[int | None, ...]]
    outputs: tuple[str, ...]
    multiple: int = 1
    fingerprint: str = ""
    strides: Mapping[str, int] = field(default_factory=dict[str, int])
    facts: Mapping[str, str] = field(default_factory=dict[str, str])


class Runner(Protocol):
    """A network ready to run on some engine."""

    engine: str
    precision: str

    def __call__(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Outputs by name, float32."""
        ...
