"""The journal of a training: a CSV line now and then, and a picture of how the loss fell."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _HEIGHT, _MARGIN = 960, 480, 64
_PAPER, _INK, _HAIRLINE = (246, 246, 246), (26, 26, 28), (212, 212, 214)
_COLOURS = ((31, 90, 150), (200, 90, 30), (60, 130, 70), (130, 60, 140))


class Journal:
    """Rows of numbers by step in a CSV file that can be continued after an interruption."""

    def __init__(self, path: Path, step: int) -> None:
        """Open the file; rows after `step` belong to work that was lost and are dropped."""
        self.path = path
        self.rows = [row for row in _read(path) if int(float(row["step"])) <= step]
        self._write()

    def add(self, row: Mapping[str, float]) -> None:
        """Append a row. The first row decides the columns."""
        text = {name: f"{value:.6g}" for name, value in row.items()}
        self.rows.append(text)
        if len(self.rows) == 1 or text.keys() - self.rows[0].keys():
            self._write()
            return
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, list(self.rows[0]), restval="").writerow(text)

    def column(self, name: str) -> list[tuple[float, float]]:
        """(step, value) of every row that has a value in that column."""
        return [(float(row["step"]), float(row[name])) for row in self.rows if row.get(name)]

    def _write(self) -> None:
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        with self.path.open("w", newline="", encoding="utf-8") as file:
            if names:
                writer = csv.DictWriter(file, names, restval="")
                writer.writeheader()
                writer.writerows(self.rows)


def _read(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if (row.get("step") or "").replace(".", "").isdigit()]


def draw_curves(curves: Mapping[str, Sequence[tuple[float, float]]], path: Path) -> None:
    """Draw named curves of (step, value > 0) over a logarithmic axis into a PNG."""
    curves = {name: [(x, y) for x, y in curve if y > 0 and math.isfinite(y)] for name, curve in curves.items()}
    curves = {name: curve for name, curve in curves.items() if curve}
    if not curves:
        return
    points = [point for curve in curves.values() for point in curve]
    last = max(max(x for x, _ in points), 1.0)
    low, high = (math.log10(bound(y for _, y in points)) for bound in (min, max))
    low, high = low - 0.05, max(high, low + 0.1) + 0.05

    def at(x: float, y: float) -> tuple[float, float]:
        across, up = x / last, (math.log10(y) - low) / (high - low)
        return _MARGIN + across * (_WIDTH - 1.5 * _MARGIN), _HEIGHT - _MARGIN - up * (_HEIGHT - 1.7 * _MARGIN)

    image = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    for value in _ticks(low, high):
        _, y = at(0, value)
        draw.line((_MARGIN, y, _WIDTH - _MARGIN / 2, y), fill=_HAIRLINE)
        draw.text((_MARGIN - 8, y), f"{value:g}", fill=_INK, font=font, anchor="rm")
    for share in (0, 0.25, 0.5, 0.75, 1):
        x, _ = at(share * last, 10**high)
        draw.text((x, _HEIGHT - _MARGIN + 12), f"{share * last:.0f}", fill=_INK, font=font, anchor="mt")
    for i, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[i % len(_COLOURS)]
        draw.line([at(*point) for point in curve], fill=colour, width=2, joint="curve")
        draw.text((_MARGIN + 8 + 180 * i, 20), name, fill=colour, font=font, anchor="lm")
    image.save(path)


def _ticks(low: float, high: float) -> list[float]:
    """Round values between two powers of ten: 1, 2, 5, 10 ... as many as are in reach, thinned to about eight."""
    values = [m * 10.0**e for e in range(math.floor(low), math.ceil(high) + 1) for m in (1, 1.5, 2, 3, 5, 7)]
    values = [value for value in values if low <= math.log10(value) <= high]
    return values[:: max(1, len(values) // 8)]
