"""What sizes a network's values have: its text run on shapes alone, in less than a millisecond.

Engines that build graphs of open sizes find out about sizes that do not go together only while they run, or never:
OpenVINO then hands out the picture before.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .ops import Edge, Network

Shape: TypeAlias = tuple[int | None, ...]
"""None where a length is open."""


class ShapeOps:
    """`Ops` on shapes. Raises ValueError where they do not go together."""

    def __init__(self) -> None:
        """narrow: whether some value was found too narrow to be mirrored."""
        self.narrow = False

    def conv(self, x: Shape, weight: Shape, bias: Shape | None = None, *, stride: int = 1, edge: Edge = "reflect",
             groups: int = 1) -> Shape:  # fmt: skip
        """See Ops.conv."""
        margin = (weight[-1] or 1) // 2
        _agree(x[1], (weight[1] or 1) * groups, f"a convolution of {weight}")
        if bias is not None:
            _agree(bias[0], weight[0], "a bias")
        if edge == "reflect":
            self.narrow |= any(side is not None and side <= margin for side in x[2:])
        return (x[0], weight[0], *(None if side is None else (side - 1) // stride + 1 for side in x[2:]))

    def linear(self, x: Shape, weight: Shape, bias: Shape | None = None) -> Shape:  # noqa: ARG002
        """See Ops.linear."""
        _agree(x[1], weight[1], f"a matrix of {weight}")
        return (x[0], weight[0])

    def relu(self, x: Shape) -> Shape:
        """See Ops.relu."""
        return x

    def leaky_relu(self, x: Shape, slope: float) -> Shape:  # noqa: ARG002
        """See Ops.leaky_relu."""
        return x

    def sigmoid(self, x: Shape) -> Shape:
        """See Ops.sigmoid."""
        return x

    def tanh(self, x: Shape) -> Shape:
        """See Ops.tanh."""
        return x

    def clamp(self, x: Shape, low: float, high: float) -> Shape:  # noqa: ARG002
        """See Ops.clamp."""
        return x

    def add(self, a: Shape, b: Shape | float) -> Shape:
        """See Ops.add."""
        return a if isinstance(b, int | float) else _broadcast(a, b)

    subtract = multiply = divide = add

    def sqrt(self, x: Shape) -> Shape:
        """See Ops.sqrt."""
        return x

    def mean(self, x: Shape) -> Shape:
        """See Ops.mean."""
        return (*x[:2], 1, 1)

    def normalise(self, x: Shape, floor: float) -> Shape:  # noqa: ARG002
        """See Ops.normalise."""
        return x

    def max_pool2(self, x: Shape) -> Shape:
        """See Ops.max_pool2."""
        return (*x[:2], *(None if side is None else side // 2 for side in x[2:]))

    def upsample2(self, x: Shape) -> Shape:
        """See Ops.upsample2."""
        return (*x[:2], *(None if side is None else side * 2 for side in x[2:]))

    def pixel_unshuffle(self, x: Shape, factor: int) -> Shape:
        """See Ops.pixel_unshuffle."""
        for side in x[2:]:
            _agree((side or 0) % factor, 0, f"a side of {side} px, which must be a multiple of {factor}")
        return (x[0], (x[1] or 0) * factor**2, *(None if side is None else side // factor for side in x[2:]))

    def pixel_shuffle(self, x: Shape, factor: int) -> Shape:
        """See Ops.pixel_shuffle."""
        return (x[0], (x[1] or 0) // factor**2, *(None if side is None else side * factor for side in x[2:]))

    def concat(self, parts: Sequence[Shape]) -> Shape:
        """See Ops.concat."""
        for part in parts[1:]:
            for one, other in zip(parts[0][2:], part[2:], strict=True):
                _agree(one, other, "values to be joined")
        return (parts[0][0], sum(part[1] or 0 for part in parts), *parts[0][2:])

    def channels(self, x: Shape, start: int, stop: int) -> Shape:
        """See Ops.channels."""
        return (x[0], stop - start, *x[2:])

    def per_channel(self, x: Shape) -> Shape:
        """See Ops.per_channel."""
        return (*x, 1, 1)

    def vector(self, x: Shape) -> Shape:
        """See Ops.vector."""
        return x[:2]

    def mix(self, matrix: Shape, x: Shape) -> Shape:
        """See Ops.mix."""
        _agree(matrix[2], x[1], "a matrix of channels")
        return (x[0], matrix[1], *x[2:])

    def covariance(self, x: Shape) -> Shape:
        """See Ops.covariance."""
        return (x[0], x[1], x[1])


def _agree(one: int | None, other: int | None, what: str) -> None:
    if one is not None and other is not None and one != other:
        raise ValueError(f"{what} is given {one} where {other} is needed")


def _broadcast(a: Shape, b: Shape) -> Shape:
    rank = max(len(a), len(b))
    pairs = list(zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True))
    for m, n in pairs:
        if 1 not in (m, n):
            _agree(m, n, f"arithmetic on {a} and {b}")
    return tuple(m if n == 1 else n if m == 1 else m or n for m, n in pairs)


def is_narrow(network: Network, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether inputs of these shapes lead to values too narrow to be mirrored. ValueError for shapes that do not fit."""
    return _run(network, shapes)[0]


def output_shapes(network: Network, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Of what the network gives for inputs of these shapes. ValueError for shapes that do not fit."""
    found = _run(network, shapes)[1]
    return {name: tuple(n or 1 for n in found[name]) for name in network.outputs}


def _run(network: Network, shapes: Mapping[str, tuple[int, ...]]) -> tuple[bool, Mapping[str, Shape]]:
    for name, declared in network.inputs.items():
        given = shapes[name]
        if len(given) != len(declared) or any(n not in (None, m) for n, m in zip(declared, given, strict=True)):
            raise ValueError(f"network '{network.name}': input '{name}' is {given}, must be {declared}")
    ops = ShapeOps()
    try:
        found = network.forward(ops, {name: array.shape for name, array in network.weights.items()}, shapes)
    except ValueError as error:
        raise ValueError(f"network '{network.name}': {error}") from None
    return ops.narrow, found
