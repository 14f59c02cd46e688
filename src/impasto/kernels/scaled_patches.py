"""PatchMatch whose patches are compared at several scales at once, each place with its own balance of them (Yang et al. 2017).

A stack (s, H + 2 m, W + 2 m, c) holds a picture at s scales, all of one size: softened as far as the samples of a patch lie
apart, and its border repeated m times. Fields are int32 (H, W, 2): row and column in the source. One thread: uses count at once.
"""

from typing import Any

import numpy as np

from .compiled import compiled
from .patchmatch import next_random


@compiled(fastmath=True)
def scaled_error(
    source: Any, target: Any, shares: Any, steps: Any, from_y: Any, from_x: Any, y: Any, x: Any, radius: Any, margin: Any, limit: Any
) -> Any:  # fmt: skip
    """Mean squared difference of two patches, (2 radius + 1)² samples at every scale; at least `limit` once that is certain.

    shares: (s,), what each scale counts. steps: (s,), pixels from sample to sample. The patches' middles lie at
    (from_y, from_x) and (y, x) in the pictures without their borders.
    """
    channels = source.shape[3]
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
                    d = source[s, a, i, c] - target[s, b, j, c]
                    row += d * d
            total += share * row
            if total >= limit:
                return total
    return total


@compiled()
def guide_error(source: Any, target: Any, from_y: Any, from_x: Any, y: Any, x: Any) -> Any:
    """Squared difference of two places' guides (g,), each scaled by the root of its weight."""
    total = np.float32(0)
    for n in range(source.shape[2]):
        d = source[from_y, from_x, n] - target[y, x, n]
        total += d * d
    return total


@compiled()
def improve(
    source: Any, target: Any, source_guides: Any, target_guides: Any, shares: Any, steps: Any, field: Any, errors: Any,
    usage: Any, penalty: Any, radius: Any, margin: Any, edge: Any, backward: Any, fresh: Any, seed: Any,
) -> Any:  # fmt: skip
    """One pass over a picture: matches of the neighbours are tried, then random ones, near and far. Returns how many changed.

    shares: (H, W, s). errors: (H, W), without what uses cost; fresh: 1 where they have to be found anew. usage: (h, w), how often each place of the
    source is taken; penalty: what each further use adds. edge: how near to the source's edge no match may lie.
    """
    rows, columns = usage.shape
    height, width = errors.shape
    state = np.uint64(seed)
    way = 1 if backward else -1
    farthest = max(rows, columns)
    infinite = np.float32(np.inf)
    if fresh:
        for y in range(height):
            for x in range(width):
                sy, sx = field[y, x, 0], field[y, x, 1]
                errors[y, x] = guide_error(source_guides, target_guides, sy, sx, y, x) + scaled_error(
                    source, target, shares[y, x], steps, sy, sx, y, x, radius, margin, infinite
                )
    changed = 0
    for j in range(height):
        y = height - 1 - j if backward else j
        for i in range(width):
            x = width - 1 - i if backward else i
            best_y, best_x, best = field[y, x, 0], field[y, x, 1], errors[y, x]
            old_y, old_x = best_y, best_x
            usage[best_y, best_x] -= 1
            cost = best + penalty * usage[best_y, best_x]
            from_y, from_x, reach, trial = best_y, best_x, farthest, 0
            while True:
                if trial == 0:
                    trial = 1
                    if not 0 <= x + way < width:
                        continue
                    try_y, try_x = np.int64(field[y, x + way, 0]), np.int64(field[y, x + way, 1]) - way
                elif trial == 1:
                    trial = 2
                    if not 0 <= y + way < height:
                        continue
                    try_y, try_x = np.int64(field[y + way, x, 0]) - way, np.int64(field[y + way, x, 1])
                else:
                    if trial == 2:
                        trial, from_y, from_x = 3, best_y, best_x
                    if reach < 1:
                        break
                    state = next_random(state)
                    span = np.uint64(2 * reach + 1)
                    try_y = from_y - reach + np.int64(((state >> np.uint64(32)) * span) >> np.uint64(32))
                    try_x = from_x - reach + np.int64(((state & np.uint64(0xFFFFFFFF)) * span) >> np.uint64(32))
                    reach //= 2
                if not (edge <= try_y < rows - edge and edge <= try_x < columns - edge):
                    continue
                if try_y == best_y and try_x == best_x:
                    continue
                used = penalty * usage[try_y, try_x]
                found = guide_error(source_guides, target_guides, try_y, try_x, y, x)
                if found + used >= cost:
                    continue
                found += scaled_error(
                    source, target, shares[y, x], steps, try_y, try_x, y, x, radius, margin, cost - used - found
                )
                if found + used < cost:
                    best_y, best_x, best, cost = try_y, try_x, found, found + used
            usage[best_y, best_x] += 1
            if best_y != old_y or best_x != old_x:
                field[y, x, 0], field[y, x, 1], errors[y, x] = best_y, best_x, best
                changed += 1
    return changed
