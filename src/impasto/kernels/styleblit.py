"""StyleBlit: chunks of an example, as large as its guide and the target's allow (Sykora et al. 2019, algorithm 1).

A field says which pixel of the example each pixel of the target takes: int32, the step in rows in its upper half, in
columns in its lower. Chunks are rows of pixels with one step, which is what makes this fast: they are compared and
copied as wholes.
"""

from typing import Any

import numpy as np

from .compiled import compiled

UNSET = -(2**31)
"""A field's value where nothing has been taken yet; no step of fewer than 32,768 rows packs to it."""
TABLE_SIDE = 64
"""Cells of a lookup table along each of its three channels."""


@compiled(inline="always")
def _packed(rows: Any, columns: Any) -> Any:
    return np.int32((rows << 16) | (columns & 0xFFFF))


@compiled(inline="always")
def _rows(step: Any) -> Any:
    return np.int64(step >> 16)


@compiled(inline="always")
def _columns(step: Any) -> Any:
    return np.int64(np.int16(step & 0xFFFF))


@compiled()
def _misfit(source: Any, row: Any, column: Any, r: Any, g: Any, b: Any) -> Any:
    return abs(source[0, row, column] - r) + abs(source[1, row, column] - g) + abs(source[2, row, column] - b)


@compiled()
def look_up(target: Any, source: Any, table: Any, row: Any, column: Any) -> Any:
    """The step from a pixel of the target's guide (3, H, W) to one of the source's (3, h, w) that looks the same.

    table: (64, 64, 64), a source pixel for every cell of guide values 0 to 255; from there downhill in the picture.
    The same place is taken at once where it is a perfect match.
    """
    height, width = source.shape[1], source.shape[2]
    r, g, b = target[0, row, column], target[1, row, column], target[2, row, column]
    if row < height and column < width and _misfit(source, row, column, r, g, b) == 0:
        return _packed(0, 0)
    scale = np.float32(TABLE_SIDE / 256)
    at = table[int(r * scale), int(g * scale), int(b * scale)]
    y, x = at // width, at % width
    best = _misfit(source, y, x, r, g, b)
    for stride in (4, 2, 1):
        near_y, near_x = y, x
        for dy in (-stride, 0, stride):
            for dx in (-stride, 0, stride):
                if 0 <= y + dy < height and 0 <= x + dx < width:
                    found = _misfit(source, y + dy, x + dx, r, g, b)
                    if found < best:
                        best, near_y, near_x = found, y + dy, x + dx
        y, x = near_y, near_x
    return _packed(y - row, x - column)


@compiled()
def _accept(
    target: Any, source: Any, field: Any, at: Any, from_: Any, count: Any, plane: Any, source_plane: Any, step: Any,
    threshold: Any,
) -> None:  # fmt: skip
    """Give a row of pixels a step wherever none has been given and the guides differ by less than the threshold.

    Flat arrays and unsigned positions: slices cost more than the comparison, and signed ones keep it from being
    vectorised.
    """
    t0, s0 = np.uint64(at), np.uint64(from_)
    t1, s1 = np.uint64(at + plane), np.uint64(from_ + source_plane)
    t2, s2 = np.uint64(at + 2 * plane), np.uint64(from_ + 2 * source_plane)
    for n in range(count):
        i = np.uint64(n)
        misfit = abs(target[t0 + i] - source[s0 + i])
        misfit += abs(target[t1 + i] - source[s1 + i])
        misfit += abs(target[t2 + i] - source[s2 + i])
        old = field[t0 + i]
        field[t0 + i] = step if (old == UNSET) & (misfit < threshold) else old


@compiled()
def _seed_step(target: Any, source: Any, table: Any, steps: Any, block: Any, row: Any, column: Any) -> Any:
    """The step of a seed, looked up once. Threads may look up the same one twice and find the same."""
    step = steps[block[0], block[1]]
    if step == UNSET:
        step = look_up(target, source, table, row, column)
        steps[block[0], block[1]] = step
    return step


@compiled(inline="always")
def seed_at(jitter: Any, block: Any, side: Any, length: Any) -> Any:
    """Row or column of a block's seed, kept inside a picture of that length."""
    return min(max(np.int64(np.floor(side * (block + jitter))), 0), length - 1)


@compiled()
def lay_level(
    target: Any, source: Any, table: Any, jitter: Any, steps: Any, side: Any, threshold: Any, field: Any,
    first: Any, end: Any,
) -> None:  # fmt: skip
    """Give pixels of rows first to end the step of their nearest seed where that fits; one level, blocks of `side`.

    jitter: (2, 256, 256) in [0, 1), where in its block a seed lies. steps: (blocks down + 2, blocks across + 2), with a
    border of blocks around the picture; UNSET where not yet looked up. Nearest: of the seeds in the 3 x 3 blocks around a pixel's own; of equally near
    ones the leftmost, then the first.
    """
    height, width = field.shape
    rows, columns = source.shape[1], source.shape[2]
    across = (width + side - 1) // side
    flat_target, flat_source, flat_field = target.reshape(-1), source.reshape(-1), field.reshape(-1)
    one = np.uint64(1)
    ys, xs, cs = np.empty(9, np.int64), np.empty(9, np.int64), np.empty(9, np.int64)
    for by in range(first // side, (end + side - 1) // side):
        for bx in range(across):
            left, right = bx * side, min(width, (bx + 1) * side)
            fresh = True
            for y in range(max(first, by * side), min(end, (by + 1) * side)):
                # The first and the last pixel without a step; between them spans are sought.
                a, b = np.uint64(y * width + left), np.uint64(y * width + right)
                while a < b and flat_field[a] != UNSET:
                    a += one
                if a == b:
                    continue
                while flat_field[b - one] != UNSET:
                    b -= one
                begin, until = np.int64(a) - y * width, np.int64(b) - y * width
                if fresh:
                    fresh = False
                    for k in range(9):
                        down, along = by - 1 + k // 3, bx - 1 + k % 3
                        ys[k] = seed_at(jitter[0, down & 255, along & 255], down, side, height)
                        xs[k] = seed_at(jitter[1, down & 255, along & 255], along, side, width)
                for k in range(9):
                    cs[k] = xs[k] * xs[k] + (ys[k] - y) * (ys[k] - y)
                x = begin
                while x < until:
                    nearest = 0
                    least = cs[0] - 2 * x * xs[0]
                    for k in range(1, 9):
                        distance = cs[k] - 2 * x * xs[k]
                        if distance < least or (distance == least and xs[k] < xs[nearest]):
                            nearest, least = k, distance
                    # Seeds further right take over, one by one, where their distance falls below this one's.
                    stop = until
                    for k in range(9):
                        apart = xs[k] - xs[nearest]
                        if apart > 0 and cs[k] - 2 * stop * xs[k] < cs[nearest] - 2 * stop * xs[nearest]:
                            stop = min(stop, np.int64(np.floor((cs[k] - cs[nearest]) / (2.0 * apart))) + 1)
                    stop = max(stop, x + 1)
                    while x < stop and flat_field[np.uint64(y * width + x)] != UNSET:
                        x += 1
                    if x < stop:
                        block = (by + nearest // 3, bx + nearest % 3)
                        step = _seed_step(target, source, table, steps, block, ys[nearest], xs[nearest])
                        sy, dx = y + _rows(step), _columns(step)
                        a, b = max(x, -dx), min(stop, columns - dx)
                        if 0 <= sy < rows and a < b:
                            _accept(
                                flat_target, flat_source, flat_field, y * width + a, sy * columns + a + dx, b - a,
                                height * width, rows * columns, step, threshold,
                            )  # fmt: skip
                    x = stop


@compiled()
def lay_rest(target: Any, source: Any, table: Any, field: Any, first: Any, end: Any) -> None:
    """Give every pixel that has none yet the step to what looks most like it: blocks of a single pixel."""
    for y in range(first, end):
        for x in range(field.shape[1]):
            if field[y, x] == UNSET:
                field[y, x] = look_up(target, source, table, y, x)


@compiled(inline="always")
def _within(value: Any, end: Any) -> Any:
    return min(max(value, 0), end - 1)


@compiled()
def blend(style: Any, field: Any, radius: Any, picture: Any, first: Any, end: Any) -> None:
    """Copy the style (h, w, 3) along a field into rows of the picture (H, W, 3), mixed where chunks meet.

    A pixel becomes the mean of what the steps within `radius` of it would have put there. Where they are all the same,
    it is a plain copy, bit for bit.
    """
    height, width = field.shape
    columns = style.shape[1]
    flat_field, flat_style, flat_picture = field.reshape(-1), style.reshape(-1), picture.reshape(-1)
    even = np.empty(width, np.uint8)
    for y in range(first, end):
        even[:] = 1
        here = np.uint64(y * width)
        for near in range(max(0, y - radius), min(height, y + radius + 1)):
            if near != y:
                other = np.uint64(near * width)
                for n in range(width):
                    i = np.uint64(n)
                    even[i] &= flat_field[here + i] == flat_field[other + i]
        x = 0
        while x < width:
            # A run of columns that are even in themselves and among each other.
            begin = x
            step = flat_field[here + np.uint64(x)]
            while x < width and even[x] and flat_field[here + np.uint64(x)] == step:
                x += 1
            a = begin + radius if begin > 0 else 0
            b = x - radius if x < width else width
            for at in range(begin, min(a, x)):
                _mix(flat_style, flat_field, style.shape, field.shape, radius, flat_picture, y, at)
            if a < b:
                source = np.uint64(((y + _rows(step)) * columns + a + _columns(step)) * 3)
                to = np.uint64((y * width + a) * 3)
                for n in range(3 * (b - a)):
                    flat_picture[to + np.uint64(n)] = flat_style[source + np.uint64(n)]
            for at in range(max(a, b), x):
                _mix(flat_style, flat_field, style.shape, field.shape, radius, flat_picture, y, at)
            if x < width and x == begin:
                _mix(flat_style, flat_field, style.shape, field.shape, radius, flat_picture, y, x)
                x += 1


@compiled()
def _mix(style: Any, field: Any, size: Any, shape: Any, radius: Any, picture: Any, y: Any, x: Any) -> None:
    height, width = shape
    rows, columns = size[0], size[1]
    r, g, b = np.float32(0), np.float32(0), np.float32(0)
    top, bottom = max(0, y - radius), min(height, y + radius + 1)
    left, right = max(0, x - radius), min(width, x + radius + 1)
    for near in range(top, bottom):
        for at in range(left, right):
            step = field[np.uint64(near * width + at)]
            sy, sx = _within(y + _rows(step), rows), _within(x + _columns(step), columns)
            i = np.uint64(3 * (sy * columns + sx))
            r += style[i]
            g += style[i + np.uint64(1)]
            b += style[i + np.uint64(2)]
    share = np.float32(1) / np.float32((bottom - top) * (right - left))
    i = np.uint64(3 * (y * width + x))
    picture[i], picture[i + np.uint64(1)], picture[i + np.uint64(2)] = r * share, g * share, b * share
