"""Growing's kernel against plain NumPy."""

import numpy as np
from numpy.testing import assert_allclose

from impasto.kernels.growing import grow, window_errors
from impasto.methods.examples.efros_leung.growth import neighbourhood


def test_errors_of_all_windows_near_the_best_are_those_of_plain_numpy():
    random = np.random.default_rng(4)
    sample = random.random((11, 13, 3), np.float32)
    offsets, kernel = neighbourhood(5)
    values = random.random((len(kernel), 3), np.float32)
    wanted = np.array([
        [(kernel * np.square(sample[y + offsets[:, 0], x + offsets[:, 1]] - values).sum(1)).sum() for x in range(2, 11)]
        for y in range(2, 9)
    ]).ravel()  # fmt: skip
    found = np.empty(7 * 9, np.float32)
    best = window_errors(sample, offsets, values, kernel, 2, np.float32(0.3), found)
    near = wanted <= 1.3 * wanted.min()
    assert near.sum() >= 2, "or nothing is tested"
    assert_allclose(best, wanted.min(), rtol=1e-5)
    assert_allclose(found[near], wanted[near], rtol=1e-5)
    assert (found >= wanted - 1e-4).all()


def test_a_pixel_waits_until_its_windows_are_good_enough():
    sample = np.random.default_rng(0).random((9, 9, 3), np.float32)
    offsets, kernel = neighbourhood(3)
    known = np.zeros((3, 3), bool)
    known[0] = True
    canvas = np.where(known[..., None], np.float32(5), np.float32(0)).repeat(3, 2)  # like nothing in the sample
    pixels, sources = np.array([[1, 1]]), np.full((3, 3), -1)
    rest = (pixels, np.zeros(1), offsets, kernel, np.float32(0.1))
    assert grow(sample, canvas, known, sources, *rest, np.float32(0.3), 0) == 0
    assert not known[1, 1]
    assert grow(sample, canvas, known, sources, *rest, np.float32(100), 0) == 1
    assert known[1, 1]
    assert np.array_equal(canvas[1, 1], sample.reshape(-1, 3)[sources[1, 1]])
