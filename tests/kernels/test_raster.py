"""Triangles on pixels, against a loop over all of them in plain NumPy."""

import numpy as np
import pytest

from impasto.kernels.raster import rasterise


def drawn(points, faces, shape):
    depth = np.full(shape, np.inf, np.float32)
    face, weights = np.full(shape, -1, np.int32), np.zeros((*shape, 2), np.float32)
    rasterise(points.astype(np.float32), faces.astype(np.int32), depth, face, weights)
    return depth, face, weights


def reference(points, faces, shape):
    """Every triangle at every pixel's middle, in float64."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    depth, face = np.full(shape, np.inf), np.full(shape, -1)
    for number, corners in enumerate(faces):
        a, b, c = points[corners].astype(np.float64)
        (bx, by, bz), (cx, cy, cz) = b - a, c - a
        area = bx * cy - cx * by
        if area == 0:
            continue
        px, py = x - a[0], y - a[1]
        u, v = (px * cy - cx * py) / area, (bx * py - px * by) / area
        far = a[2] + u * bz + v * cz
        front = (u >= 0) & (v >= 0) & (u + v <= 1) & (far < depth)
        depth[front], face[front] = far[front], number
    return depth, face


@pytest.mark.parametrize("shape", [(31, 45), (17, 8)])
def test_it_draws_what_plain_numpy_draws(shape):
    random = np.random.default_rng(0)
    points = np.c_[random.uniform(-10, 50, (60, 2)), random.uniform(0, 1, 60)].astype(
        np.float32
    )  # some beyond the edges
    faces = random.integers(0, 60, (40, 3))
    (depth, face, _), (wanted, theirs) = drawn(points, faces, shape), reference(points, faces, shape)
    same = face == theirs
    assert same.mean() > 0.995  # edges that run through a pixel's middle round either way
    both = same & (face >= 0)
    np.testing.assert_allclose(depth[both], wanted[both], atol=1e-4)


def test_two_halves_of_a_square_leave_no_gap():
    points = np.array([[0, 0, 1], [16, 0, 1], [16, 16, 1], [0, 16, 1]])
    _, face, weights = drawn(points, np.array([[0, 1, 2], [0, 2, 3]]), (16, 16))
    assert (face >= 0).all()
    assert ((weights >= 0) & (weights <= 1)).all()


def test_triangles_without_area_or_place_draw_nothing():
    points = np.array([[2, 2, 1], [9, 9, 1], [5, 5, 1], [np.nan, 3, 1]])
    _, face, _ = drawn(points, np.array([[0, 1, 2], [0, 1, 3], [1, 1, 1]]), (12, 12))
    assert (face == -1).all()
