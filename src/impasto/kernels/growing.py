"""Growing a texture pixel by pixel: each takes the middle of a sample's window that looks like its own (Efros & Leung 1999)."""

from typing import Any

import numpy as np

from .compiled import compiled


@compiled()
def window_errors(
    sample: Any, offsets: Any, values: Any, weights: Any, radius: Any, tolerance: Any, errors: Any
) -> Any:
    """Fill errors (n,) with the weighted misfit of every window that lies in the sample (h, w, 3); returns the least.

    offsets (k, 2), values (k, 3), weights (k,): the known pixels of the window to be matched, the weightiest first. n
    runs over the middles, row by row. A window is given up, and inf, as soon as it is worse than (1 + tolerance) times
    the best one so far.
    """
    height, width = sample.shape[0], sample.shape[1]
    best = np.float32(np.inf)
    n = 0
    for y in range(radius, height - radius):
        for x in range(radius, width - radius):
            limit = best * (1 + tolerance)
            total = np.float32(0)
            for k in range(len(weights)):
                row, column = y + offsets[k, 0], x + offsets[k, 1]
                r = sample[row, column, 0] - values[k, 0]
                g = sample[row, column, 1] - values[k, 1]
                b = sample[row, column, 2] - values[k, 2]
                total += weights[k] * (r * r + g * g + b * b)
                if total > limit:
                    total = np.float32(np.inf)
                    break
            errors[n] = total
            best = min(best, total)
            n += 1
    return best


@compiled()
def grow(
    sample: Any, canvas: Any, known: Any, sources: Any, pixels: Any, draws: Any, window: Any, kernel: Any,
    tolerance: Any, worst: Any, around: Any,
) -> Any:  # fmt: skip
    """Fill the pixels (n, 2) of a canvas (H, W, 3), in that order; returns how many found a window that is good enough.

    known: (H, W), which pixels count. sources: (H, W), number of the sample's pixel that was taken. draws: (n,) in
    [0, 1), which of the candidates within the tolerance each takes. window: offsets (k, 2) with their weights `kernel`
    (k,), the weightiest first. worst: the largest mean squared misfit that is accepted. around: 1 where the canvas goes
    on at its other side.
    """
    height, width = known.shape
    radius = np.abs(window).max()
    rows, columns = sample.shape[0] - 2 * radius, sample.shape[1] - 2 * radius
    errors = np.empty(rows * columns, np.float32)
    offsets = np.empty((len(kernel), 2), np.int64)
    values = np.empty((len(kernel), 3), np.float32)
    weights = np.empty(len(kernel), np.float32)
    filled = 0
    for i in range(len(pixels)):
        y, x = pixels[i, 0], pixels[i, 1]
        count, total = 0, np.float32(0)
        for k in range(len(kernel)):
            row, column = y + window[k, 0], x + window[k, 1]
            if around:
                row, column = row % height, column % width
            if 0 <= row < height and 0 <= column < width and known[row, column]:
                offsets[count, 0], offsets[count, 1] = window[k, 0], window[k, 1]
                for c in range(3):
                    values[count, c] = canvas[row, column, c]
                weights[count] = kernel[k]
                total += kernel[k]
                count += 1
        best = window_errors(sample, offsets[:count], values[:count], weights[:count], radius, tolerance, errors)
        if count == 0 or best > worst * total:
            continue
        candidates = 0
        for n in range(len(errors)):
            candidates += errors[n] <= best * (1 + tolerance)
        chosen = int(draws[i] * candidates)
        for n in range(len(errors)):
            if errors[n] <= best * (1 + tolerance):
                chosen -= 1
                if chosen < 0:
                    row, column = n // columns + radius, n % columns + radius
                    for c in range(3):
                        canvas[y, x, c] = sample[row, column, c]
                    sources[y, x] = row * sample.shape[1] + column
                    break
        known[y, x] = True
        filled += 1
    return filled
