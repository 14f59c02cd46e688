"""A doodle of five colours becomes a painting: van Gogh's sky, moon, cypresses and village put where you want them.

    python examples/two_bit_doodle.py

Two maps are drawn here in flat colours: one over the painting, to say what is where in it, and one for the picture to come.
Any drawing program does as well. Writes out/two_bit_doodle.png and the maps beside it.
"""

from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

import impasto
from impasto import assets

SKY, LIGHTS, CYPRESS, HILLS, VILLAGE = "#2040c0", "#f0e040", "#102010", "#6050a0", "#808080"

Spot = tuple[float, float, float]
Outline = list[tuple[float, float]]

# All places are shares of the width and of the height.
PAINTED_LIGHTS: list[Spot] = [
    (0.91, 0.16, 0.10), (0.35, 0.53, 0.06), (0.61, 0.07, 0.045), (0.70, 0.23, 0.04), (0.23, 0.17, 0.035),
    (0.095, 0.04, 0.045), (0.34, 0.03, 0.035), (0.12, 0.48, 0.035), (0.035, 0.45, 0.025), (0.32, 0.32, 0.025),
    (0.22, 0.03, 0.02), (0.41, 0.06, 0.025),
]  # fmt: skip
PAINTED_HILLS: Outline = [
    (0, 0.74), (0.2, 0.76), (0.4, 0.74), (0.5, 0.68), (0.6, 0.63), (0.72, 0.64), (0.86, 0.58), (0.92, 0.51), (1, 0.52),
    (1, 0.74), (0.5, 0.80), (0, 0.84),
]  # fmt: skip
PAINTED_VILLAGE: Outline = [(0, 0.83), (0.4, 0.78), (0.56, 0.76), (0.75, 0.72), (1, 0.73), (1, 1), (0, 1)]
PAINTED_CYPRESS: Outline = [
    (0.185, 0.05), (0.17, 0.25), (0.14, 0.32), (0.14, 0.72), (0.11, 0.82), (0.12, 1), (0.46, 1), (0.43, 0.88),
    (0.37, 0.82), (0.36, 0.72), (0.29, 0.60), (0.25, 0.62), (0.235, 0.46), (0.215, 0.30), (0.195, 0.22), (0.195, 0.05),
]  # fmt: skip

DRAWN_LIGHTS: list[Spot] = [(0.22, 0.22, 0.11), (0.48, 0.12, 0.05), (0.66, 0.30, 0.06), (0.90, 0.10, 0.04)]
DRAWN_HILLS: Outline = [(0, 0.62), (0.2, 0.55), (0.45, 0.66), (0.7, 0.60), (1, 0.68), (1, 0.85), (0, 0.85)]
DRAWN_VILLAGE: Outline = [(0, 0.80), (0.5, 0.76), (1, 0.80), (1, 1), (0, 1)]
DRAWN_CYPRESSES: list[Outline] = [
    [(0.83, 0.18), (0.77, 0.50), (0.75, 0.85), (0.78, 1), (0.95, 1), (0.93, 0.80), (0.90, 0.50)],
    [(0.08, 0.55), (0.04, 0.80), (0.05, 1), (0.16, 1), (0.14, 0.78)],
]


def main(out: Path = Path("out"), **options: Any) -> Path:
    """Paint the doodle into `out`; options go to the method."""
    painting = assets.path("starry_night.jpg")
    with Image.open(painting) as picture:
        annotated = drawn(picture.size, PAINTED_LIGHTS, PAINTED_HILLS, PAINTED_VILLAGE, [PAINTED_CYPRESS])
    doodle = drawn((640, 448), DRAWN_LIGHTS, DRAWN_HILLS, DRAWN_VILLAGE, DRAWN_CYPRESSES)
    out.mkdir(parents=True, exist_ok=True)
    annotated.save(out / "two_bit_painting_map.png")
    doodle.save(out / "two_bit_doodle_map.png")
    maps = {"style_map": out / "two_bit_painting_map.png", "target_map": out / "two_bit_doodle_map.png"}
    result = impasto.stylize(None, painting, method="doodle", extras=maps, **options)
    file = out / "two_bit_doodle.png"
    result.save(file)
    print(f"{file}: {result.report['seconds']:.0f} s")
    return file


def drawn(
    size: tuple[int, int], lights: list[Spot], hills: Outline, village: Outline, cypresses: list[Outline]
) -> Image.Image:
    """A map of the five things, the nearer over the farther."""
    width, height = size
    image = Image.new("RGB", size, SKY)
    draw = ImageDraw.Draw(image)
    for x, y, radius in lights:
        draw.ellipse(
            [(x - radius) * width, y * height - radius * width, (x + radius) * width, y * height + radius * width],
            LIGHTS,
        )
    for outlines, colour in (([hills], HILLS), ([village], VILLAGE), (cypresses, CYPRESS)):
        for outline in outlines:
            draw.polygon([(x * width, y * height) for x, y in outline], colour)
    return image


if __name__ == "__main__":
    main()
