"""Meshes that are made here, by formulas: a ball to light, a vase from a lathe, a knot."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .mesh import Mesh, smooth


def ball(around: int = 96) -> Mesh:
    """A ball of radius 1; its normals are its corners."""
    made = _grid(lambda u, v: [np.sin(np.pi * v) * np.sin(u), -np.cos(np.pi * v), np.sin(np.pi * v) * np.cos(u)], around, around // 2)  # fmt: skip
    return Mesh(made.corners, made.corners, made.faces)


def vase(around: int = 96) -> Mesh:
    """A vase as from a potter's wheel: foot, belly, neck and a lip that turns in."""
    heights = np.array([0, 0, 0.06, 0.14, 0.40, 0.68, 0.86, 0.95, 1.0, 1.0, 0.95, 0.86])
    radii = np.array([0, 0.28, 0.30, 0.24, 0.50, 0.34, 0.17, 0.20, 0.27, 0.25, 0.18, 0.14])

    def place(u: NDArray[np.float64], v: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        from scipy.interpolate import PchipInterpolator

        at = np.linspace(0, 1, len(radii))
        radius, height = PchipInterpolator(at, radii)(v), PchipInterpolator(at, heights)(v)
        return [radius * np.sin(u), height - 0.5, radius * np.cos(u)]

    return _grid(place, around, 2 * around)


def knot(around: int = 24, along: int = 240) -> Mesh:
    """A rope that winds three times around a ring, and twice through it (a torus knot)."""

    def middle(t: NDArray[np.float64]) -> NDArray[np.float64]:
        radius = 2 + np.cos(3 * t)
        return np.stack([radius * np.cos(2 * t), radius * np.sin(2 * t), -np.sin(3 * t)], -1)

    def place(u: NDArray[np.float64], v: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        t, step = 2 * np.pi * v, 1e-4
        here, ahead, behind = middle(t), middle(t + step), middle(t - step)
        along_it = ahead - behind
        along_it /= np.linalg.norm(along_it, axis=-1, keepdims=True)
        side = np.cross(along_it, here)
        side /= np.linalg.norm(side, axis=-1, keepdims=True)
        other = np.cross(along_it, side)
        rope = here + 0.55 * (np.cos(u)[..., None] * side + np.sin(u)[..., None] * other)
        return list(np.moveaxis(rope, -1, 0))

    return _grid(place, around, along)


SHAPES: dict[str, Callable[[], Mesh]] = {"ball": ball, "knot": knot, "vase": vase}
"""Meshes by the names that people call them."""


def _grid(place: Callable[..., list[NDArray[np.float64]]], around: int, along: int) -> Mesh:
    """A surface from a formula of two numbers, the first from 0 to 2 π and closed, the second from 0 to 1."""
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, around + 1), np.linspace(0, 1, along + 1))
    points = np.stack(place(u, v), -1).astype(np.float32)
    points[:, -1] = points[:, 0]  # to the last bit, so that the seam is smooth
    number = np.arange(points[..., 0].size, dtype=np.int32).reshape(points.shape[:2])
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    return smooth(points.reshape(-1, 3), faces)
