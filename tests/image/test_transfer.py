"""Every colour transform reaches what it promises, keeps equal pixels equal, and survives flat pictures."""

from typing import get_args

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impasto.core import UsageError
from impasto.image.colour import lab_to_rgb, rgb_to_lab
from impasto.image.transfer import (
    Transform,
    main_colours,
    match_distribution,
    match_lab_spread,
    match_palette,
    through_table,
    transfer_colours,
)

ALL = get_args(Transform)


@pytest.fixture(scope="module")
def source(painted):
    """Colours in the middle of the range, so that nothing is clipped."""
    return 0.3 + 0.35 * painted(60, 70, seed=1)


@pytest.fixture(scope="module")
def target(painted):
    return 0.4 + 0.25 * painted(50, 80, seed=2, warmth=0.8)


def sliced_distance(a, b, seed=9):
    """Mean distance of quantiles of colours in Lab on fixed random directions."""
    axes = np.random.default_rng(seed).standard_normal((40, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    share = (np.arange(100) + 0.5) / 100
    mine, theirs = (np.quantile(rgb_to_lab(p).reshape(-1, 3) @ axes.T, share, axis=0) for p in (a, b))
    return np.abs(mine - theirs).mean()


def test_reinhard_gives_each_axis_of_lab_the_targets_mean_and_spread(source, target):
    lab, goal = (rgb_to_lab(p).reshape(-1, 3) for p in (match_lab_spread(source, target), target))
    assert_allclose(lab.mean(0), goal.mean(0), atol=0.02)  # of 100: through sRGB and back in float32
    assert_allclose(lab.std(0), goal.std(0), atol=0.02)


def test_sliced_transport_leaves_a_twelfth_of_the_distance(source, target):
    before = sliced_distance(source, target)
    assert sliced_distance(match_distribution(source, target), target) < 0.08 * before
    assert sliced_distance(transfer_colours(source, target, "mkl"), target) > 0.08 * before, "what it is for"


def test_sliced_transport_depends_on_the_seed_a_little_only(source, target):
    one, same, other = (match_distribution(source, target, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert 0 < np.abs(one - other).mean() < 0.02


@pytest.mark.parametrize("transform", ["histogram", "lab_histogram"])
def test_histograms_are_the_targets_channel_by_channel(source, target, transform):
    out = transfer_colours(source, target, transform)
    if transform == "lab_histogram":
        out, target = rgb_to_lab(out), rgb_to_lab(target)
    share = np.linspace(0.02, 0.98, 25)
    mine, theirs = (np.quantile(p.reshape(-1, 3), share, axis=0) for p in (out, target))
    assert_allclose(mine, theirs, atol=0.01 * np.ptp(target))


def flat_areas(colours):
    return np.repeat(np.repeat(np.asarray(colours, np.float32).reshape(1, -1, 3), 30, 1), 30, 0)


def test_main_colours_are_those_a_picture_is_made_of():
    lab = np.array([[20, 30, -20], [45, -30, 20], [60, 10, 40], [85, 0, -10]], np.float32)
    found = main_colours(np.clip(flat_areas(lab_to_rgb(lab)), 0, 1), 4)
    assert_allclose(found, lab, atol=0.1)


def test_a_palette_becomes_the_others_and_black_and_white_stay():
    mine = np.array([[0.2, 0.3, 0.5], [0.4, 0.5, 0.3], [0.7, 0.6, 0.5]])
    theirs = np.array([[0.4, 0.1, 0.15], [0.6, 0.4, 0.2], [0.85, 0.8, 0.5]])
    source = flat_areas([*mine, [0, 0, 0], [1, 1, 1]])
    out = match_palette(source[:, : 3 * 30], flat_areas(theirs), size=3)
    # Each colour moves with its own palette entry, a little with the others.
    assert np.abs(out[0, 15::30] - theirs).max() < 0.06
    ends = match_palette(source, flat_areas([*theirs, [0, 0, 0], [1, 1, 1]]), size=5)
    assert_allclose(ends[0, [3 * 30 + 15, 4 * 30 + 15]], [[0, 0, 0], [1, 1, 1]], atol=0.02)


def test_a_palette_never_turns_light_and_dark_round(target):
    ramp = np.repeat(np.linspace(0, 1, 120, dtype=np.float32)[None, :, None], 3, 2).repeat(4, 0)
    light = rgb_to_lab(match_palette(np.concatenate([ramp, ramp]), target))[0, :, 0]
    assert (np.diff(light) > -0.05).all()


@pytest.mark.parametrize("transform", ALL)
def test_equal_pixels_stay_equal_and_inputs_unwritten(painted, target, transform):
    source = painted(30, 40)
    source[:10, :10] = source[0, 0]
    kept = source.copy()
    out = transfer_colours(source, target, transform)
    assert out.dtype == np.float32
    assert np.ptp(out[:10, :10], axis=(0, 1)).max() < 1e-6
    assert np.array_equal(source, kept)


@pytest.mark.parametrize("transform", ALL)
def test_flat_pictures_on_either_side_leave_no_holes(painted, transform):
    flat, picture = np.full((12, 9, 3), 0.5, np.float32), painted(20, 30)
    for source, target in ((flat, picture), (picture, flat), (flat, flat), (picture[:1, :1], picture)):
        out = transfer_colours(source, target, transform)
        assert out.shape == source.shape
        assert np.isfinite(out).all()
    assert np.abs(transfer_colours(picture, flat, transform).mean((0, 1)) - 0.5).max() < 0.1


@pytest.mark.parametrize("transform", ALL)
def test_a_picture_that_is_its_own_target_stays_as_it_is(source, transform):
    assert np.abs(transfer_colours(source, source, transform) - source).max() < 0.02


def test_a_table_of_the_colours_themselves_changes_nothing(painted):
    axis = np.linspace(0, 1, 33, dtype=np.float32)
    table = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    picture = painted(17, 23)
    picture[0, 0], picture[0, 1] = 0, 1
    assert_allclose(through_table(picture, table), picture, atol=1e-6)
    assert_allclose(through_table(picture, table[:, ::-1] ** 1), picture[..., ::-1], atol=1e-6)


def test_an_unknown_transform_is_named(source):
    with pytest.raises(UsageError, match="no colour transform 'magic'"):
        transfer_colours(source, source, "magic")
