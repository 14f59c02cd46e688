"""Graphs with open sizes, and graphs of fixed sizes for pictures that are too narrow to be mirrored.

A convolution continues a picture beyond its edge by mirroring it, and one that is narrower than the kernel's margin by
repeating its last pixel. A graph has to know which when it is built.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from .ops import Network
from .shapes import is_narrow

_KEPT = 64

Shapes = Mapping[str, tuple[int, ...]]
Graph = TypeVar("Graph")


class Narrow(Generic[Graph]):
    """The graph for given shapes: the open one wherever it will do."""

    def __init__(self, network: Network, build: Callable[[Shapes | None], Graph]) -> None:
        """build: makes the open graph for None, or one of fixed sizes."""
        self._network, self._build = network, build
        self._graphs: dict[tuple[tuple[int, ...], ...] | None, Graph] = {}
        self._wide: set[tuple[tuple[int, ...], ...]] = set()

    def for_shapes(self, shapes: Shapes) -> Graph:
        """The graph to run for inputs of these shapes. Raises ValueError for shapes the network cannot take."""
        key = tuple(shapes.values())
        fixed = key if key in self._graphs or (key not in self._wide and is_narrow(self._network, shapes)) else None
        if fixed is None:
            self._wide.add(key)
        if fixed not in self._graphs:
            if len(self._graphs) > _KEPT:
                self._graphs = {None: self._graphs[None]} if None in self._graphs else {}
            self._graphs[fixed] = self._build(shapes if fixed else None)
        return self._graphs[fixed]
