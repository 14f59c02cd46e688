"""A large picture painted piece by piece, by a network that needs to know nothing but its surroundings."""

from collections.abc import Callable, Iterator

import numpy as np

from impasto.core import Array

Paint = Callable[[Array], Array]


def paint_padded(picture: Array, paint: Paint, multiple: int) -> Array:
    """Mirror a few pixels at the right and the bottom so that both sides are multiples, paint, and cut them off again."""
    height, width = picture.shape[:2]
    more = (-height % multiple, -width % multiple)
    if not any(more):
        return paint(picture)
    padded = np.pad(picture, ((0, more[0]), (0, more[1]), (0, 0)), mode="symmetric")
    return paint(padded)[:height, :width]


def paint_in_tiles(picture: Array, paint: Paint, tile_px: int, margin_px: int, multiple: int) -> Array:
    """Paint (H, W, 3) in tiles of at most `tile_px`, each seen with a margin of its surroundings, which is thrown away.

    Tiles begin at multiples of `multiple`, as the network's halvings do. With a margin as wide as the network sees,
    and no statistics of the tile's own in it, no seam is left.
    """
    tile_px, margin_px = max(multiple, tile_px // multiple * multiple), -(-margin_px // multiple) * multiple

    def painted(whole: Array) -> Array:
        result = np.empty_like(whole)
        for rows, around_rows in _spans(whole.shape[0], tile_px, margin_px):
            for columns, around_columns in _spans(whole.shape[1], tile_px, margin_px):
                part = paint(np.ascontiguousarray(whole[around_rows, around_columns]))
                top, left = rows.start - around_rows.start, columns.start - around_columns.start
                result[rows, columns] = part[
                    top : top + rows.stop - rows.start, left : left + columns.stop - columns.start
                ]
        return result

    return paint_padded(picture, painted, multiple)


def _spans(length: int, tile: int, margin: int) -> Iterator[tuple[slice, slice]]:
    """Each tile along one side, and the tile with its margins."""
    for start in range(0, length, tile):
        stop = min(length, start + tile)
        yield slice(start, stop), slice(max(0, start - margin), min(length, stop + margin))
