"""Kernels that follow edges, each against the same sum in plain NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impasto.kernels import flow

SHAPE = (21, 17)


@pytest.fixture
def field():
    random = np.random.default_rng(8)
    turn = 3 * random.integers(0, flow.TURNS // 3, SHAPE).astype(np.int32)  # none at right angles: no tie either
    # No step ends half-way between two pixels, where rounding would decide.
    angle = (turn + 0.3) * np.pi / flow.TURNS
    tangent = np.stack([np.cos(angle), np.sin(angle)], -1).astype(np.float32)
    tangent[:4] = 0  # no direction there
    return turn, tangent


def window(turn, weights, y, x):
    begins, offsets, shares = flow.lines(tuple(weights.tolist()))
    part = slice(begins[turn[y, x]], begins[turn[y, x] + 1])
    rows, columns = np.clip(y + offsets[part, 1], 0, SHAPE[0] - 1), np.clip(x + offsets[part, 0], 0, SHAPE[1] - 1)
    return rows, columns, shares[part].astype(float)


def walk(tangent, y, x, steps, way):
    height, width = tangent.shape[:2]
    step = np.float32(way) * tangent[y, x]
    place = np.array([x, y], np.float32)
    for _ in range(steps):
        place = np.clip(place + step, 0, np.array([width - 1, height - 1], np.float32))
        column, row = (place + np.float32(0.5)).astype(int)
        yield row, column
        here = tangent[row, column]
        step = here if np.dot(here, step) >= 0 else -here


@pytest.mark.parametrize("threads", [1, 2])
def test_across_is_the_weighted_sum_on_each_line(painted, field, threads):
    values, weights = painted(*SHAPE)[..., 0], np.array([0.5, 0.3, -0.2], np.float32)
    expected = np.empty(SHAPE)
    for y, x in np.ndindex(SHAPE):
        rows, columns, shares = window(field[0], weights, y, x)
        expected[y, x] = shares @ values[rows, columns]
    assert_allclose(flow.across(values, field[0], weights, threads), expected, atol=1e-5)


@pytest.mark.parametrize("threads", [1, 2])
def test_along_is_the_weighted_sum_on_each_streamline(painted, field, threads):
    values, weights = painted(*SHAPE)[..., 0], flow.gaussian(2.0)
    expected = weights[0] * values.astype(float)
    for y, x in np.ndindex(SHAPE):
        for way in (1, -1):
            for weight, place in zip(weights[1:], walk(field[1], y, x, len(weights) - 1, way), strict=True):
                expected[y, x] += weight * values[place]
    assert_allclose(flow.along(values, field[1], weights, threads), expected, atol=1e-5)


def test_planes_walk_together(painted, field):
    planes = np.ascontiguousarray(np.moveaxis(painted(*SHAPE), -1, 0))
    together = flow.along(planes, field[1], flow.gaussian(2.0), 1)
    for plane, found in zip(planes, together, strict=True):
        assert np.array_equal(found, flow.along(np.ascontiguousarray(plane), field[1], flow.gaussian(2.0), 1))


def test_the_bilateral_sums_leave_other_colours_out(painted, field):
    colours, sigma = (100 * painted(*SHAPE)).astype(np.float32), 12.0
    weights = flow.gaussian(1.5)
    for found, places in (
        (flow.bilateral_across(colours, field[0], 1.5, sigma, 1), lambda y, x: window(field[0], weights, y, x)),
        (flow.bilateral_along(colours, field[1], 1.5, sigma, 2), lambda y, x: streamline(field[1], weights, y, x)),
    ):
        expected = np.empty(colours.shape)
        for y, x in np.ndindex(SHAPE):
            rows, columns, shares = places(y, x)
            there = colours[rows, columns].astype(float)
            shares = shares * np.exp(-((there - colours[y, x]) ** 2).sum(-1) / (2 * sigma**2))
            expected[y, x] = shares @ there / shares.sum()
        # Range weights come from a table of 1024 steps.
        assert_allclose(found, expected, atol=0.15)


def streamline(tangent, weights, y, x):
    places = [(y, x)] + [place for way in (1, -1) for place in walk(tangent, y, x, len(weights) - 1, way)]
    rows, columns = np.array(places).T
    return rows, columns, np.concatenate([weights, weights[1:]]).astype(float)


def test_half_a_gaussian_and_its_mirror_sum_to_one():
    for sigma in (0.3, 1.0, 4.4):
        weights = flow.gaussian(sigma)
        assert_allclose(2 * weights.sum() - weights[0], 1, atol=1e-6)
