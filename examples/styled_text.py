"""Neon, gold and flames, drawn here on three letters, laid on another word.

    python examples/styled_text.py

Nothing is needed but the package; draw your own word in any paint program and hand it over in the same way. Writes
out/styled_text.png: on the left the three styled words, on the right what became of them.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import impasto
from impasto.applications.text_effects.distance import strokes_of
from impasto.applications.text_effects.lettering import lettered
from impasto.core import Array
from impasto.image import resize

STYLED, WORD = "Sea", "impasto"


def clouds(shape: tuple[int, int], seed: int, coarsest_px: int = 64) -> Array:
    """Noise at every scale, (H, W) in about [-1, 1], the larger the stronger."""
    random, total = np.random.default_rng(seed), np.zeros(shape, np.float32)
    step = coarsest_px
    while step >= 2:
        grid = random.normal(size=(shape[0] // step + 3, shape[1] // step + 3)).astype(np.float32)
        total += cv2.resize(grid, shape[::-1], interpolation=cv2.INTER_CUBIC) * step / coarsest_px
        step //= 2
    return total / 2


def ramp(values: Array, stops: dict[float, tuple[float, float, float]]) -> Array:
    """Colours (H, W, 3) of values (H, W), between the given ones."""
    places, colours = list(stops), np.array(list(stops.values()))
    return np.dstack([np.interp(values, places, colours[:, c]) for c in range(3)]).astype(np.float32)


def neon(mask: NDArray[np.bool_]) -> Array:
    """A pink tube along the contour, a soft light around it, on a wall of bricks."""
    strokes = strokes_of(mask)
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    brick = ((y % 16 < 2) | ((x + 16 * (y // 16 % 2)) % 32 < 2)).astype(np.float32)
    wall = (0.35 + 0.1 * clouds(mask.shape, 1, 16) - 0.2 * cv2.GaussianBlur(brick, (0, 0), 0.7))[..., None] * [
        0.3,
        0.3,
        0.5,
    ]
    tube = np.exp(-np.square((strokes.distance - 1) / 0.22))[..., None]
    light = np.exp(-np.abs(strokes.distance - 1) / 1.2)[..., None] * [1.0, 0.15, 0.6]
    lit = wall * (1 + 3 * light) + 0.55 * light
    return (lit + tube * ([1.0, 0.85, 0.95] - lit)).clip(0, 1).astype(np.float32)


def gold(mask: NDArray[np.bool_]) -> Array:
    """Letters of hammered gold with bevelled edges and a shadow, on dark green leather."""
    strokes = strokes_of(mask)
    leather = 0.12 + 0.05 * clouds(mask.shape, 2, 12)
    shadow = np.roll(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 4), (5, 5), (0, 1))
    ground = np.dstack([leather * 0.5, leather * 1.3, leather * 0.7]) * (1 - 0.7 * shadow[..., None])
    height = cv2.GaussianBlur(np.minimum(1 - np.minimum(strokes.distance, 1), 0.55), (0, 0), 1) * strokes.radius_px
    dy, dx = np.gradient(height + 0.6 * clouds(mask.shape, 3, 8))
    light = 0.5 - 0.45 * (dx + dy) / np.sqrt(1 + dx * dx + dy * dy)
    metal = ramp(light, {0: (0.25, 0.1, 0), 0.4: (0.75, 0.48, 0.1), 0.6: (0.95, 0.75, 0.3), 0.85: (1, 0.97, 0.8)})
    return (
        np.where(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.6)[..., None] > 0.5, metal, ground)
        .clip(0, 1)
        .astype(np.float32)
    )


def flames(mask: NDArray[np.bool_]) -> Array:
    """Fire that licks upwards from glowing letters, in the night."""
    strokes = strokes_of(mask)
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
    tall = cv2.resize(clouds((mask.shape[0] // 2, mask.shape[1]), 4, 24), mask.shape[::-1])  # stretched upwards
    far = np.maximum(strokes.distance - 1, 0)
    # Fire looks down for what feeds it, and is torn sideways.
    fed = cv2.remap(far, x + 10 * tall, y + 14 + 14 * tall, cv2.INTER_LINEAR, borderValue=9.0)
    heat = np.maximum(np.exp(-1.1 * fed) * (0.85 + 0.6 * tall), np.exp(-2.5 * far) * 0.6)
    heat = np.where(strokes.mask, 0.6 + 0.5 * np.exp(-np.square((strokes.distance - 1) / 0.25)) + 0.15 * tall, heat)
    return ramp(
        heat, {0: (0, 0, 0), 0.25: (0.35, 0.02, 0), 0.5: (0.85, 0.2, 0), 0.75: (1, 0.6, 0.1), 1.1: (1, 0.97, 0.75)}
    )


def main(out: Path = Path("out"), **options: Any) -> Path:
    """Draw the three words, lay their effects on another and put them side by side; options go to the method."""
    letters = lettered(STYLED, None, (208, 320))
    rows: list[Array] = []
    for effect in (neon, gold, flames):
        style = effect(letters)
        drawing = letters[..., None].repeat(3, 2).astype(np.float32)
        result = impasto.stylize(
            None, style, method="text_effects", extras={"style_text": drawing}, **({"text": WORD} | options)
        )
        made = result.picture
        rows.append(np.hstack([resize(style, (made.shape[0], round(made.shape[0] * 320 / 208))), made]))
    out.mkdir(parents=True, exist_ok=True)
    file = out / "styled_text.png"
    cv2.imwrite(str(file), np.rint(np.vstack(rows)[..., ::-1] * 255).astype(np.uint8))
    print(f"{file}: three effects on '{WORD}'")
    return file


if __name__ == "__main__":
    main()
