"""Nearest neighbours among many points of some dozens of dimensions: a balanced tree of boxes, the nearest box first."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled

_LEAF = 12  # points in a leaf, at most
_CANDIDATES = 16  # leading dimensions that a node may be split along: those of a rotated basis, the widest first


@dataclass(frozen=True, slots=True)
class Tree:
    """Points (n, d) in the order of the leaves and the row each had before; boxes (nodes, 2, d); where leaves begin.

    Node i has the children 2 i + 1 and 2 i + 2; the last half of the nodes are the leaves.
    """

    points: NDArray[np.float32]
    order: NDArray[np.int64]
    boxes: NDArray[np.float32]
    begins: NDArray[np.int64]


def build(points: NDArray[np.float32]) -> Tree:
    """A tree over points (n, d), halved at the median of their widest dimension until a dozen are left."""
    count = len(points)
    depth = max(0, int(np.ceil(np.log2(count / _LEAF)))) if count > _LEAF else 0
    begins = (np.arange(2**depth + 1) * count) >> depth
    order = np.arange(count)
    for level in range(depth):
        step = 2 ** (depth - level)
        for node in range(2**level):
            low, middle, high = (int(begins[node * step + n]) for n in (0, step // 2, step))
            part = order[low:high]
            near = points[part, :_CANDIDATES]
            widest = near[:, np.argmax(near.max(0) - near.min(0))]
            order[low:high] = part[np.argpartition(widest, middle - low)]
    held = np.ascontiguousarray(points[order])
    layers = [np.stack([np.minimum.reduceat(held, begins[:-1]), np.maximum.reduceat(held, begins[:-1])], 1)]
    while len(layers[0]) > 1:
        one, two = layers[0][::2], layers[0][1::2]
        layers.insert(0, np.stack([np.minimum(one[:, 0], two[:, 0]), np.maximum(one[:, 1], two[:, 1])], 1))
    return Tree(held, order, np.ascontiguousarray(np.concatenate(layers)), begins.astype(np.int64))


@compiled(fastmath=True)
def _outside(boxes: Any, node: Any, query: Any) -> Any:
    """Squared distance of a query (d,) to a node's box; 0 inside."""
    total = np.float32(0)
    for k in range(len(query)):
        total += max(boxes[node, 0, k] - query[k], np.float32(0), query[k] - boxes[node, 1, k]) ** 2
    return total


@compiled(fastmath=True)
def nearest(
    points: Any, order: Any, boxes: Any, begins: Any, query: Any, limit: Any, slack: Any, most: Any, bounds: Any, waiting: Any
) -> Any:  # fmt: skip
    """Row and squared distance of a point near a query (d,); row -1 where none is nearer than `limit`.

    slack: 1 finds the nearest; at 1 + e a box is passed over that could only hold a point less than so much nearer.
    most: leaves that are looked into. bounds, waiting: room for the boxes that wait, as many as there are leaves.
    """
    dimensions = len(query)
    inner = len(begins) - 2
    best, found = limit, np.int64(-1)
    bounds[0], waiting[0] = _outside(boxes, 0, query), 0
    size, looked = 1, 0
    while size > 0 and looked < most:
        node, bound = waiting[0], bounds[0]
        if bound * slack >= best:
            break
        # Take the nearest box from the heap, and let the last one sink into its place.
        size -= 1
        last_bound, last, at = bounds[size], waiting[size], 0
        while 2 * at + 1 < size:
            child = 2 * at + 1
            if child + 1 < size and bounds[child + 1] < bounds[child]:
                child += 1
            if bounds[child] >= last_bound:
                break
            bounds[at], waiting[at] = bounds[child], waiting[child]
            at = child
        bounds[at], waiting[at] = last_bound, last
        while node < inner and bound * slack < best:
            near, far = 2 * node + 1, 2 * node + 2
            near_bound, far_bound = _outside(boxes, near, query), _outside(boxes, far, query)
            if far_bound < near_bound:
                near, far, near_bound, far_bound = far, near, far_bound, near_bound
            if far_bound * slack < best:
                at = size
                size += 1
                while at > 0 and bounds[(at - 1) // 2] > far_bound:
                    bounds[at], waiting[at] = bounds[(at - 1) // 2], waiting[(at - 1) // 2]
                    at = (at - 1) // 2
                bounds[at], waiting[at] = far_bound, far
            node, bound = near, near_bound
        if bound * slack >= best:
            continue
        looked += 1
        for row in range(begins[node - inner], begins[node - inner + 1]):
            total = np.float32(0)
            for k in range(dimensions):
                total += (points[row, k] - query[k]) ** 2
            if total < best:
                best, found = total, order[row]
    return found, best
