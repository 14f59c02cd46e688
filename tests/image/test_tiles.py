"""Tiles give what one pass gives, in bounded memory."""

import tracemalloc

import numpy as np
import pytest

from impasto.core import Cancelled, Context
from impasto.image.tiles import Tiling, paint_in_tiles


def blur(planes):
    """A mean over 7 x 7 pixels, the picture mirrored at its edges: sees 3 px to each side."""
    padded = np.pad(planes, [(0, 0), (0, 0), (3, 3), (3, 3)], mode="reflect")
    height, width = planes.shape[2:]
    parts = [padded[:, :, y : y + height, x : x + width] for y in range(7) for x in range(7)]
    return np.mean(parts, axis=0, dtype=np.float64).astype(np.float32)


@pytest.mark.parametrize("size", [(97, 131), (64, 200), (16, 24), (4, 300), (33, 33)])
@pytest.mark.parametrize("feather", [0, 8])
def test_tiles_that_reach_far_enough_give_the_whole_picture(painted, size, feather):
    picture = painted(*size)
    whole = paint_in_tiles(picture, blur, Tiling(512, 3, multiple=4))
    tiled = paint_in_tiles(picture, blur, Tiling(32, 3, feather, multiple=4))
    np.testing.assert_allclose(tiled, whole, atol=1e-6)
    assert not np.allclose(tiled, picture, atol=0.02)


def test_tiles_that_differ_fade_into_one_another(painted):
    shades = iter(np.linspace(0.2, 0.8, 100))
    tiled = paint_in_tiles(painted(20, 300), lambda x: np.full_like(x, next(shades)), Tiling(64, 4, 24))
    steps = np.abs(np.diff(tiled, axis=1))
    assert np.ptp(tiled) > 0.02
    assert steps.max() < 0.6 / 99 / 20


def test_a_picture_of_bytes_is_painted_into_bytes(painted):
    bytes_ = np.rint(painted(50, 70) * 255).astype(np.uint8)
    out = np.empty_like(bytes_)
    assert paint_in_tiles(bytes_, lambda x: 1 - x, Tiling(32, 2, 4), out=out) is out
    np.testing.assert_array_equal(out, 255 - bytes_)


def test_memory_does_not_grow_with_the_height():
    peaks = []
    for height in (1000, 4000):
        source, out = (np.zeros((height, 256, 3), np.uint8) for _ in range(2))
        tracemalloc.start()
        paint_in_tiles(source, lambda x: x, Tiling(128, 8, 8), out=out)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


def test_a_stopped_run_ends_between_two_tiles(painted):
    context, seen = Context(), []
    context.listener = lambda progress: seen.append((progress.step, progress.total))

    def paint(planes):
        context.stop()
        return planes

    with pytest.raises(Cancelled, match="stopped after 1 of 9 tiles"):
        paint_in_tiles(painted(90, 90), paint, Tiling(40, 2, 4), context=context)
    assert seen == [(0, 9)]


def test_tiles_that_are_all_overlap_are_refused():
    with pytest.raises(ValueError, match="leave no room"):
        Tiling(64, 32)
