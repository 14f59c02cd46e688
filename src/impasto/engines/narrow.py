"""Graphs with open sizes, and graphs of fixed sizes for pictures that are too narrow to be mirrored.

A convolution continues a picture beyond its edge by mirroring it, and one that is narrower than the kernel's margin by
repeating its last pixel. A graph has to know which when it is built.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from .ops import Network

_SMALL_PX = 256  # below this, some convolution may meet a value narrower than its margin
_KEPT = 64

Shapes = Mapping[str, tuple[int, ...]]
Graph = TypeVar("Graph")


class Narrow(Generic[Graph]):
    """The graph for given shapes: the open one wherever it will do."""

    def __init__(self, network: Network, build: Callable[[Shapes | None], Graph | None]) -> None:
        """build: makes the open graph for None; for shapes, a graph of these, or None where the open one will do."""
        self._pictures = [name for name, shape in network.inputs.items() if len(shape) == 4 and None in shape[2:]]
        self._build = build
        self._open: Graph | None = None
        self._fixed: dict[tuple[tuple[int, ...], ...], Graph | None] = {}

    def for_shapes(self, shapes: Shapes) -> Graph:
        """The graph to run for inputs of these shapes."""
        if min((min(shapes[name][2:]) for name in self._pictures), default=_SMALL_PX) < _SMALL_PX:
            key = tuple(shapes.values())
            if key not in self._fixed:
                if len(self._fixed) >= _KEPT:
                    self._fixed.clear()
                self._fixed[key] = self._build(shapes)
            if (fixed := self._fixed[key]) is not None:
                return fixed
        if self._open is None:
            self._open = self._build(None)
        assert self._open is not None
        return self._open
