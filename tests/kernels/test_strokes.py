"""Strokes run where directions lead, and cover just what lies within a radius of their spline."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impasto.kernels.strokes import lay, trace

FLAT = np.zeros(1024, np.float32)


def spline(points, steps=200):
    """Dense places on the clamped uniform cubic B-spline, by its basis polynomials."""
    p = np.concatenate([points[:1].repeat(2, 0), points, points[-1:].repeat(2, 0)])
    t = np.linspace(0, 1, steps)[:, None]
    basis = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    return np.concatenate([sum(b * p[i + k] for k, b in enumerate(basis)) / 6 for i in range(len(p) - 3)])


@pytest.mark.parametrize("threads", [1, 2])
def test_a_stroke_covers_what_lies_within_its_radius(threads):
    points = np.array([[[8, 6], [11, 7], [13, 9], [13, 12], [0, 0]]], np.float32)
    canvas, relief = np.zeros((31, 27, 3), np.float32), np.zeros((31, 27), np.float32)
    colours = np.array([[1.0, 0.5, 0.25]], np.float32)
    lay(canvas, relief, points, np.array([4], np.int32), colours, 3.0, 0.8, FLAT, 0.0, threads)
    y, x = np.mgrid[:31, :27]
    away = np.hypot(x[..., None] - spline(points[0, :4])[:, 0], y[..., None] - spline(points[0, :4])[:, 1]).min(-1)
    cover = 0.8 * np.clip(3.5 - away, 0, 1)
    assert_allclose(canvas, cover[..., None] * colours[0], atol=0.04)  # three straight pieces to a span
    assert_allclose(relief, cover, atol=0.04)


def test_a_stroke_covers_what_it_crosses_twice_only_once_and_the_next_lies_on_top():
    loop = np.array([[[5, 5], [25, 5], [25, 25], [5, 25], [5, 5], [25, 5]]], np.float32)
    canvas = np.zeros((30, 30, 3), np.float32)
    args = (2.0, 0.5, FLAT, 0.0, 1)
    lay(canvas, np.zeros((30, 30), np.float32), loop, np.array([6], np.int32), np.ones((1, 3), np.float32), *args)
    assert_allclose(canvas.max(), 0.5, atol=1e-6)
    lay(
        canvas,
        np.zeros((30, 30), np.float32),
        loop[:, :1],
        np.array([1], np.int32),
        np.zeros((1, 3), np.float32),
        *args,
    )
    assert_allclose(canvas[5, 5], 0.25, atol=0.01)


def test_strokes_over_the_edge_of_the_canvas_are_cut():
    canvas = np.zeros((9, 12, 3), np.float32)
    points = np.array([[[-4, 4], [20, 4]], [[5, -30], [5, -20]]], np.float32)
    lay(
        canvas,
        np.zeros((9, 12), np.float32),
        points,
        np.array([2, 2], np.int32),
        np.ones((2, 3), np.float32),
        2.0,
        1.0,
        FLAT,
        0.0,
        1,
    )
    assert (canvas[3:6] == 1).all()
    assert not canvas[0].any()


def traced(reference, canvas, tangent, blank=False, shortest=2, longest=8, curvature=1.0, threads=1):
    starts = np.array([[4, 6], [5, 5]], np.int32)
    return trace(starts, reference, canvas, blank, tangent, 2.0, shortest, longest, curvature, threads)


def test_strokes_walk_along_the_tangents_and_stop_at_the_edge():
    reference = np.zeros((12, 13, 3), np.float32)
    tangent = np.zeros((12, 13, 2), np.float32)
    tangent[..., 0] = np.where(np.arange(13) % 2, 1, -1)  # of either sign: strokes go on the way they came
    points, counts = traced(reference, reference, tangent, blank=True)
    assert_allclose(points[1, : counts[1]], [(5, 5), (7, 5), (9, 5), (11, 5)], atol=1e-6)
    assert counts[0] == 3  # leftwards: x = 4, 2, 0


def test_strokes_stop_where_the_canvas_fits_better_and_where_there_is_no_direction():
    reference = np.zeros((12, 40, 3), np.float32)
    reference[:, 12:] = 1
    tangent = np.zeros((12, 40, 2), np.float32)
    tangent[..., 0] = 1
    _, counts = traced(reference, np.full_like(reference, 0.9), tangent, longest=20)
    assert counts.tolist() == [5, 5]  # x = 4, 6, 8, 10, 12, and 5, ... 13: there the stroke's black fits less
    _, blank = traced(reference, np.full_like(reference, 0.9), tangent, longest=20, blank=True)
    assert (blank > 15).all()
    _, none = traced(reference, reference, 0 * tangent)
    assert none.tolist() == [1, 1]


def test_without_curvature_a_stroke_runs_straight_on():
    angle = np.linspace(0, np.pi / 2, 40, dtype=np.float32)[None].repeat(40, 0)
    tangent = np.stack([np.cos(angle), np.sin(angle)], -1)
    reference = np.zeros((40, 40, 3), np.float32)
    bent, straight = (traced(reference, reference, tangent, True, longest=12, curvature=c)[0][0, 8] for c in (1.0, 0.0))
    first = tangent[6, 4]
    assert_allclose(straight, np.array([4, 6]) + 16 * first, atol=1e-3)
    assert bent[1] > straight[1] + 1
