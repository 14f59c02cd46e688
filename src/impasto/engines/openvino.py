"""The OpenVINO form of a network: its text becomes a graph. Needs no torch."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import RunError

from .ops import Edge, Network, Value


def _openvino() -> Any:
    """The library, imported so that it sends nothing: as published it reports every import to its makers."""
    if "openvino" in sys.modules:
        return sys.modules["openvino"]
    known = sys.modules.get("openvino_telemetry")
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # "not installed", so that a stub is taken
    try:
        import openvino
    finally:
        del sys.modules["openvino_telemetry"]
        if known is not None:
            sys.modules["openvino_telemetry"] = known
    return openvino


ov: Any = _openvino()
op: Any = ov.opset13


class GraphOps:
    """`Ops` that add nodes to an OpenVINO graph. Sizes may be open; a convolution's channels are known."""

    def __init__(self, ranges: NDArray[np.float32] | None = None) -> None:
        """ranges: (convolutions, 2), the least and largest of what each is given, for 8-bit arithmetic.

        seen: what every convolution was given.
        """
        self.seen: list[Value] = []
        self._ranges = ranges

    def conv(self, x: Value, weight: Value, bias: Value | None = None, *, stride: int = 1, edge: Edge = "reflect",
             groups: int = 1) -> Value:  # fmt: skip
        """See Ops.conv."""
        margin = _length(weight, 3) // 2
        self.seen.append(x)
        if self._ranges is not None and len(self.seen) <= len(self._ranges):
            x, weight = self._quantised(x, weight, *self._ranges[len(self.seen) - 1])
        if margin and edge == "reflect":
            x, margin = self._mirror(x, margin), 0
        elif margin and edge == "wrap":
            x, margin = _wrapped(x, margin), 0
        strides, margins, dilation = [stride] * 2, [margin] * 2, [1, 1]
        if groups == 1:
            y = op.convolution(x, weight, strides, margins, margins, dilation)
        else:
            parted = op.reshape(weight, _integers([groups, -1, *_lengths(weight)[1:]]), False)
            y = op.group_convolution(x, parted, strides, margins, margins, dilation)
        return y if bias is None else op.add(y, op.reshape(bias, _integers([1, -1, 1, 1]), False))

    def _mirror(self, x: Value, margin: int) -> Value:
        sides = [_length(x, 2), _length(x, 3)]
        narrow = any(side is not None and side <= margin for side in sides)
        pads = _integers([0, 0, margin, margin])
        return op.pad(x, pads, pads, "edge" if narrow else "reflect")

    def _quantised(self, x: Value, weight: Value, low: float, high: float) -> tuple[Value, Value]:
        """Both in 256 steps: what comes in over its range, each filter over its own. The compiler makes it 8-bit arithmetic."""
        if low >= high or not isinstance(weight, ov.op.Constant):
            return x, weight
        if low >= 0:
            ends, levels = (_floats(0), _floats(high)), 256
        else:
            # Zero has to be met exactly, else what is nothing becomes something everywhere.
            most = max(-low, high)
            ends, levels = (_floats(-most * 128 / 127), _floats(most)), 256
        x = op.fake_quantize(x, *ends, *ends, levels)
        array = weight.get_data()
        top = np.abs(array).max(axis=(1, 2, 3), keepdims=True)
        top = np.where(top > 0, top, 1).astype(np.float32)
        limits = _floats(-top), _floats(top)
        return x, op.fake_quantize(weight, *limits, *limits, 255)

    def linear(self, x: Value, weight: Value, bias: Value | None = None) -> Value:
        """See Ops.linear."""
        y = op.matmul(x, weight, False, True)
        return y if bias is None else op.add(y, op.reshape(bias, _integers([1, -1]), False))

    def relu(self, x: Value) -> Value:
        """See Ops.relu."""
        return op.relu(x)

    def leaky_relu(self, x: Value, slope: float) -> Value:
        """See Ops.leaky_relu."""
        return op.prelu(x, _floats([slope]))

    def sigmoid(self, x: Value) -> Value:
        """See Ops.sigmoid."""
        return op.sigmoid(x)

    def tanh(self, x: Value) -> Value:
        """See Ops.tanh."""
        return op.tanh(x)

    def clamp(self, x: Value, low: float, high: float) -> Value:
        """See Ops.clamp."""
        return op.clamp(x, low, high)

    def add(self, a: Value, b: Value | float) -> Value:
        """See Ops.add."""
        return op.add(*self._fitted(a, b))

    def subtract(self, a: Value, b: Value | float) -> Value:
        """See Ops.subtract."""
        return op.subtract(*self._fitted(a, b))

    def multiply(self, a: Value, b: Value | float) -> Value:
        """See Ops.multiply."""
        return op.multiply(*self._fitted(a, b))

    def divide(self, a: Value, b: Value | float) -> Value:
        """See Ops.divide."""
        return op.divide(*self._fitted(a, b))

    def _fitted(self, a: Value, b: Value | float) -> tuple[Value, Value]:
        b = _value(b)
        if _is_one_pixel(a) and not _is_one_pixel(b):
            return self._one_pixel(a), b
        return (a, self._one_pixel(b)) if _is_one_pixel(b) and not _is_one_pixel(a) else (a, b)

    def _one_pixel(self, x: Value) -> Value:
        """The same numbers, laid out channels last, as convolutions leave what they are to be combined with.

        Left as it comes, the compiler would turn the whole picture's layout to that of these few numbers and back, which
        took a third of the time of a convolution in bfloat16 and twice its time in float32. A convolution by ones does it.
        """
        if (channels := _length(x, 1)) is None or _is_constant(x):
            return x
        ones = op.constant(np.ones((channels, 1, 1, 1, 1), np.float32))
        return op.group_convolution(x, ones, [1, 1], [0, 0], [0, 0], [1, 1])

    def sqrt(self, x: Value) -> Value:
        """See Ops.sqrt."""
        return op.sqrt(x)

    def mean(self, x: Value) -> Value:
        """See Ops.mean."""
        return op.reduce_mean(x, _integers([2, 3]), True)

    def normalise(self, x: Value, floor: float) -> Value:
        """See Ops.normalise. One node, where means and deviations by themselves read the picture four times."""
        return op.mvn(x, _integers([2, 3]), True, floor, "inside_sqrt")

    def max_pool2(self, x: Value) -> Value:
        """See Ops.max_pool2."""
        return op.max_pool(x, [2, 2], [1, 1], [0, 0], [0, 0], [2, 2], "floor").output(0)

    def upsample2(self, x: Value) -> Value:
        """See Ops.upsample2."""
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return op.interpolate(x, _floats([2, 2]), "nearest", "scales", axes=_integers([2, 3]), **how)

    def pixel_unshuffle(self, x: Value, factor: int) -> Value:
        """See Ops.pixel_unshuffle."""
        return op.space_to_depth(x, "depth_first", factor)

    def pixel_shuffle(self, x: Value, factor: int) -> Value:
        """See Ops.pixel_shuffle."""
        return op.depth_to_space(x, "depth_first", factor)

    def concat(self, parts: Sequence[Value]) -> Value:
        """See Ops.concat."""
        return op.concat(list(parts), 1)

    def channels(self, x: Value, start: int, stop: int) -> Value:
        """See Ops.channels."""
        return op.slice(x, *(_integers([n]) for n in (start, stop, 1, 1)))

    def per_channel(self, x: Value) -> Value:
        """See Ops.per_channel."""
        return op.unsqueeze(x, _integers([2, 3]))

    def vector(self, x: Value) -> Value:
        """See Ops.vector."""
        return op.squeeze(x, _integers([2, 3]))

    def mix(self, matrix: Value, x: Value) -> Value:
        """See Ops.mix."""
        sides = op.gather(op.shape_of(x, "i64"), _integers([2, 3]), _integers(0))
        flat = op.matmul(matrix, op.reshape(x, _integers([0, 0, -1]), True), False, False)
        return op.reshape(flat, op.concat([_integers([0, 0]), sides], 0), True)

    def covariance(self, x: Value) -> Value:
        """See Ops.covariance."""
        flat = op.reshape(x, _integers([0, 0, -1]), True)
        flat = op.subtract(flat, op.reduce_mean(flat, _integers([2]), True))
        pixels = op.gather(op.shape_of(flat, "i64"), _integers([2]), _integers(0))
        return op.divide(op.matmul(flat, flat, False, True), op.convert(pixels, "f32"))


def _wrapped(x: Value, margin: int) -> Value:
    for axis in (2, 3):
        ends = [(-margin, np.iinfo(np.int64).max), (0, margin)]
        before, after = (op.slice(x, *(_integers([n]) for n in (*end, 1, axis))) for end in ends)
        x = op.concat([before, x, after], axis)
    return x


def _value(x: Value | float) -> Value:
    return _floats(x) if isinstance(x, int | float) else x


def _floats(x: Any) -> Value:
    return op.constant(np.asarray(x, np.float32))


def _integers(x: Any) -> Value:
    return op.constant(np.asarray(x, np.int64))


def _lengths(x: Value) -> list[int | None]:
    shape = x.get_partial_shape() if isinstance(x, ov.Output) else x.output(0).get_partial_shape()
    return [dimension.get_length() if dimension.is_static else None for dimension in shape]


def _is_one_pixel(x: Value) -> bool:
    return _lengths(x)[2:] == [1, 1]


def _is_constant(x: Value) -> bool:
    """Whether the value follows from weights alone, so that the compiler works it out."""
    node = x.get_node() if isinstance(x, ov.Output) else x
    if node.get_type_name() == "Parameter":
        return False
    return all(_is_constant(node.input_value(i)) for i in range(node.get_input_size()))


def _length(x: Value, axis: int) -> Any:
    return _lengths(x)[axis]


@dataclass(frozen=True, slots=True)
class Graph:
    """A network as an OpenVINO model. spaced: inputs and outputs that have one column too many."""

    model: Any
    spaced: frozenset[str]


def graph(network: Network, shapes: Mapping[str, Sequence[int]] | None = None,
          ranges: NDArray[np.float32] | None = None, *, watched: bool = False) -> Graph:  # fmt: skip
    """The network as an OpenVINO model.

    shapes: of the inputs, where they are known for good; else sizes stay open. ranges: see GraphOps. watched: give out
    the least and the largest of what every convolution is given, instead of the network's outputs, and space nothing.

    The planes of a picture 1024 pixels wide lie whole memory pages apart, where all of them compete for the same few
    lines of the processor's cache: one more column, and they are written six times as fast.
    """
    ops = GraphOps(ranges)
    weights = {name: op.constant(np.ascontiguousarray(array, np.float32)) for name, array in network.weights.items()}
    inputs: dict[str, Any] = {}
    spaced: set[str] = set()
    for name, open_shape in network.inputs.items():
        shape = [-1 if n is None else n for n in (shapes[name] if shapes else open_shape)]
        if not watched and _is_many_planes(shape):
            spaced.add(name)
            shape[3] += shape[3] > 0
        inputs[name] = op.parameter(ov.PartialShape(shape), np.float32, name)
        inputs[name].get_output_tensor(0).set_names({name})
    seen = {name: _without_last_column(x) if name in spaced else x for name, x in inputs.items()}
    found = network.forward(ops, weights, seen)
    if ranges is not None and len(ranges) != len(ops.seen):
        raise RunError(f"network '{network.name}' has {len(ops.seen)} convolutions, but {len(ranges)} int8 ranges")
    outputs = {name: found[name] for name in network.outputs}
    if watched:
        axes = _integers([0, 1, 2, 3])
        outputs = {f"{kind} {i}": reduce(x, axes) for i, x in enumerate(ops.seen)
                   for kind, reduce in (("least", op.reduce_min), ("largest", op.reduce_max))}  # fmt: skip
    else:
        spaced |= {name for name, value in outputs.items() if _is_many_planes(_lengths(value))}
    column = _integers([0, 0, 0, 0]), _integers([0, 0, 0, 1])
    results: list[Any] = []
    for name, value in outputs.items():
        result = op.result(op.pad(value, *column, "constant") if name in spaced else value)
        result.get_output_tensor(0).add_names({name})
        results.append(result)
    return Graph(ov.Model(results, list(inputs.values()), network.name), frozenset(spaced))


def _is_many_planes(lengths: Sequence[int | None]) -> bool:
    return len(lengths) == 4 and (lengths[1] or 0) >= 8 and list(lengths[2:]) != [1, 1]


def _without_last_column(x: Value) -> Value:
    return op.slice(x, *(_integers([n]) for n in (0, -1, 1, 3)))
