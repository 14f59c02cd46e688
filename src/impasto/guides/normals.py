"""Normals as colours: which way a surface looks, red to the right, green up, blue towards the eye."""

import numpy as np

from impasto.core import Array


def sphere_normals(side: int) -> Array:
    """A ball that fills a square of side pixels: (side, side, 3) in [0, 1]; black around it.

    A normal n is stored as (n + 1) / 2, as renderers do; pixels on the rim that the ball covers by less than half are
    black. The mesh is not needed: the normal of a ball of radius 1 is the point itself.
    """
    at = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    x, y = np.meshgrid(at, -at)
    left = 1 - x * x - y * y
    normals = np.stack([x, y, np.sqrt(np.maximum(left, 0))], -1)
    return np.where((left >= 0)[..., None], (normals + 1) / 2, 0).astype(np.float32)


def normals_of_depth(depth: Array, relief: float = 1.0) -> Array:
    """Normals of a surface whose height above the picture is `depth`, (H, W) in [0, 1], near is 1: (H, W, 3).

    relief: height of depth 1, relative to the picture's long side.
    """
    dy, dx = np.gradient(depth * np.float32(relief * max(depth.shape)))
    normals = np.stack([-dx, dy, np.ones_like(dx)], -1)
    return ((normals / np.linalg.norm(normals, axis=-1, keepdims=True) + 1) / 2).astype(np.float32)
