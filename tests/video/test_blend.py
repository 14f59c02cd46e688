"""Blending: the equation is solved exactly, equal paintings stay as they are, and a mean keeps its spread."""

import numpy as np
from numpy.testing import assert_allclose

from impasto.video.blend import better, blended, chosen_slope, screened_poisson, spread_mean


def test_the_screened_poisson_equation_is_solved_exactly():
    random = np.random.default_rng(0)
    height, width, weight = 5, 7, 2.5
    ground, down, right = random.random((3, height, width)).astype(np.float32)
    down[-1], right[:, -1] = 0, 0
    # The same least squares, written out.
    rows, wanted = list(np.eye(height * width)), list(ground.ravel())
    for y in range(height):
        for x in range(width):
            for dy, dx, step in ((1, 0, down[y, x]), (0, 1, right[y, x])):
                if y + dy < height and x + dx < width:
                    row = np.zeros((height, width))
                    row[y + dy, x + dx], row[y, x] = weight**0.5, -(weight**0.5)
                    rows.append(row.ravel())
                    wanted.append(weight**0.5 * step)
    expected = np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=None)[0].reshape(height, width)
    assert_allclose(screened_poisson(ground, down, right, weight), expected, atol=1e-5)


def test_equal_paintings_stay_as_they_are(painted):
    picture = painted(40, 48, seed=2)
    chosen = np.random.default_rng(1).random((40, 48)) > 0.5
    off = np.abs(blended(picture, picture, chosen, 0.3) - picture)  # steps of black to white are clipped a little
    assert np.quantile(off, 0.99) < 5e-3
    assert off.max() < 0.05


def test_detail_comes_from_the_chosen_painting_and_there_is_no_seam(painted):
    one = painted(40, 48, seed=2)
    other = np.clip(one + 0.08, 0, 1)  # the same, lighter: a cut in the middle would be a step
    chosen = np.zeros((40, 48), bool)
    chosen[:, 24:] = True
    made = blended(one, other, chosen, 0.5)
    step = np.abs(np.diff(made - one, axis=1))
    assert np.quantile(step[:, 18:29], 0.95) < 0.02
    slope = chosen_slope(one[..., 0], other[..., 0], chosen, 1)
    assert_allclose(slope[:, 30:-1], np.diff(other[:, 30:, 0], axis=1), atol=1e-6)


def test_a_mean_keeps_its_spread():
    random = np.random.default_rng(3)
    one, other, like = (random.random((30, 30, 3)).astype(np.float32) for _ in range(3))
    mean = spread_mean(one, other, 0.5, like)
    assert_allclose(mean.std((0, 1)), like.std((0, 1)), rtol=1e-4)
    assert_allclose(mean.mean((0, 1)), like.mean((0, 1)), rtol=1e-4)


def test_what_has_gone_over_to_the_later_painting_stays():
    errors, others = np.zeros((20, 20), np.float32), np.zeros((20, 20), np.float32)
    errors[:, 10:] = 5
    chosen = better(errors, others + 1, None)
    assert not chosen[:, :5].any()
    assert chosen[:, 15:].all()
    assert better(errors * 0, others + 1, chosen)[:, 15:].all()
