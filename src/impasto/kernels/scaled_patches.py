"""PatchMatch whose patches are compared at several scales at once, each place with its own balance of them (Yang et al. 2017).

A stack (s, H + 2 m, W + 2 m, c) holds a picture at s scales, all of one size: softened as far as the samples of a patch lie
apart, and its border repeated m times. A source has n copies, turned this way and that, a stack each. Fields are int32
(H, W, 3): row and column in a copy, and which copy. `places` (n, H, W) says which pixel of the source, counted row by row,
each pixel of a copy shows: NOWHERE beyond its border, AT_EDGE where no match may lie. One thread: uses count at once.
"""

from typing import Any

import numpy as np

from .compiled import compiled
from .patchmatch import next_random

NOWHERE, AT_EDGE = -1, -2


@compiled(fastmath=True)
def scaled_error(
    source: Any, target: Any, offset: Any, shares: Any, steps: Any, copy: Any, from_y: Any, from_x: Any, y: Any, x: Any,
    radius: Any, margin: Any, limit: Any,
) -> Any:  # fmt: skip
    """Mean squared difference of two patches, (2 radius + 1)² samples at every scale; at least `limit` once that is certain.

    source: (n, ...), stacks of copies. offset: (c,), added to the source's colours. shares: (s,), what each scale counts.
    steps: (s,), pixels from sample to sample. The patches' middles lie at (from_y, from_x) of a copy and at (y, x), in the
    pictures without their borders.
    """
    channels = target.shape[3]
    side = 2 * radius + 1
    total = np.float32(0)
    for s in range(len(steps)):
        share = shares[s] / np.float32(side * side)
        if share < np.float32(1e-4):
            continue
        step = steps[s]
        for dy in range(-radius, radius + 1):
            row = np.float32(0)
            a, b = margin + from_y + dy * step, margin + y + dy * step
            for dx in range(-radius, radius + 1):
                i, j = margin + from_x + dx * step, margin + x + dx * step
                for c in range(channels):
                    d = source[copy, s, a, i, c] - target[s, b, j, c] + offset[c]
                    row += d * d
            total += share * row
            if total >= limit:
                return total
    return total


@compiled()
def guide_error(source: Any, target: Any, place: Any, y: Any, x: Any) -> Any:
    """Squared difference of two places' guides, each scaled by the root of its weight: source (pixels, g), target (H, W, g)."""
    total = np.float32(0)
    for n in range(source.shape[1]):
        d = source[place, n] - target[y, x, n]
        total += d * d
    return total


@compiled()
def best_tint(
    source: Any, target: Any, shares: Any, copy: Any, from_y: Any, from_x: Any, y: Any, x: Any, most: Any, offset: Any
) -> None:
    """Fill offset (c,) with what brings the source's patch nearest to the target's: the difference of their means, `most` at the most.

    source: (n, s, H, W, k), means of patches; target: alike, without n. Channels from the k-th on are not tinted.
    """
    for c in range(target.shape[3]):
        mean = np.float32(0)
        for s in range(target.shape[0]):
            mean += shares[s] * (target[s, y, x, c] - source[copy, s, from_y, from_x, c])
        offset[c] = min(max(mean, -most), most)


@compiled()
def measure(
    source: Any, target: Any, source_means: Any, target_means: Any, source_guides: Any, target_guides: Any, shares: Any,
    steps: Any, leans: Any, field: Any, errors: Any, tints: Any, places: Any, tint: Any, radius: Any, margin: Any,
) -> None:  # fmt: skip
    """Fill errors (H, W) and tints (H, W, c) with those of the matches as they are. leans: (n,), what it costs to take each copy."""
    for y in range(errors.shape[0]):
        for x in range(errors.shape[1]):
            sy, sx, copy = field[y, x, 0], field[y, x, 1], field[y, x, 2]
            if tint > 0:
                best_tint(source_means, target_means, shares[y, x], copy, sy, sx, y, x, tint, tints[y, x])
            apart = leans[copy] + guide_error(source_guides, target_guides, places[copy, sy, sx], y, x)
            errors[y, x] = apart + scaled_error(
                source, target, tints[y, x], shares[y, x], steps, copy, sy, sx, y, x, radius, margin, np.float32(np.inf)
            )


@compiled()
def _near(
    state: Any, from_y: Any, from_x: Any, from_copy: Any, reach: Any, rows: Any, columns: Any, to_copy: Any
) -> Any:
    """The next random state, and a random match: a copy, a row and a column in it, which are negative beyond the source.

    from_y, from_x: a place of the source, at most `reach` off which the match lies; its turn is the nearer the one of
    from_copy the smaller that is.
    """
    state = next_random(state)
    span = np.uint64(2 * reach + 1)
    y = from_y - reach + np.int64(((state >> np.uint64(32)) * span) >> np.uint64(32))
    x = from_x - reach + np.int64(((state & np.uint64(0xFFFFFFFF)) * span) >> np.uint64(32))
    copy, copies = from_copy, len(to_copy)
    if copies > 1:
        state = next_random(state)
        turn = max(1, copies * reach // max(rows, columns))
        low, high = max(0, from_copy - turn), min(copies - 1, from_copy + turn)
        copy = low + np.int64(((state >> np.uint64(32)) * np.uint64(high - low + 1)) >> np.uint64(32))
    if not (0 <= y < rows and 0 <= x < columns):
        return state, copy, np.int64(-1), np.int64(-1)
    m = to_copy[copy]
    try_y = np.int64(np.floor(m[0, 0] * y + m[0, 1] * x + m[0, 2] + 0.5))
    try_x = np.int64(np.floor(m[1, 0] * y + m[1, 1] * x + m[1, 2] + 0.5))
    return state, copy, try_y, try_x


@compiled()
def improve(
    source: Any, target: Any, source_means: Any, target_means: Any, source_guides: Any, target_guides: Any, shares: Any,
    steps: Any, leans: Any, field: Any, errors: Any, tints: Any, usage: Any, places: Any, to_copy: Any, columns: Any, penalty: Any,
    tint: Any, radius: Any, margin: Any, backward: Any, seed: Any,
) -> Any:  # fmt: skip
    """One pass over a picture: matches of the neighbours are tried, then random ones, near and far. Returns how many changed.

    shares: (H, W, s). leans: (n,), what it costs to take each copy. errors, tints: of the matches (see `measure`), without what uses cost. tint: how far a match's
    colours may be shifted. usage: (pixels,), how often each place of the source is taken; penalty: what each further use
    adds. to_copy: (n, 2, 3), from a source's row and column to a copy's. columns: the source's width.
    """
    rows = len(usage) // columns
    height, width = errors.shape
    state = np.uint64(seed)
    way = 1 if backward else -1
    farthest = max(rows, columns)
    offset = np.zeros(tints.shape[2], np.float32)
    changed = 0
    for j in range(height):
        y = height - 1 - j if backward else j
        for i in range(width):
            x = width - 1 - i if backward else i
            best_y, best_x, best_copy = np.int64(field[y, x, 0]), np.int64(field[y, x, 1]), np.int64(field[y, x, 2])
            best, better = errors[y, x], False
            place = places[best_copy, best_y, best_x]
            usage[place] -= 1
            cost = best + penalty * usage[place]
            from_y, from_x, from_copy, reach, trial = best_y, best_x, best_copy, farthest, 0
            while True:
                if trial < 2:
                    # The neighbour's match, and one step on: a turned patch's neighbours are turned alike.
                    ny, nx = (y, x + way) if trial == 0 else (y + way, x)
                    trial += 1
                    if not (0 <= nx < width and 0 <= ny < height):
                        continue
                    try_y, try_x = np.int64(field[ny, nx, 0]) - (ny - y), np.int64(field[ny, nx, 1]) - (nx - x)
                    copy = np.int64(field[ny, nx, 2])
                else:
                    if trial == 2:
                        trial, from_copy = 3, best_copy
                        at = np.int64(places[best_copy, best_y, best_x])
                        from_y, from_x = at // columns, at % columns
                    if reach < 1:
                        break
                    state, copy, try_y, try_x = _near(state, from_y, from_x, from_copy, reach, rows, columns, to_copy)
                    reach //= 2
                if not (0 <= try_y < places.shape[1] and 0 <= try_x < places.shape[2]):
                    continue
                place = places[copy, try_y, try_x]
                if place < 0 or (try_y == best_y and try_x == best_x and copy == best_copy):
                    continue
                used = penalty * usage[place]
                found = leans[copy] + guide_error(source_guides, target_guides, place, y, x)
                if found + used >= cost:
                    continue
                if tint > 0:
                    best_tint(source_means, target_means, shares[y, x], copy, try_y, try_x, y, x, tint, offset)
                found += scaled_error(
                    source, target, offset, shares[y, x], steps, copy, try_y, try_x, y, x, radius, margin,
                    cost - used - found,
                )  # fmt: skip
                if found + used < cost:
                    best_y, best_x, best_copy, best, cost, better = try_y, try_x, copy, found, found + used, True
                    tints[y, x] = offset
            usage[places[best_copy, best_y, best_x]] += 1
            if better:
                field[y, x, 0], field[y, x, 1], field[y, x, 2], errors[y, x] = best_y, best_x, best_copy, best
                changed += 1
    return changed


@compiled()
def vote(source: Any, places: Any, field: Any, tints: Any, radius: Any, margin: Any, picture: Any) -> None:
    """Fill the picture (H, W, 3) with the mean of what all patches over a pixel, turned and tinted, would put there.

    source: (n, ...), stacks of copies whose first scale is the style's colours. What would come from beyond the style's
    border has no vote.
    """
    height, width = picture.shape[:2]
    rows, columns = places.shape[1], places.shape[2]
    channels, wide = source.shape[4], source.shape[3]
    stride = source.shape[1] * source.shape[2] * wide
    flat, flat_places, flat_field, flat_tints = (
        source.reshape(-1),
        places.reshape(-1),
        field.reshape(-1),
        tints.reshape(-1),
    )
    for y in range(height):
        for x in range(width):
            r, g, b, total = 0.0, 0.0, 0.0, 0.0
            for near in range(max(0, y - radius), min(height, y + radius + 1)):
                for at in range(max(0, x - radius), min(width, x + radius + 1)):
                    i, k = np.uint64(3 * (near * width + at)), np.uint64(tints.shape[2] * (near * width + at))
                    sy, sx = np.int64(flat_field[i]) + y - near, np.int64(flat_field[i + np.uint64(1)]) + x - at
                    copy = np.int64(flat_field[i + np.uint64(2)])
                    if not (0 <= sy < rows and 0 <= sx < columns):
                        continue
                    if flat_places[np.uint64((copy * rows + sy) * columns + sx)] == NOWHERE:
                        continue
                    n = np.uint64(channels * (copy * stride + (margin + sy) * wide + margin + sx))
                    r += flat[n] + flat_tints[k]
                    g += flat[n + np.uint64(1)] + flat_tints[k + np.uint64(1)]
                    b += flat[n + np.uint64(2)] + flat_tints[k + np.uint64(2)]
                    total += 1.0
            picture[y, x, 0], picture[y, x, 1], picture[y, x, 2] = r / total, g / total, b / total
