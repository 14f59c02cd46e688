"""The ONNX form of a network: its text becomes a graph that ONNX Runtime and others read. Needs no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .ops import Edge, Network
from .ops import Value as Anything
from .shapes import Shape, ShapeOps

OPSET = 18  # the first whose Pad, Reduce and Split agree with later ones
_IR_VERSION = 9  # what runtimes of 2023 and newer read


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the graph: its name, and as much of its shape as is known."""

    name: str
    shape: Shape


class OnnxOps:
    """`Ops` that add nodes to an ONNX graph. Channels are always known; N, H and W where the inputs' are."""

    def __init__(self) -> None:
        """An empty graph."""
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._shapes = ShapeOps()
        self._known: dict[bytes, Value] = {}

    def node(self, kind: str, inputs: Sequence[Value], shape: Shape, **attributes: Any) -> Value:
        """Add a node with one output."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [x.name for x in inputs], [name], name=name, **attributes))
        return Value(name, shape)

    def constant(self, array: Any, dtype: Any = np.float32, name: str = "") -> Value:
        """Add an array; equal ones without a name are added once."""
        array = np.ascontiguousarray(array, dtype) if np.ndim(array) else np.asarray(array, dtype)
        key = f"{array.dtype} {array.shape} ".encode() + array.tobytes()
        if name or key not in self._known:
            value = Value(name or f"constant_{len(self.constants)}", array.shape)
            self.constants.append(numpy_helper.from_array(array, value.name))
            if name:
                return value
            self._known[key] = value
        return self._known[key]

    def _integers(self, *numbers: int) -> Value:
        return self.constant(numbers, np.int64)

    def conv(self, x: Value, weight: Value, bias: Value | None = None, *, stride: int = 1, edge: Edge = "reflect",
             groups: int = 1) -> Value:  # fmt: skip
        """See Ops.conv."""
        kernel, margin = weight.shape[-1] or 1, (weight.shape[-1] or 1) // 2
        shape = self._shapes.conv(x.shape, weight.shape, stride=stride, groups=groups)
        if margin and edge == "reflect":
            x, margin = self._mirror(x, margin), 0
        elif margin and edge == "wrap":
            x, margin = self._wrapped(x, margin), 0
        given = [x, weight] if bias is None else [x, weight, bias]
        return self.node("Conv", given, shape, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[margin] * 4,
                         group=groups)  # fmt: skip

    def _mirror(self, x: Value, margin: int) -> Value:
        narrow = any(side is not None and side <= margin for side in x.shape[2:])
        pads = self._integers(0, 0, margin, margin, 0, 0, margin, margin)
        return self.node("Pad", [x, pads], (), mode="edge" if narrow else "reflect")

    def _wrapped(self, x: Value, margin: int) -> Value:
        for axis in (2, 3):
            ends = [(-margin, np.iinfo(np.int64).max), (0, margin)]
            before, after = (
                self.node("Slice", [x, *(self._integers(n) for n in (*end, axis))], x.shape) for end in ends
            )
            x = self.node("Concat", [before, x, after], x.shape, axis=axis)
        return x

    def linear(self, x: Value, weight: Value, bias: Value | None = None) -> Value:
        """See Ops.linear."""
        given = [x, weight] if bias is None else [x, weight, bias]
        return self.node("Gemm", given, self._shapes.linear(x.shape, weight.shape), transB=1)

    def relu(self, x: Value) -> Value:
        """See Ops.relu."""
        return self.node("Relu", [x], x.shape)

    def leaky_relu(self, x: Value, slope: float) -> Value:
        """See Ops.leaky_relu."""
        return self.node("LeakyRelu", [x], x.shape, alpha=float(slope))

    def sigmoid(self, x: Value) -> Value:
        """See Ops.sigmoid."""
        return self.node("Sigmoid", [x], x.shape)

    def tanh(self, x: Value) -> Value:
        """See Ops.tanh."""
        return self.node("Tanh", [x], x.shape)

    def clamp(self, x: Value, low: float, high: float) -> Value:
        """See Ops.clamp."""
        return self.node("Clip", [x, self.constant(low), self.constant(high)], x.shape)

    def _both(self, kind: str, a: Value, b: Value | float) -> Value:
        b = self.constant(b) if isinstance(b, int | float) else b
        return self.node(kind, [a, b], self._shapes.add(a.shape, b.shape))

    def add(self, a: Value, b: Value | float) -> Value:
        """See Ops.add."""
        return self._both("Add", a, b)

    def subtract(self, a: Value, b: Value | float) -> Value:
        """See Ops.subtract."""
        return self._both("Sub", a, b)

    def multiply(self, a: Value, b: Value | float) -> Value:
        """See Ops.multiply."""
        return self._both("Mul", a, b)

    def divide(self, a: Value, b: Value | float) -> Value:
        """See Ops.divide."""
        return self._both("Div", a, b)

    def sqrt(self, x: Value) -> Value:
        """See Ops.sqrt."""
        return self.node("Sqrt", [x], x.shape)

    def mean(self, x: Value) -> Value:
        """See Ops.mean."""
        return self.node("ReduceMean", [x, self._integers(2, 3)], self._shapes.mean(x.shape), keepdims=1)

    def normalise(self, x: Value, floor: float) -> Value:
        """See Ops.normalise."""
        channels = x.shape[1]
        if channels is None:
            raise ValueError("normalise: the number of channels must be known")
        plain = [self.constant(np.full(channels, number, np.float32)) for number in (1, 0)]
        return self.node("InstanceNormalization", [x, *plain], x.shape, epsilon=floor)

    def max_pool2(self, x: Value) -> Value:
        """See Ops.max_pool2."""
        return self.node("MaxPool", [x], self._shapes.max_pool2(x.shape), kernel_shape=[2, 2], strides=[2, 2])

    def upsample2(self, x: Value) -> Value:
        """See Ops.upsample2."""
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor", "mode": "nearest"}
        absent = Value("", ())
        return self.node("Resize", [x, absent, self.constant([1, 1, 2, 2])], self._shapes.upsample2(x.shape), **how)

    def pixel_unshuffle(self, x: Value, factor: int) -> Value:
        """See Ops.pixel_unshuffle."""
        channels = x.shape[1] or 0
        shape = self._shapes.pixel_unshuffle(x.shape, factor)
        y = self.node("SpaceToDepth", [x], shape, blocksize=factor)
        # ONNX puts a pixel's channels together, torch a channel's pixels.
        order = np.arange(channels * factor**2).reshape(factor**2, channels).T.ravel()
        return y if channels == 1 else self.node("Gather", [y, self._integers(*order)], shape, axis=1)

    def pixel_shuffle(self, x: Value, factor: int) -> Value:
        """See Ops.pixel_shuffle."""
        return self.node("DepthToSpace", [x], self._shapes.pixel_shuffle(x.shape, factor), blocksize=factor, mode="CRD")

    def concat(self, parts: Sequence[Value]) -> Value:
        """See Ops.concat."""
        return self.node("Concat", parts, self._shapes.concat([part.shape for part in parts]), axis=1)

    def channels(self, x: Value, start: int, stop: int) -> Value:
        """See Ops.channels."""
        cut = [self._integers(n) for n in (start, stop, 1)]
        return self.node("Slice", [x, *cut], self._shapes.channels(x.shape, start, stop))

    def per_channel(self, x: Value) -> Value:
        """See Ops.per_channel."""
        return self.node("Unsqueeze", [x, self._integers(2, 3)], self._shapes.per_channel(x.shape))

    def vector(self, x: Value) -> Value:
        """See Ops.vector."""
        return self.node("Squeeze", [x, self._integers(2, 3)], self._shapes.vector(x.shape))

    def _flat(self, x: Value) -> Value:
        return self.node("Reshape", [x, self._integers(0, 0, -1)], (*x.shape[:2], None))

    def mix(self, matrix: Value, x: Value) -> Value:
        """See Ops.mix."""
        y = self.node("MatMul", [matrix, self._flat(x)], (x.shape[0], matrix.shape[1], None))
        sides = self.node("Shape", [x], (2,), start=2)
        target = self.node("Concat", [self._integers(0, 0), sides], (4,), axis=0)
        return self.node("Reshape", [y, target], self._shapes.mix(matrix.shape, x.shape))

    def covariance(self, x: Value) -> Value:
        """See Ops.covariance."""
        flat = self._flat(x)
        mean = self.node("ReduceMean", [flat, self._integers(2)], (*x.shape[:2], 1), keepdims=1)
        flat = self.subtract(flat, mean)
        turned = self.node("Transpose", [flat], (x.shape[0], None, x.shape[1]), perm=[0, 2, 1])
        count = self.node("Cast", [self.node("Shape", [flat], (1,), start=2)], (1,), to=TensorProto.FLOAT)
        return self.divide(self.node("MatMul", [flat, turned], self._shapes.covariance(x.shape)), count)


def graph(network: Network, shapes: Mapping[str, Sequence[int]] | None = None,
          facts: Mapping[str, str] | None = None) -> onnx.ModelProto:  # fmt: skip
    """The network as an ONNX model.

    shapes: of the inputs, where they are known for good; else sizes stay open. facts: metadata for the model.
    """
    ops = OnnxOps()
    weights = {name: ops.constant(array, name=name) for name, array in network.weights.items()}
    inputs = {name: Value(name, tuple(shapes[name]) if shapes else shape) for name, shape in network.inputs.items()}
    found: Mapping[str, Anything] = network.forward(ops, weights, inputs)
    outputs: dict[str, Value] = {}
    for name in network.outputs:
        outputs[output_name(network, name)] = ops.node("Identity", [found[name]], found[name].shape)
        ops.nodes[-1].output[0] = output_name(network, name)
    made = helper.make_graph(
        ops.nodes,
        network.name,
        [_declared(name, value.shape) for name, value in inputs.items()],
        [_declared(name, value.shape) for name, value in outputs.items()],
        [constant for constant in ops.constants if constant.name in _used(ops.nodes)],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="impasto")
    model.ir_version = _IR_VERSION
    helper.set_model_props(model, dict(facts or {}))
    onnx.checker.check_model(model)
    return model


def output_name(network: Network, name: str) -> str:
    """What an output is called in the graph, where it may not have the name of an input."""
    return f"{name}_out" if name in network.inputs or name in network.weights else name


def _used(nodes: Sequence[Any]) -> set[str]:
    return {name for node in nodes for name in node.input}


def _declared(name: str, shape: Shape) -> Any:
    """An input or output; open sizes are called N, H and W, each input's own where there are several."""
    letters = ("N", "C", "H", "W")
    dims = [f"{name}_{letters[axis]}" if n is None else n for axis, n in enumerate(shape)]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
