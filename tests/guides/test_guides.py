"""Guides have the values that they promise."""

import numpy as np
from numpy.testing import assert_allclose

from impasto.guides.appearance import detail, edges, match_levels, slopes
from impasto.guides.normals import normals_of_depth, sphere_normals
from impasto.guides.positions import positions


def test_a_balls_normals_point_away_from_its_middle():
    ball = sphere_normals(65)
    assert_allclose(ball[32, 32], [0.5, 0.5, 1], atol=1e-6)
    covered = ball.any(2)
    assert_allclose(np.linalg.norm(ball[covered] * 2 - 1, axis=1), 1, atol=1e-5)
    assert not ball[0, 0].any()
    assert abs(covered.mean() - np.pi / 4) < 0.01
    assert ball[32, 60, 0] > 0.9, "red looks right"
    assert ball[4, 32, 1] > 0.9, "green looks up"


def test_the_normals_of_a_slope_are_those_of_its_plane():
    y, x = np.mgrid[:20, :20] / 20
    assert_allclose(normals_of_depth(x.astype(np.float32))[9, 9] * 2 - 1, np.array([-1, 0, 1]) / 2**0.5, atol=1e-4)
    assert_allclose(normals_of_depth(y.astype(np.float32))[9, 9] * 2 - 1, np.array([0, 1, 1]) / 2**0.5, atol=1e-4)


def test_positions_run_from_corner_to_corner():
    place = positions((4, 8))
    assert_allclose(place[0, 0, :2], [1 / 16, 1 / 8])
    assert_allclose(place[-1, -1, :2], [15 / 16, 7 / 8])


def test_matched_levels_have_the_others_distribution_in_the_same_order(painted):
    ours, theirs = painted(40, 50)[..., 0], painted(30, 30, seed=3)[..., 1] ** 2
    matched = match_levels(ours, theirs)
    assert_allclose(np.quantile(matched, [0.1, 0.5, 0.9]), np.quantile(theirs, [0.1, 0.5, 0.9]), atol=0.02)
    order = np.argsort(ours.ravel(), kind="stable")
    assert (np.diff(matched.ravel()[order]) >= -1e-6).all()
    assert_allclose(match_levels(ours, theirs, 0.0), ours)
    assert_allclose(match_levels(np.full((5, 5), 0.3, np.float32), theirs), np.median(theirs), atol=0.01)


def test_flat_pictures_have_no_detail_and_no_edges():
    flat = np.full((20, 24, 3), 0.7, np.float32)
    assert_allclose(detail(flat, 3.0), 0.5, atol=1e-6)
    assert not edges(flat, 1.0).any()
    flat[:, 12:] = 0.2
    found = edges(flat, 1.0)
    assert found[:, 11:13].min() > 0.9
    assert not found[:, :6].any()


def test_slopes_are_those_of_a_plane_and_bends_those_of_a_bowl():
    y, x = (np.mgrid[:31, :31] / 31 - 0.5).astype(np.float32)
    inside = np.s_[10:-10, 10:-10]
    assert_allclose(slopes(2 * x - y)[inside] / 6 * 31, np.broadcast_to([2, -1, 0, 0, 0], (11, 11, 5)), atol=1e-3)
    bent = slopes(x * x + 2 * y * y + 3 * x * y)[inside][..., 2:] / 6 * 31**2
    assert_allclose(bent, np.broadcast_to([2, 4, 3], bent.shape), rtol=1e-2)
