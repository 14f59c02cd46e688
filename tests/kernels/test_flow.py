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
    way = (2 * turn + 1).astype(np.uint16)
    way[:4] = flow.STILL
    return turn, tangent, way


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


def walk_on_beyond(way, y, x, steps, sense):
    """As `along` walks: steps in 256ths of a pixel, on repeated borders."""
    here, place, last = way[y, x], np.array([x, y], float), None
    for _ in range(steps):
        if here != flow.STILL:
            angle = np.pi * here / flow.WAYS
            step = np.rint(256 * np.array([np.cos(angle), np.sin(angle)])) / 256
            last = sense * step if last is None else step if step @ last >= 0 else -step
            place = place + last
        row, column = np.clip(np.floor(place[::-1] + 0.5).astype(int), 0, np.array(way.shape) - 1)
        yield row, column
        here = flow.STILL if here == flow.STILL else way[row, column]


@pytest.mark.parametrize("threads", [1, 2])
def test_along_is_the_weighted_sum_on_each_streamline(painted, field, threads):
    colours, weights = painted(*SHAPE), flow.gaussian(2.0)
    expected = weights[0] * colours.astype(float)
    for y, x in np.ndindex(SHAPE):
        for sense in (1, -1):
            for weight, place in zip(weights[1:], walk_on_beyond(field[2], y, x, len(weights) - 1, sense), strict=True):
                expected[y, x] += weight * colours[place]
    assert_allclose(flow.along(colours, field[2], weights, threads), expected, atol=1e-5)
    one = np.ascontiguousarray(colours[..., 0])
    assert_allclose(flow.along(one, field[2], weights, threads), expected[..., 0], atol=1e-5)


def test_rows_are_walked_to_their_end():
    ramp = np.tile(np.arange(600, dtype=np.float32), (2, 1))
    found = flow.along(ramp, np.zeros(ramp.shape, np.uint16), flow.gaussian(2.0), 1)
    assert_allclose(found[:, 5:-5], ramp[:, 5:-5], rtol=1e-5)


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
