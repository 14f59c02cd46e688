"""Quilting's kernels against plain NumPy: the misfit of blocks and the seam of least error."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impasto.kernels.quilting import block_errors, least_path, taken


def plain_errors(sample, guide, laid, earlier, target, overlaps, weights):
    """The misfit at every place, without giving any up."""
    size = len(laid)
    top, left, bottom, right = overlaps
    inside = np.zeros((size, size), bool)
    inside[:top] = inside[size - bottom :] = inside[:, :left] = inside[:, size - right :] = True
    found = []
    for y in range(len(sample) - size + 1):
        for x in range(sample.shape[1] - size + 1):
            block = sample[y : y + size, x : x + size]
            total = weights[0] * (np.square(block - laid).sum(2) * inside).sum() if weights[0] else 0
            total += weights[1] * np.square(block - earlier).sum()
            found.append(total + weights[2] * np.square(guide[y : y + size, x : x + size] - target).sum())
    return np.array(found)


@pytest.mark.parametrize("overlaps", [(2, 3, 0, 0), (0, 2, 0, 0), (2, 2, 3, 1)])
@pytest.mark.parametrize("weights", [(1.0, 0.0, 0.0), (0.3, 0.2, 0.7)])
def test_errors_of_all_blocks_near_the_best_are_those_of_plain_numpy(overlaps, weights):
    random = np.random.default_rng(3)
    sample, guide = random.random((13, 17, 3), np.float32), random.random((13, 17), np.float32)
    laid, earlier = random.random((2, 7, 7, 3), np.float32)
    target = random.random((7, 7), np.float32)
    wanted = plain_errors(sample, guide, laid, earlier, target, overlaps, weights)
    rows, columns = np.mgrid[:7, :11].reshape(2, -1)
    found = np.empty(len(rows), np.float32)
    block_errors(sample.reshape(13, -1), guide, laid.reshape(7, -1), earlier.reshape(7, -1), target, np.array(overlaps),
                 np.array(weights, np.float32), np.float32(0.5), rows, columns, found)  # fmt: skip
    near = wanted <= 1.5 * wanted.min()
    assert near.sum() >= 2, "or nothing is tested"
    assert_allclose(found[near], wanted[near], rtol=1e-5)
    assert (found >= wanted - 1e-4).all(), "given up means infinite, never better than it is"


def plain_path(errors):
    """The least path by trying all of them."""
    best, chosen = np.inf, None

    def go(path):
        nonlocal best, chosen
        if len(path) == len(errors):
            total = sum(errors[row, x] for row, x in enumerate(path))
            if total < best:
                best, chosen = total, path
            return
        for x in (
            range(errors.shape[1]) if not path else range(max(0, path[-1] - 1), min(errors.shape[1], path[-1] + 2))
        ):
            go([*path, x])

    go([])
    return chosen


def test_the_cut_is_the_best_of_all_paths():
    errors = np.random.default_rng(1).random((6, 4), np.float32)
    assert least_path(errors).tolist() == plain_path(errors)


def test_the_cut_never_costs_more_than_a_straight_seam():
    random = np.random.default_rng(2)
    for width in (1, 2, 3, 7):
        errors = random.random((25, width), np.float32)
        path = least_path(errors)
        assert errors[np.arange(25), path].sum() <= errors.sum(0).min() + 1e-5
        assert np.abs(np.diff(path)).max() <= 1


def test_a_block_is_kept_beyond_a_cut_that_follows_what_is_equal():
    laid, block = np.zeros((2, 8, 8, 3), np.float32)
    block[:, :3] = 1  # differs everywhere in an overlap of three columns but in the middle one
    block[:, 1] = 0
    assert (taken(laid, block, (0, 3, 0, 0)) == (np.arange(8) >= 1)[None]).all()
    turned = block.transpose(1, 0, 2)
    assert (taken(laid, turned, (3, 0, 0, 0)) == (np.arange(8) >= 1)[:, None]).all()
    assert (taken(laid, block[:, ::-1], (0, 0, 0, 3)) == (np.arange(8) <= 6)[None]).all()
    assert (taken(laid, turned[::-1], (0, 0, 3, 0)) == (np.arange(8) <= 6)[:, None]).all()
