"""Painterly strokes as a drawing in SVG: every stroke a path of cubic Béziers, in the order of painting."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, Context, RunOptions

from .paint import Painting, Strokes, paint


def photo_to_svg(photo: Array, preset: str | None = None, *, seed: int = 0, **options: Any) -> str:
    """Paint a photo, float32 (H, W, 3) in [0, 1], and give the strokes as the text of an SVG file.

    options: those of `painterly`. Its lengths refer to this picture. Bristles are left out: SVG knows flat paint.
    """
    from . import METHOD

    return painting_to_svg(paint(photo, METHOD.make_options(preset, **options), Context(RunOptions(seed=seed))))


def painting_to_svg(painting: Painting) -> str:
    """The text of an SVG file with the ground and all strokes of a painting, one group for each layer."""
    height, width = painting.canvas.shape[:2]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" fill="{_hex(painting.ground)}"/>',
        # Pixel (0, 0) covers the square from (0, 0) to (1, 1): its middle is half a unit in.
        '<g transform="translate(0.5 0.5)" fill="none" stroke-linecap="round" stroke-linejoin="round">',
    ]
    for layer in painting.layers:
        lines.append(f'<g stroke-width="{2 * layer.radius_px:g}" stroke-opacity="{layer.opacity:g}">')
        lines += _paths(layer)
        lines.append("</g>")
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _paths(layer: Strokes) -> Iterator[str]:
    for points, count, colour in zip(layer.points, layer.counts, layer.colours, strict=True):
        yield f'<path stroke="{_hex(colour)}" d="{_path(points[:count])}"/>'


def _path(points: NDArray[np.float32]) -> str:
    """The cubic B-spline of control points (n, 2), ends repeated, as Béziers; a single point as a dot."""
    x, y = points[0]
    start = f"M{x:.1f} {y:.1f}"
    if len(points) == 1:
        return start + "h0"
    p = np.concatenate([points[:1].repeat(2, 0), points, points[-1:].repeat(2, 0)])
    first, second = (2 * p[1:-2] + p[2:-1]) / 3, (p[1:-2] + 2 * p[2:-1]) / 3
    end = (p[1:-2] + 4 * p[2:-1] + p[3:]) / 6
    curves = np.concatenate([first, second, end], 1)
    return start + "".join("C" + " ".join(f"{value:.1f}" for value in curve) for curve in curves.tolist())


def _hex(colour: Array) -> str:
    return "#" + "".join(f"{round(255 * float(value)):02x}" for value in colour)
