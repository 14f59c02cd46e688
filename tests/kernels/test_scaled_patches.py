"""Patches at several scales, turned and tinted, against plain NumPy."""

import numpy as np
import pytest

from impasto.applications.text_effects.scales import MARGIN, STEPS, patches, stack
from impasto.applications.text_effects.turning import angles, patch_means, turned_copies
from impasto.kernels.scaled_patches import improve, measure, scaled_error, vote

RANDOM = np.random.default_rng(2)
SOURCE = RANDOM.random((11, 14, 4), np.float32)
TARGET = stack(RANDOM.random((9, 13, 4), np.float32))
SHARES = RANDOM.dirichlet(np.ones(len(STEPS)), (9, 13)).astype(np.float32)
GUIDES = [RANDOM.random((*shape, 2), np.float32) for shape in ((11, 14), (9, 13))]
COPIES = {turn: turned_copies(SOURCE, turn, 2) for turn in (0, 30)}
LEAN = 0.1


def leans(turn):
    return (LEAN * np.abs(np.radians(angles(turn)))).astype(np.float32)


def plain(field, turn, tint):
    """Errors of all matches, without what uses cost, and their tints."""
    copies, errors, tints = COPIES[turn], np.zeros(field.shape[:2]), np.zeros((*field.shape[:2], 4))
    for y, x in np.ndindex(errors.shape):
        at, copy, to = field[y, x, None, :2].astype(int), field[y, x, 2], np.array([[y, x]])
        pairs = [[patches(stacks, s, p).reshape(25, 4) for stacks, p in ((copies.stacks[copy], at), (TARGET, to))] for s in range(3)]  # fmt: skip
        tints[y, x] = (SHARES[y, x] @ [(b - a).mean(0) for a, b in pairs]).clip(-tint, tint) * [1, 1, 1, 0]
        apart = [np.square(a + tints[y, x] - b).sum() / 25 for a, b in pairs]
        place = np.divmod(copies.places[copy, *at[0]], 14)
        errors[y, x] = SHARES[y, x] @ apart + np.square(GUIDES[0][place] - GUIDES[1][y, x]).sum() + leans(turn)[copy]
    return errors, tints


def improved(field, turn=0, tint=0.0, penalty=0.0, passes=1):
    copies, tint = COPIES[turn], np.float32(tint)
    errors, tints = np.zeros((9, 13), np.float32), np.zeros((9, 13, 4), np.float32)
    usage = np.bincount(copies.place(field).ravel(), minlength=11 * 14).astype(np.int32)
    means = [patch_means(stacks, STEPS, 2) for stacks in (copies.stacks, TARGET[None])]
    compared = copies.stacks, TARGET, means[0], means[1][0], GUIDES[0].reshape(-1, 2), GUIDES[1], SHARES, np.array(STEPS), leans(turn)  # fmt: skip
    measure(*compared, field, errors, tints, copies.places, tint, 2, MARGIN)
    for n in range(passes):
        improve(*compared, field, errors, tints, usage, copies.places, copies.to_copy, 14, np.float32(penalty), tint, 2,
                MARGIN, n % 2 == 1, 7 + n)  # fmt: skip
    return errors, tints, usage


def first(turn=0):
    random, copies = np.random.default_rng(3), COPIES[turn]
    y, x = (random.integers(2, side - 2, (9, 13)) for side in (11, 14))
    return np.dstack([copies.at(y, x, copies.upright), np.full((9, 13), copies.upright)]).astype(np.int32)


def test_one_error_is_that_of_plain_numpy_and_is_given_up_at_the_limit():
    none, steps = np.zeros(4, np.float32), np.array(STEPS)
    rest = (COPIES[0].stacks, TARGET, none, SHARES[4, 5], steps, 0, 2, 9, 4, 5, 2, MARGIN)
    whole = scaled_error(*rest, np.float32(np.inf))
    field = np.full((9, 13, 3), (2, 9, 0))
    guide = np.square(GUIDES[0][2, 9] - GUIDES[1][4, 5]).sum()
    assert whole == pytest.approx(plain(field, 0, 0)[0][4, 5] - guide, rel=1e-4)
    assert scaled_error(*rest, np.float32(whole / 2)) >= whole / 2


@pytest.mark.parametrize(("turn", "tint"), [(0, 0.0), (30, 0.05)])
def test_a_pass_only_ever_finds_better_matches_and_says_how_good_they_are(turn, tint):
    field = first(turn)
    before, _ = plain(field, turn, tint)
    errors, tints, usage = improved(field, turn, tint)
    after, wanted = plain(field, turn, tint)
    np.testing.assert_allclose(errors, after, rtol=2e-3)  # scales that hardly count are left out
    np.testing.assert_allclose(tints, wanted, atol=1e-5)
    assert (errors <= before * 1.0001).all()
    assert errors.mean() < 0.8 * before.mean()
    assert usage.sum() == 9 * 13
    assert np.array_equal(usage, np.bincount(COPIES[turn].place(field).ravel(), minlength=11 * 14))
    assert (np.unique(field[..., 2]).size > 2) == bool(turn)


def test_dear_uses_are_spread_and_no_match_lies_at_the_edge():
    field = first()
    free = improved(first(), penalty=0.0, passes=4)[2].max()
    dear = improved(field, penalty=0.3, passes=4)[2].max()
    assert dear <= 0.7 * free
    assert (field[..., :2] >= 2).all()
    assert (field[..., 0] < 9).all()
    assert (field[..., 1] < 12).all()


def test_a_brighter_picture_is_matched_by_tinted_patches():
    """The picture is the source, 0.04 brighter; matched pixel by pixel, tinted patches differ in nothing and paint it."""
    brighter = SOURCE + np.float32([0.04, 0.04, 0.04, 0])
    copies, places = COPIES[0], turned_copies(SOURCE, 0, 0).places
    field = np.dstack([*np.indices((11, 14)), np.zeros((11, 14))]).astype(np.int32)
    target, guides = stack(brighter), np.zeros((11, 14, 1), np.float32)
    means = [patch_means(stacks, STEPS, 2) for stacks in (copies.stacks, target[None])]
    shares = np.full((11, 14, 3), 1 / 3, np.float32)
    found, pictures = [], []
    for tint in (0.0, 0.05):
        errors, tints, made = np.zeros((11, 14), np.float32), np.zeros((11, 14, 4), np.float32), np.zeros((11, 14, 3), np.float32)  # fmt: skip
        measure(copies.stacks, target, means[0], means[1][0], guides.reshape(-1, 1), guides, shares, np.array(STEPS),
                leans(0), field, errors, tints, places, np.float32(tint), 2, MARGIN)  # fmt: skip
        vote(copies.stacks, places, field, tints, 2, MARGIN, made)
        found.append(errors.mean())
        pictures.append(np.abs(made - brighter[..., :3]).max())
    assert found[0] == pytest.approx(3 * 0.04**2, rel=0.01)
    assert found[1] < 0.01 * found[0]
    assert pictures == pytest.approx([0.04, 0], abs=1e-4)


def test_copies_show_the_source_turned():
    copies = COPIES[30]
    rows, columns = (side.ravel() for side in np.indices((11, 14)))
    for copy in range(7):
        shown = copies.places[copy][tuple(copies.at(rows, columns, copy).T)]
        inner = (rows > 2) & (rows < 8) & (columns > 2) & (columns < 11)
        off = np.stack(np.divmod(shown, 14)) - np.stack([rows, columns])
        assert np.abs(off[:, inner]).max() <= (0 if copy == 3 else 1)
    top = COPIES[30].at(np.array([0, 10]), np.array([7, 7]), 6)
    assert np.degrees(np.arctan2(top[0, 1] - top[1, 1], top[1, 0] - top[0, 0])) == pytest.approx(
        -30, abs=6
    )  # anticlockwise
    upright = copies.stacks[3, 0][MARGIN:-MARGIN, MARGIN:-MARGIN, :][copies.places[3] != -1]
    np.testing.assert_array_equal(upright, SOURCE.reshape(-1, 4))
