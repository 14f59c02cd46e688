"""The Kuwahara kernel is its formula, pixel by pixel, at every border and on any number of threads."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impasto.kernels.kuwahara import SHAPES, TURNS, kuwahara, sector_weights, windows


def samples_of(picture):
    return np.dstack([picture, (picture**2).sum(-1)]).astype(np.float32)


def plain(samples, choice, radius, stretch, sharpness, step):
    begins, offsets, weights = windows(radius, stretch)
    out = np.empty((*choice.shape, 3))
    height, width = choice.shape
    for y, x in np.ndindex(choice.shape):
        part = slice(begins[choice[y, x]], begins[choice[y, x]] + begins[choice[y, x] + 1] - begins[choice[y, x]])
        rows = np.clip(y + step * offsets[part, 1], 0, height - 1)
        columns = np.clip(x + step * offsets[part, 0], 0, width - 1)
        sums = weights[part].T.astype(float) @ samples[rows, columns].astype(float)
        spread = np.abs(sums[:, 3] - (sums[:, :3] ** 2).sum(1))
        vote = 1 / (1 + np.sqrt(255 * spread) ** sharpness)
        out[y, x] = vote @ sums[:, :3] / vote.sum()
    return out


@pytest.mark.parametrize(
    ("shape", "radius", "step", "threads"), [((19, 23), 3.0, 1, 1), ((33, 9), 2.0, 3, 3), ((1, 5), 4.0, 1, 1)]
)
def test_it_is_the_formula(painted, shape, radius, step, threads):
    random = np.random.default_rng(4)
    samples = samples_of(painted(*shape, seed=3))
    choice = random.integers(0, TURNS * SHAPES, shape).astype(np.int32)
    found = kuwahara(samples, choice, radius, 1.0, 8, step, threads)
    # The kernel adds in float32 and in another order; variances of nearly flat sectors cancel to 1e-7.
    assert_allclose(found, plain(samples, choice, radius, 1.0, 8, step), atol=2e-4)


def test_the_sectors_of_every_window_are_fairly_shared_out():
    begins, _, weights = windows(5.0, 1.0)
    for first, last in pairwise(begins):
        assert_allclose(weights[first:last].sum(0), 1, atol=1e-5)
    round_one = weights[: begins[1]]
    assert (round_one.max(0) < 0.2).all()


def test_opposite_places_belong_to_opposite_sectors():
    u, v = np.array([0.3, 0.7]), np.array([0.2, -0.5])
    assert_allclose(sector_weights(-u, -v), np.roll(sector_weights(u, v), 4, axis=-1), atol=1e-12)
    assert sector_weights(np.array([0.9]), np.array([0.0])).argmax() == 0
    assert not sector_weights(np.array([0.9]), np.array([0.9])).any()
