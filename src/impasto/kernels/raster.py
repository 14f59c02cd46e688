"""Triangles on a grid of pixels: which one is in front, and where on it each pixel's middle lies."""

from typing import Any

import numpy as np

from .compiled import compiled


@compiled()
def rasterise(points: Any, faces: Any, depth: Any, face: Any, weights: Any) -> None:
    """Draw triangles over what is there, wherever they are nearer.

    points: float32 (n, 3), column, row and distance, pixels' middles at halves. faces: int32 (m, 3). depth: float32
    (H, W), the least distance so far, inf where there is nothing. face: int32 (H, W), the triangle in front. weights:
    float32 (H, W, 2), how much its second and third corner count there; distances are interpolated like these. A pixel
    is inside when its middle is, on whichever side the triangle is seen from; of equally near ones the first stays.
    """
    height, width = depth.shape
    for number in range(len(faces)):
        a, b, c = faces[number, 0], faces[number, 1], faces[number, 2]
        ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
        bx, by, bz = points[b, 0] - ax, points[b, 1] - ay, points[b, 2] - az
        cx, cy, cz = points[c, 0] - ax, points[c, 1] - ay, points[c, 2] - az
        area = bx * cy - cx * by
        if area == 0 or not np.isfinite(area):
            continue
        top = max(0, np.int64(np.ceil(ay + min(np.float32(0), by, cy) - np.float32(0.5))))
        end = min(height, np.int64(np.floor(ay + max(np.float32(0), by, cy) - np.float32(0.5))) + 1)
        left = max(0, np.int64(np.ceil(ax + min(np.float32(0), bx, cx) - np.float32(0.5))))
        right = min(width, np.int64(np.floor(ax + max(np.float32(0), bx, cx) - np.float32(0.5))) + 1)
        for y in range(top, end):
            py = np.float32(y) + np.float32(0.5) - ay
            for x in range(left, right):
                px = np.float32(x) + np.float32(0.5) - ax
                u, v = (px * cy - cx * py) / area, (bx * py - px * by) / area
                if u >= 0 and v >= 0 and u + v <= 1:
                    far = az + u * bz + v * cz
                    if far < depth[y, x]:
                        depth[y, x], face[y, x] = far, number
                        weights[y, x, 0], weights[y, x, 1] = u, v
