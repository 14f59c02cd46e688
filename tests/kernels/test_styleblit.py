"""StyleBlit's kernels against plain NumPy: which chunk reaches which pixel, and how chunks are mixed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from impasto.kernels.compiled import in_bands
from impasto.kernels.styleblit import UNSET, blend, lay_level, lay_rest
from impasto.methods.examples.styleblit.blit import exact_steps, jitter_table, look_up_table, seeds_of


def unpacked(field):
    return field >> 16, (field & 0xFFFF).astype(np.int16).astype(int)


def guides(shape, other, seed=0):
    """Two smooth guides (3, H, W), 0 to 255, no two pixels alike."""
    random = np.random.default_rng(seed)
    made = []
    for height, width in (shape, other):
        y, x = np.mgrid[:height, :width] / max(height, width)
        planes = [np.sin(3 * x + 1) + y, np.cos(4 * y) * x, x * y]
        planes = np.stack([(p - p.min()) / np.ptp(p) for p in planes]) * 200 + random.random((3, height, width)) * 6
        made.append(planes.astype(np.float32))
    return made


def plain_field(target, source, jitter, sides, threshold):
    """Algorithm 1 of the paper, pixel by pixel."""
    (_, height, width), (_, rows, columns) = target.shape, source.shape
    field = np.zeros((height, width, 2), int)
    for y in range(height):
        for x in range(width):
            for side in (*sides, 1):
                seeds = []
                for by in range(y // side - 1, y // side + 2):
                    for bx in range(x // side - 1, x // side + 2):
                        sy = min(max(int(np.floor(side * (by + jitter[0, by & 255, bx & 255]))), 0), height - 1)
                        sx = min(max(int(np.floor(side * (bx + jitter[1, by & 255, bx & 255]))), 0), width - 1)
                        seeds.append(((y - sy) ** 2 + (x - sx) ** 2, sx, len(seeds), sy))
                _, qx, _, qy = min(seeds) if side > 1 else (0, x, 0, y)
                misfit = np.abs(source - target[:, qy, qx, None, None]).sum(0)
                uy, ux = np.unravel_index(misfit.argmin(), misfit.shape)
                sy, sx = uy + y - qy, ux + x - qx
                fits = 0 <= sy < rows and 0 <= sx < columns
                if side == 1 or (fits and np.abs(source[:, sy, sx] - target[:, y, x]).sum() < threshold):
                    field[y, x] = sy - y, sx - x
                    break
    return field


def laid(target, source, jitter, sides, threshold, threads=1):
    table = look_up_table(source)
    field = np.full(target.shape[1:], UNSET, np.int32)
    for side in sides:
        seeds = seeds_of(field.shape, side, jitter)
        steps = exact_steps(target, source, seeds.reshape(2, -1)).reshape(seeds.shape[1:])
        in_bands(len(field), threads, lambda a, b, side=side, steps=steps: lay_level(
            target, source, table, jitter, steps, side, np.float32(threshold), field, a, b))  # fmt: skip
    rest = np.stack(np.nonzero(field == UNSET))
    field[tuple(rest)] = exact_steps(target, source, rest)
    return field


@pytest.mark.parametrize("threads", [1, 3])
def test_chunks_are_those_of_the_paper_pixel_by_pixel(threads):
    target, source = guides((37, 45), (31, 40))
    jitter = jitter_table(3, 1.0)
    field = laid(target, source, jitter, (16, 8, 4, 2), 24, threads)
    wanted = plain_field(target, source, jitter, (16, 8, 4, 2), 24)
    assert_array_equal(np.stack(unpacked(field), -1), wanted)
    assert len(np.unique(field)) < field.size / 4, "chunks, not pixels"


def test_the_table_finds_what_is_nearly_as_much_alike_as_the_best():
    target, source = guides((30, 41), (90, 110), seed=2)
    field = np.full(target.shape[1:], UNSET, np.int32)
    lay_rest(target, source, look_up_table(source), field, 0, 30)
    places = np.stack(np.mgrid[:30, :41]).reshape(2, -1)
    found, best = (
        np.abs(target[:, *places] - source[:, places[0] + dy, places[1] + dx]).sum(0)
        for dy, dx in (unpacked(field.ravel()), unpacked(exact_steps(target, source, places)))
    )
    assert (found >= best - 1e-3).all()
    assert found.mean() <= best.mean() + 3, "of 765: half of the guides' own noise"


@pytest.mark.parametrize("radius", [0, 1, 3])
def test_borders_are_mixed_as_in_plain_numpy_and_the_rest_is_copied(radius):
    random = np.random.default_rng(1)
    style = random.random((23, 29, 3), np.float32)
    steps = random.integers(-4, 5, (5, 6, 2))
    steps = steps.repeat(5, 0).repeat(4, 1)[:22, :24]
    ys, xs = np.mgrid[:22, :24]
    dy, dx = np.clip(ys + steps[..., 0], 0, 22) - ys, np.clip(xs + steps[..., 1], 0, 28) - xs
    field = ((dy << 16) | (dx & 0xFFFF)).astype(np.int32)
    picture = np.empty((22, 24, 3), np.float32)
    in_bands(22, 2, lambda a, b: blend(style, field, radius, picture, a, b))
    for y in range(22):
        for x in range(24):
            near = [(a, b) for a in range(max(0, y - radius), min(22, y + radius + 1))
                    for b in range(max(0, x - radius), min(24, x + radius + 1))]  # fmt: skip
            taken = [style[np.clip(y + dy[n], 0, 22), np.clip(x + dx[n], 0, 28)] for n in near]
            assert_allclose(picture[y, x], np.mean(taken, 0), atol=1e-6)
            if len({(dy[n], dx[n]) for n in near}) == 1:
                assert_array_equal(picture[y, x], taken[0])
