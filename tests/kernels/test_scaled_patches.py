"""Patches at several scales against plain NumPy."""

import numpy as np
import pytest

from impasto.applications.text_effects.scales import MARGIN, STEPS, patches, stack
from impasto.kernels.scaled_patches import improve, scaled_error

RANDOM = np.random.default_rng(2)
SOURCE, TARGET = (stack(RANDOM.random((*shape, 4), np.float32)) for shape in ((11, 14), (9, 13)))
SHARES = RANDOM.dirichlet(np.ones(len(STEPS)), (9, 13)).astype(np.float32)
GUIDES = [RANDOM.random((*shape, 2), np.float32) for shape in ((11, 14), (9, 13))]


def plain(field, guides=GUIDES):
    """Errors of all matches, without what uses cost."""
    errors = np.zeros(field.shape[:2])
    for y, x in np.ndindex(errors.shape):
        at, to = field[y, x][None].astype(int), np.array([[y, x]])
        apart = [np.square(patches(SOURCE, s, at) - patches(TARGET, s, to)).sum() / 25 for s in range(len(STEPS))]
        errors[y, x] = SHARES[y, x] @ apart + np.square(guides[0][tuple(at[0])] - guides[1][y, x]).sum()
    return errors


def improved(field, penalty=0.0, edge=0, turns=1):
    errors = np.zeros(field.shape[:2], np.float32)
    usage = np.zeros((11, 14), np.int32)
    np.add.at(usage, (field[..., 0], field[..., 1]), 1)
    for turn in range(turns):
        improve(SOURCE, TARGET, *GUIDES, SHARES, np.array(STEPS), field, errors, usage, np.float32(penalty), 2, MARGIN,
                edge, turn % 2 == 1, turn == 0, 7 + turn)  # fmt: skip
    return errors, usage


def first(edge=0):
    random = np.random.default_rng(3)
    return np.stack([random.integers(edge, side - edge, (9, 13)) for side in (11, 14)], -1).astype(np.int32)


def test_one_error_is_that_of_plain_numpy_and_is_given_up_at_the_limit():
    rest = (SOURCE, TARGET, SHARES[4, 5], np.array(STEPS), 10, 0, 4, 5, 2, MARGIN)
    whole = scaled_error(*rest, np.float32(np.inf))
    nothing = [np.zeros((11, 14, 2)), np.zeros((9, 13, 2))]
    assert whole == pytest.approx(plain(np.full((9, 13, 2), (10, 0)), nothing)[4, 5], rel=1e-4)
    assert scaled_error(*rest, np.float32(whole / 2)) >= whole / 2


def test_a_pass_only_ever_finds_better_matches_and_says_how_good_they_are():
    field = first()
    before = plain(field)
    errors, usage = improved(field)
    np.testing.assert_allclose(errors, plain(field), rtol=1e-3)  # scales that hardly count are left out
    assert (errors <= before * 1.0001).all()
    assert errors.mean() < 0.8 * before.mean()
    assert usage.sum() == 9 * 13
    assert usage[tuple(field[3, 4])] > 0


def test_dear_uses_are_spread_and_no_match_lies_at_the_edge():
    free, dear = (improved(first(2), penalty, edge=2, turns=4)[1].max() for penalty in (0.0, 0.3))
    assert dear <= 0.7 * free
    field = first(2)
    improved(field, edge=2, turns=2)
    assert (field >= 2).all()
    assert (field[..., 0] < 9).all()
    assert (field[..., 1] < 12).all()
