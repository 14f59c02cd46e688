"""The review's comparison as a plot: seconds to the right, what is left of the way to the painting upwards."""

from collections.abc import Sequence
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from impasto.evaluation._drawing import INK, PAPER, PENCIL, Board, text_width

_WIDTH, _HEIGHT = 1400, 860
_LEFT, _RIGHT, _TOP, _BOTTOM = 110, 70, 140, 90
_TEXT, _DOT = 20, 8
_ONLINE = ("parametric", "non-parametric")

Box = tuple[float, float, float, float]


def draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the plot of all rows that were judged; full dots optimise pixels, rings paint in one pass."""
    shown = [row for row in rows if row["judged"]]
    if not shown:
        return
    sizes = sorted({row["judged"] for row in shown})
    board = Board(_WIDTH, _HEIGHT)
    board.text(_LEFT, 48, "Seconds against distance to the painting", 30)
    board.text(_LEFT, 80, f"at {' and '.join(map(str, sizes))} px. Dots optimise the picture, rings paint in one pass.",
               _TEXT, colour=PENCIL)  # fmt: skip
    across = _Scale.logarithmic([row["seconds"] for row in shown])
    top = max(0.2, ceil(10 * max(row["style_ratio"] for row in shown)) / 10)
    _axes(board, across, top)
    places = [(across(row["seconds"]), _y(row["style_ratio"], top)) for row in shown]
    taken: list[Box] = [(x - _DOT, y - _DOT, x + _DOT, y + _DOT) for x, y in places]
    for row, (x, y) in zip(shown, places, strict=True):
        board.dot(x, y, _DOT)
        if row["branch"] not in _ONLINE:
            board.dot(x, y, _DOT - 3, PAPER)
    for row, (x, y) in zip(shown, places, strict=True):
        _label(board, row["name"], x, y, taken)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.rint(board.array() * 255).astype(np.uint8)).quantize(32).save(path, optimize=True)


class _Scale:
    """Seconds to pixels across, by their logarithm."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    @classmethod
    def logarithmic(cls, values: Sequence[float]) -> "_Scale":
        """Whole powers of ten around all values."""
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        return cls(low, max(high, low + 1))

    def __call__(self, seconds: float) -> float:
        share = (log10(seconds) - self.low) / (self.high - self.low)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(ratio: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - ratio / top * (_HEIGHT - _TOP - _BOTTOM)


def _axes(board: Board, across: _Scale, top: float) -> None:
    for power in range(across.low, across.high + 1):
        x = across(10.0**power)
        board.rule(x, _TOP, 0, _HEIGHT - _TOP - _BOTTOM)
        board.text(x, _HEIGHT - _BOTTOM + 28, f"{10.0**power:g} s", _TEXT, colour=PENCIL, align="centre")
    step = 0.1 if top <= 1 else 0.2
    for i in range(round(top / step) + 1):
        y = _y(i * step, top)
        board.rule(_LEFT, y, _WIDTH - _LEFT - _RIGHT)
        board.text(_LEFT - 12, y + 7, f"{i * step:.1f}", _TEXT, colour=PENCIL, align="right")
    board.text(_WIDTH - _RIGHT, _HEIGHT - 22, "seconds of painting", _TEXT, align="right")
    board.text(_LEFT, _TOP - 10, "r_s: 0 has the painting's Gram matrices, 1 the photo's", _TEXT)


def _label(board: Board, name: str, x: float, y: float, taken: list[Box]) -> None:
    """Write a name beside its dot, where nothing stands yet."""
    width, gap = text_width(name, _TEXT), _DOT + 5
    places = [
        (x + gap, y + 7), (x - gap - width, y + 7), (x - width / 2, y - gap - 2), (x - width / 2, y + gap + 16),
        (x + gap, y - 12), (x + gap, y + 26), (x - gap - width, y - 12), (x - gap - width, y + 26),
    ]  # fmt: skip

    def box(at: tuple[float, float]) -> Box:
        return at[0], at[1] - 16, at[0] + width, at[1] + 5

    def crossed(at: tuple[float, float]) -> int:
        left, high, right, low = box(at)
        outside = left < 0 or right > _WIDTH - _RIGHT
        return 9 * outside + sum(left < x1 and right > x0 and high < y1 and low > y0 for x0, y0, x1, y1 in taken)

    best = min(places, key=crossed)
    taken.append(box(best))
    board.text(*best, name, _TEXT, colour=INK)
