"""PatchMatch against brute force, and its parts against plain NumPy."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_allclose, assert_array_equal

from impasto.guides.pairs import Guide
from impasto.kernels.patchmatch import improve, measure, vote
from impasto.reconstruction.guided import Level, Plan

SIZE = 5


def level(source, target, plan=None, style=None, valid=None):
    """One scale with a single guide and a style that is all one colour, so that the guide alone decides."""
    style = np.zeros((*source.shape[:2], 3), np.float32) if style is None else style
    plan = plan or Plan(uniformity=0.0, stop_threshold=0.0, passes=10)
    made = Level(style, [Guide(source, target)], source.shape[:2], target.shape[:2], valid, plan, 0)
    made.begin(None)
    return made


def brute_force(made):
    """Error of the best match of every patch (H, W), in double precision."""
    stacks = []
    for stack in (made.source, made.target):
        windows = sliding_window_view(stack.astype(np.float64), (SIZE, SIZE), (0, 1))
        stacks.append(windows.reshape(-1, stack.shape[2] * SIZE * SIZE))
    a, b = stacks
    errors = (b**2).sum(1)[:, None] - 2 * b @ a.T + (a**2).sum(1)[None]
    return errors.min(1).clip(0).reshape(made.size)


@pytest.fixture(scope="module")
def texture():
    random = np.random.default_rng(0)
    return random.random((60, 70, 3), np.float32)


def test_a_shifted_copy_is_found(texture):
    moved = np.roll(texture, (-20, -20), (0, 1))[:38, :48]  # nothing that came around the edge
    made = level(texture, moved)
    made.turn(0, made.plan)
    ys, xs = np.mgrid[:38, :48]
    right = (made.field[..., 0] == ys + 20) & (made.field[..., 1] == xs + 20)
    assert right[2:-2, 2:-2].mean() >= 0.99


def test_matches_are_nearly_as_good_as_the_best(painted):
    for ours, theirs in ((1, 2), (3, 4), (5, 6)):
        made = level(painted(50, 60, seed=ours), painted(44, 52, seed=theirs))
        made.turn(0, made.plan)
        best = brute_force(made)
        assert (made.errors >= best - 1e-2 * best.mean()).all()
        assert made.errors.mean() <= 1.05 * best.mean()


def test_errors_are_those_of_plain_numpy(texture):
    made = level(texture, texture[:31, :40][::-1].copy())
    errors = np.empty(made.size, np.float32)
    measure(made.source, made.target, made.field, errors, SIZE, 0, 31)
    for y, x in ((0, 0), (30, 39), (13, 20)):
        sy, sx = made.field[y, x]
        difference = made.source[sy : sy + SIZE, sx : sx + SIZE] - made.target[y : y + SIZE, x : x + SIZE]
        assert_allclose(errors[y, x], np.square(difference).sum(), rtol=1e-5)


@pytest.mark.parametrize("softness", [0.0, 50.0])
def test_votes_are_means_of_what_the_patches_hold(softness):
    random = np.random.default_rng(2)
    style, field = random.random((9, 11, 3), np.float32), np.empty((8, 7, 2), np.int32)
    field[..., 0], field[..., 1] = random.integers(9, size=(8, 7)), random.integers(11, size=(8, 7))
    errors = random.random((8, 7)).astype(np.float32) * 100
    picture = np.empty((8, 7, 3), np.float32)
    vote(style, field, errors, SIZE, softness, picture, 0, 8)
    for y in range(8):
        for x in range(7):
            values, weights = [], []
            for a in range(max(0, y - 2), min(8, y + 3)):
                for b in range(max(0, x - 2), min(7, x + 3)):
                    sy, sx = field[a, b] + (y - a, x - b)
                    if 0 <= sy < 9 and 0 <= sx < 11:
                        values.append(style[sy, sx])
                        weights.append(1 / (1 + errors[a, b] / softness) if softness else 1)
            assert_allclose(picture[y, x], np.average(values, 0, weights), rtol=1e-5)


def test_uses_are_counted_as_matches_change(texture):
    made = level(texture, texture[:30, :33].copy(), Plan(uniformity=3500.0, stop_threshold=0.0))
    usage = made.usage()
    everywhere = np.ones(made.size, bool)
    measure(made.source, made.target, made.field, made.errors, SIZE, 0, 30)
    changed = improve(made.source, made.target, made.field, made.field.copy(), made.errors, usage, made.share, made.valid,
                      everywhere, SIZE, np.float32(100), False, 7, 0, 30)  # fmt: skip
    assert changed > 0.9 * made.errors.size
    assert_array_equal(usage, made.usage())


def test_parts_that_may_not_be_used_are_not(texture):
    valid = np.zeros((60, 70), bool)
    valid[10:40, 5:30] = True
    made = level(texture, texture[:30, 20:60].copy(), valid=valid)
    made.turn(0, made.plan)
    assert valid[made.field[..., 0], made.field[..., 1]].all()
