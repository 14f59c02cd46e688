"""PatchMatch with guides: for every patch of a target the most similar one of a source, and pictures voted from them.

Barnes et al. 2009; the uniformity term is that of Jamriska et al. 2015 (LazyFluids) and Fiser et al. 2016 (StyLit). Rows
of a target are worked on in tiles. A tile looks at its own matches as they become, and at everything else as it was when
the pass began, so that the result does not depend on how many tiles run at once.

Stacks are float32 (height + 2 r, width + 2 r, c): all channels of guides and style side by side, each scaled by the root
of its weight, and the border repeated so that no patch sticks out. Fields are int32 (H, W, 2): row and column in the source.
"""

from typing import Any

import numpy as np

from .compiled import compiled


@compiled(fastmath=True)
def patch_error(source: Any, target: Any, from_: Any, at: Any, step: Any, target_step: Any, count: Any, size: Any, limit: Any) -> Any:  # fmt: skip
    """Squared difference of two patches in flat stacks, summed; at least `limit` as soon as that is certain.

    from_, at: where the first rows begin. step, target_step: from row to row. count: numbers in a row, size: rows.
    """
    total = np.float32(0)
    a, b = np.uint64(from_), np.uint64(at)
    for _ in range(size):
        row = np.float32(0)
        for n in range(count):
            d = source[a + np.uint64(n)] - target[b + np.uint64(n)]
            row += d * d
        total += row
        if total >= limit:
            return total
        a += np.uint64(step)
        b += np.uint64(target_step)
    return total


@compiled()
def _crowd(usage: Any, share: Any, at: Any, width: Any, size: Any) -> Any:
    """How often the pixels of a source patch are used in all, each relative to its share."""
    total = np.float32(0)
    for row in range(size):
        begin = np.uint64(at + row * width)
        for n in range(size):
            total += np.float32(usage[begin + np.uint64(n)]) * share[begin + np.uint64(n)]
    return total


@compiled()
def _use(usage: Any, at: Any, width: Any, size: Any, change: Any) -> None:
    for row in range(size):
        begin = np.uint64(at + row * width)
        for n in range(size):
            usage[begin + np.uint64(n)] += change


@compiled()
def measure(source: Any, target: Any, field: Any, errors: Any, size: Any, first: Any, end: Any) -> None:
    """Fill rows of errors (H, W) with those of the matches as they are."""
    channels = source.shape[2]
    step, target_step = source.shape[1] * channels, target.shape[1] * channels
    flat_source, flat_target = source.reshape(-1), target.reshape(-1)
    for y in range(first, end):
        for x in range(errors.shape[1]):
            errors[y, x] = patch_error(
                flat_source, flat_target, field[y, x, 0] * step + field[y, x, 1] * channels,
                y * target_step + x * channels, step, target_step, size * channels, size, np.float32(np.inf),
            )  # fmt: skip


@compiled()
def next_random(state: Any) -> Any:
    """The next of a sequence of 64-bit numbers (xorshift, Marsaglia 2003)."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    return state ^ (state << np.uint64(17))


@compiled()
def improve(
    source: Any, target: Any, field: Any, before: Any, errors: Any, usage: Any, share: Any, valid: Any, active: Any,
    size: Any, penalty: Any, backward: Any, seed: Any, first: Any, end: Any,
) -> Any:  # fmt: skip
    """One pass over a tile of rows: matches of the neighbours are tried, then random ones, far and ever nearer to the best.

    before: the field when the pass began, read outside the tile. usage: the source's padded pixels, int32, how often
    each is used; the tile's own copy, flat. share: alike, float32, what a use counts: pixels at
    the border lie in fewer patches, and would seem to be used too little. valid: (h, w), middles of source patches that may be used. active: (H, W),
    pixels to work on. penalty: added to the error for every use of a candidate's pixels. Returns how many changed.
    """
    channels = source.shape[2]
    height, width = valid.shape
    columns = field.shape[1]
    wide = source.shape[1]
    step, target_step = wide * channels, target.shape[1] * channels
    flat_source, flat_target = source.reshape(-1), target.reshape(-1)
    state = np.uint64(seed)
    way = 1 if backward else -1
    farthest = max(height, width)
    changed = 0
    for j in range(first, end):
        y = end - 1 - (j - first) if backward else j
        for i in range(columns):
            x = columns - 1 - i if backward else i
            if not active[y, x]:
                continue
            at = y * target_step + x * channels
            best_y, best_x, best = field[y, x, 0], field[y, x, 1], errors[y, x]
            old_y, old_x = best_y, best_x
            crowd = penalty * _crowd(usage, share, best_y * wide + best_x, wide, size) if penalty > 0 else np.float32(0)
            radius, trial = farthest, 0
            while True:
                if trial == 0:
                    trial = 1
                    if not 0 <= x + way < columns:
                        continue
                    try_y, try_x = np.int64(field[y, x + way, 0]), np.int64(field[y, x + way, 1]) - way
                elif trial == 1:
                    trial = 2
                    if not 0 <= y + way < field.shape[0]:
                        continue
                    if first <= y + way < end:
                        try_y, try_x = np.int64(field[y + way, x, 0]) - way, np.int64(field[y + way, x, 1])
                    else:
                        try_y, try_x = np.int64(before[y + way, x, 0]) - way, np.int64(before[y + way, x, 1])
                else:
                    if radius < 1:
                        break
                    state = next_random(state)
                    low_y, low_x = max(0, best_y - radius), max(0, best_x - radius)
                    span_y, span_x = min(height, best_y + radius + 1) - low_y, min(width, best_x + radius + 1) - low_x
                    try_y = low_y + np.int64(((state >> np.uint64(32)) * np.uint64(span_y)) >> np.uint64(32))
                    try_x = low_x + np.int64(((state & np.uint64(0xFFFFFFFF)) * np.uint64(span_x)) >> np.uint64(32))
                    radius //= 2
                if not (0 <= try_y < height and 0 <= try_x < width) or not valid[try_y, try_x]:
                    continue
                if try_y == best_y and try_x == best_x:
                    continue
                limit = best + crowd
                found = patch_error(
                    flat_source, flat_target, try_y * step + try_x * channels, at, step, target_step,
                    size * channels, size, limit,
                )  # fmt: skip
                if found >= limit:
                    continue
                there = (
                    penalty * _crowd(usage, share, try_y * wide + try_x, wide, size) if penalty > 0 else np.float32(0)
                )
                if found + there < limit:
                    if penalty > 0:
                        _use(usage, best_y * wide + best_x, wide, size, -1)
                        _use(usage, try_y * wide + try_x, wide, size, 1)
                        there = penalty * _crowd(usage, share, try_y * wide + try_x, wide, size)
                    best_y, best_x, best, crowd = try_y, try_x, found, there
            if best_y != old_y or best_x != old_x:
                field[y, x, 0], field[y, x, 1], errors[y, x] = best_y, best_x, best
                changed += 1
    return changed


@compiled()
def vote(style: Any, field: Any, errors: Any, size: Any, softness: Any, picture: Any, first: Any, end: Any) -> None:
    """Fill rows of the picture (H, W, 3) with the mean of what all patches over a pixel would put there.

    style: (h, w, 3); what would come from beyond its border has no vote. softness: 0 counts all alike; otherwise a
    patch of error E counts 1 / (1 + E / softness).
    """
    height, width = errors.shape
    rows, columns = style.shape[0], style.shape[1]
    flat, flat_field = style.reshape(-1), field.reshape(-1)
    radius = size // 2
    for y in range(first, end):
        for x in range(width):
            r, g, b, total = 0.0, 0.0, 0.0, 0.0
            for near in range(max(0, y - radius), min(height, y + radius + 1)):
                for at in range(max(0, x - radius), min(width, x + radius + 1)):
                    i = np.uint64(2 * (near * width + at))
                    sy = np.int64(flat_field[i]) + y - near
                    sx = np.int64(flat_field[i + np.uint64(1)]) + x - at
                    if 0 <= sy < rows and 0 <= sx < columns:
                        weight = 1.0 if softness == 0 else 1.0 / (1.0 + errors[near, at] / softness)
                        j = np.uint64(3 * (sy * columns + sx))
                        r += weight * flat[j]
                        g += weight * flat[j + np.uint64(1)]
                        b += weight * flat[j + np.uint64(2)]
                        total += weight
            picture[y, x, 0], picture[y, x, 1], picture[y, x, 2] = r / total, g / total, b / total
