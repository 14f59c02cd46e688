"""The scan of an analogy against plain NumPy, which looks at every pixel of the source."""

import numpy as np

from impasto.kernels.analogies import fill
from impasto.kernels.trees import build
from impasto.methods.examples.image_analogies.features import CAUSAL


def plainly(known, causal, made, copied, field, features, size, patience):
    """The same pixels, one by one."""
    height, width, _ = made.shape
    for y in range(height):
        for x in range(width):
            query = known[y, x].copy()
            for n, (dy, dx) in enumerate(CAUSAL):
                query += made[max(0, y + dy), np.clip(x + dx, 0, width - 1)] @ causal[n]
            distances = np.square(features - query).sum(1)
            coherent = []
            for dy, dx in CAUSAL:
                if y + dy >= 0 and 0 <= x + dx < width:
                    row, column = divmod(field[y + dy, x + dx], size[1])
                    if 0 <= row - dy < size[0] and 0 <= column - dx < size[1]:
                        coherent.append((row - dy) * size[1] + column - dx)
            taken = distances.argmin()
            if coherent:
                best = min(coherent, key=lambda n: distances[n])
                if distances[best] <= distances[taken] * patience:
                    taken = best
            field[y, x] = taken
            made[y, x] = copied[taken]
    return field


def test_every_pixel_takes_what_plain_numpy_would():
    random = np.random.default_rng(8)
    size, shape, dimensions, channels = (7, 9), (6, 11), 5, 2
    features = random.random((63, dimensions), np.float32)
    known = random.random((*shape, dimensions), np.float32)
    causal = 0.3 * random.random((len(CAUSAL), channels, dimensions), np.float32)
    copied = random.random((63, channels), np.float32)
    field = random.integers(63, size=shape)
    tree = build(features)
    for patience in (1.0, 2.0):
        wanted = plainly(known, causal, copied[field], copied, field.copy(), features, size, patience)
        made, found = copied[field], field.copy()
        fill(
            known, causal, CAUSAL, made, copied, found, features, tree.points, tree.order, tree.boxes, tree.begins,
            size, np.float32(patience), np.float32(1), 1000, 0, shape[0],
        )  # fmt: skip
        assert np.array_equal(found, wanted)
        assert np.array_equal(made, copied[wanted])
