"""Image analogies, row by row: every pixel takes a source pixel whose surroundings look like its own (Hertzmann et al. 2001)."""

from typing import Any

import numpy as np

from .compiled import compiled
from .trees import nearest


@compiled(fastmath=True)
def fill(
    known: Any, causal: Any, offsets: Any, made: Any, copied: Any, field: Any, features: Any, points: Any, order: Any,
    boxes: Any, begins: Any, size: Any, patience: Any, slack: Any, most: Any, first: Any, end: Any,
) -> Any:  # fmt: skip
    """Fill rows of the result in scan order; returns how many pixels went on where a neighbour's source lies.

    known: (rows, W, d), the part of each pixel's features that does not depend on the rows above. causal: (k, c, d),
    what each channel of each neighbour at `offsets` (k, 2) adds to them. made: (H, W, c), what is compared of the
    result so far, a guess where nothing is filled yet; copied: (h w, c), the same of the source; field: (H, W), which
    source pixel each took. features: (h w, d), of the source, and points, order, boxes, begins: the tree over them.
    size: height and width of the source. patience: squared distances of a coherent pixel count so much less (section
    3.1: 1 + 2^(l - L) kappa). slack, most: see `nearest`.
    """
    width, channels = made.shape[1], made.shape[2]
    rows, columns = size
    dimensions = features.shape[1]
    query = np.empty(dimensions, np.float32)
    bounds, waiting = np.empty(len(begins), np.float32), np.empty(len(begins), np.int64)
    coherent = 0
    for y in range(first, end):
        for x in range(width):
            for k in range(dimensions):
                query[k] = known[y - first, x, k]
            for n in range(len(offsets)):
                near_y = max(0, y + offsets[n, 0])
                near_x = min(max(0, x + offsets[n, 1]), width - 1)
                for c in range(channels):
                    value = made[near_y, near_x, c]
                    for k in range(dimensions):
                        query[k] += value * causal[n, c, k]
            best, taken = np.float32(np.inf), np.int64(-1)
            for n in range(len(offsets)):
                near_y, near_x = y + offsets[n, 0], x + offsets[n, 1]
                if near_y < 0 or near_x < 0 or near_x >= width:
                    continue
                there_y = field[near_y, near_x] // columns - offsets[n, 0]
                there_x = field[near_y, near_x] % columns - offsets[n, 1]
                if not (0 <= there_y < rows and 0 <= there_x < columns):
                    continue
                there = there_y * columns + there_x
                if there == taken:
                    continue
                total = np.float32(0)
                for k in range(dimensions):
                    total += (features[there, k] - query[k]) ** 2
                if total < best:
                    best, taken = total, there
            # Only a pixel that is nearer than this could take the place of the coherent one.
            found, _ = nearest(points, order, boxes, begins, query, best / patience, slack, most, bounds, waiting)
            if found >= 0:
                taken = found
            else:
                coherent += 1
            field[y, x] = taken
            for c in range(channels):
                made[y, x, c] = copied[taken, c]
    return coherent
