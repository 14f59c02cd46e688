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
def _accept(t0: Any, t1: Any, t2: Any, s0: Any, s1: Any, s2: Any, field: Any, step: Any, threshold: Any) -> None:
    """Give a row of pixels a step wherever none has been given and the guides differ by less than the threshold."""
    for i in range(len(field)):
        misfit = abs(t0[i] - s0[i]) + abs(t1[i] - s1[i]) + abs(t2[i] - s2[i])
        old = field[i]
        field[i] = step if (old == UNSET) & (misfit < threshold) else old


@compiled()
def _seed_step(target: Any, source: Any, table: Any, steps: Any, block: Any, row: Any, column: Any) -> Any:
    """The step of a seed, looked up once. Threads may look up the same one twice and find the same."""
    step = steps[block[0], block[1]]
    if step == UNSET:
        step = look_up(target, source, table, row, column)
        steps[block[0], block[1]] = step
    return step


@compiled()
def lay_level(
    target: Any, source: Any, table: Any, seeds: Any, steps: Any, side: Any, threshold: Any, field: Any,
    first: Any, end: Any,
) -> None:  # fmt: skip
    """Give pixels of rows first to end the step of their nearest seed where that fits; one level, blocks of `side`.

    seeds: (2, blocks down + 2, blocks across + 2), rows and columns, with a border of blocks around the picture; steps:
    alike, UNSET where not yet looked up. Nearest: of the seeds in the 3 x 3 blocks around a pixel's own; of equally near
    ones the leftmost, then the first.
    """
    height, width = field.shape
    rows, columns = source.shape[1], source.shape[2]
    across = (width + side - 1) // side
    ys, xs, cs = np.empty(9, np.int64), np.empty(9, np.int64), np.empty(9, np.int64)
    for by in range(first // side, (end + side - 1) // side):
        for bx in range(across):
            left, right = bx * side, min(width, (bx + 1) * side)
            for k in range(9):
                ys[k], xs[k] = seeds[0, by + k // 3, bx + k % 3], seeds[1, by + k // 3, bx + k % 3]
            for y in range(max(first, by * side), min(end, (by + 1) * side)):
                unset = False
                for i in field[y, left:right]:
                    unset |= i == UNSET
                if not unset:
                    continue
                for k in range(9):
                    cs[k] = xs[k] * xs[k] + (ys[k] - y) * (ys[k] - y)
                x = left
                while x < right:
                    nearest = 0
                    least = cs[0] - 2 * x * xs[0]
                    for k in range(1, 9):
                        distance = cs[k] - 2 * x * xs[k]
                        if distance < least or (distance == least and xs[k] < xs[nearest]):
                            nearest, least = k, distance
                    # Seeds further right take over, one by one, where their distance falls below this one's.
                    stop = right
                    for k in range(9):
                        apart = xs[k] - xs[nearest]
                        if apart > 0 and cs[k] - 2 * stop * xs[k] < cs[nearest] - 2 * stop * xs[nearest]:
                            stop = min(stop, np.int64(np.floor((cs[k] - cs[nearest]) / (2.0 * apart))) + 1)
                    stop = max(stop, x + 1)
                    while x < stop and field[y, x] != UNSET:
                        x += 1
                    if x < stop:
                        block = (by + nearest // 3, bx + nearest % 3)
                        step = _seed_step(target, source, table, steps, block, ys[nearest], xs[nearest])
                        sy, dx = y + _rows(step), _columns(step)
                        a, b = max(x, -dx), min(stop, columns - dx)
                        if 0 <= sy < rows and a < b:
                            _accept(
                                target[0, y, a:b], target[1, y, a:b], target[2, y, a:b],
                                source[0, sy, a + dx : b + dx], source[1, sy, a + dx : b + dx],
                                source[2, sy, a + dx : b + dx], field[y, a:b], step, threshold,
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
    rows, columns = style.shape[0], style.shape[1]
    even = np.empty(width, np.bool_)
    for y in range(first, end):
        middle = field[y]
        even[:] = True
        for near in range(max(0, y - radius), min(height, y + radius + 1)):
            if near != y:
                other = field[near]
                for x in range(width):
                    even[x] &= other[x] == middle[x]
        x = 0
        while x < width:
            # A run of columns that are even in themselves and among each other.
            begin = x
            if even[x]:
                while x < width and even[x] and middle[x] == middle[begin]:
                    x += 1
                a = begin + radius if begin > 0 else 0
                b = x - radius if x < width else width
                for at in range(begin, min(a, x)):
                    _mix(style, field, radius, picture, y, at)
                if a < b:
                    sy, dx = y + _rows(middle[begin]), _columns(middle[begin])
                    picture[y, a:b] = style[sy, a + dx : b + dx]
                for at in range(max(a, b), x):
                    _mix(style, field, radius, picture, y, at)
            else:
                _mix(style, field, radius, picture, y, x)
                x += 1


@compiled()
def _mix(style: Any, field: Any, radius: Any, picture: Any, y: Any, x: Any) -> None:
    height, width = field.shape
    rows, columns = style.shape[0], style.shape[1]
    r, g, b = np.float32(0), np.float32(0), np.float32(0)
    top, bottom = max(0, y - radius), min(height, y + radius + 1)
    left, right = max(0, x - radius), min(width, x + radius + 1)
    for near in range(top, bottom):
        for at in range(left, right):
            step = field[near, at]
            sy, sx = _within(y + _rows(step), rows), _within(x + _columns(step), columns)
            r += style[sy, sx, 0]
            g += style[sy, sx, 1]
            b += style[sy, sx, 2]
    share = np.float32(1) / np.float32((bottom - top) * (right - left))
    picture[y, x, 0], picture[y, x, 1], picture[y, x, 2] = r * share, g * share, b * share
