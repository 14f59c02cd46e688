"""Pictures side by side, with titles, seconds and metrics: one comparison as a contact sheet, many as a grid."""

from collections.abc import Sequence
from math import ceil, sqrt

from impasto.core import Array, UsageError

from ._drawing import INK, PENCIL, Board, text_width, wrapped
from .metrics import METRICS
from .report import Entry, best_of, duration, own_value_of, shown, value_of

_LANDSCAPE, _PORTRAIT = 1.9, 0.62  # cells never get wider or narrower than this; odder pictures are fitted in


def contact_sheet(
    content: Entry, styles: Sequence[Entry], results: Sequence[Entry], *, title: str = "", tile_px: int = 400,
    columns: int | None = None,
) -> Array:  # fmt: skip
    """One comparison on a sheet: photo, paintings, then every result, each with its title, seconds and metrics beneath.

    tile_px: side of the square whose area a picture gets; the text grows with it. columns: left alone, one row up to
    six pictures, and about as wide as a screen beyond. Pictures keep their shapes. Returns (H, W, 3) in [0, 1].
    """
    cells = [_ContentCell(content, results), *(_Cell("Style", style) for style in styles)]
    best = {metric.key: best_of(metric, results) for metric in METRICS}
    for i, result in enumerate(results):
        cells.append(_Cell("", result, frozenset(key for key, winners in best.items() if i in winners)))
    columns = _columns(len(cells)) if columns is None else columns
    if columns < 1:
        raise UsageError(f"contact sheet: columns must be at least 1, got {columns}")
    sheet = _Sheet(tile_px, _shape([content, *results]), any(result.evaluation for result in results))
    return sheet.draw([cells[i : i + columns] for i in range(0, len(cells), columns)], title)


def grid(rows: Sequence[Sequence[Entry]], columns: Sequence[str], *, title: str = "", tile_px: int = 320) -> Array:
    """Many comparisons on a sheet: a row for each pair of photo and painting, a headed column for each method.

    Beneath each picture stand its own title (where it says more than the column's) and its numbers in one line. Rows
    are as high as their first picture asks, so paintings of other shapes are fitted in. Returns (H, W, 3) in [0, 1].
    """
    for row in rows:
        if len(row) != len(columns):
            raise UsageError(f"grid: a row has {len(row)} pictures for {len(columns)} columns ({', '.join(columns)})")
    if not rows:
        raise UsageError("grid: no rows to show")
    unit = tile_px / 20
    gap, margin, caption, head = 1.2 * unit, 2.5 * unit, 3.1 * unit, 2.2 * unit
    heights = [tile_px / min(max(_shape(row), 0.8), _LANDSCAPE) for row in rows]
    top = margin + (3.4 * unit if title else 0) + head
    width = 2 * margin + len(columns) * (tile_px + gap) - gap
    board = Board(width, top + sum(heights) + len(rows) * caption + margin - unit)
    if title:
        board.text(margin, margin + 1.5 * unit, title, 1.9 * unit, room=width - 2 * margin)
    xs = [margin + i * (tile_px + gap) for i in range(len(columns))]
    for x, name in zip(xs, columns, strict=True):
        board.text(x + tile_px / 2, top - unit, name, 1.15 * unit, align="centre", room=tile_px)
    for row, height in zip(rows, heights, strict=True):
        for x, name, entry in zip(xs, columns, row, strict=True):
            _grid_cell(board, entry, name, (x, top, tile_px, height), unit)
        top += height + caption
    return board.array()


def _grid_cell(board: Board, entry: Entry, column: str, box: tuple[float, float, float, float], unit: float) -> None:
    x, y, width, height = box
    if entry.picture is None:
        board.hollow(box, entry.note or "no picture", 0.85 * unit)
    else:
        board.picture(entry.picture, box, centred=True)
    parts = [entry.title if entry.title != column else "", duration(entry.seconds)]
    if entry.evaluation:
        parts += [f"style {shown(METRICS[0], entry.evaluation.style_ratio)}"]
        parts += [f"content {shown(METRICS[3], entry.evaluation.content_cosine)}"]
    line = "  ·  ".join(filter(None, parts))
    board.text(x + width / 2, y + height + 1.3 * unit, line, 0.85 * unit, colour=PENCIL, align="centre", room=width)


def _shape(entries: Sequence[Entry]) -> float:
    """Width to height of the first picture there is."""
    return next((e.picture.shape[1] / e.picture.shape[0] for e in entries if e.picture is not None), 1.0)


def _columns(count: int) -> int:
    """One row up to six; beyond, four to six columns with the fewest empty places."""
    return count if count <= 6 else min((6, 5, 4), key=lambda n: (ceil(count / n) * n - count, -n))


class _Cell:
    """One picture on a contact sheet: what stands above and beneath it."""

    def __init__(self, role: str, entry: Entry, best: frozenset[str] = frozenset()) -> None:
        """role: "Style" for a painting, whose title then stands at the right; empty for a result."""
        self.entry, self.role, self.best = entry, role, best
        self.heading = role or entry.title
        self.aside = entry.title if role else duration(entry.seconds)

    def values(self) -> list[str]:
        """The metrics as shown, in the order of METRICS; empty for a picture that was not measured."""
        found = self.entry.evaluation
        return [shown(metric, value_of(metric, found)) for metric in METRICS] if found else []


class _ContentCell(_Cell):
    """The photo, with what it scores itself: the scale for everything else."""

    def __init__(self, entry: Entry, results: Sequence[Entry]) -> None:
        super().__init__("Content", entry)
        self._measured = next((result.evaluation for result in results if result.evaluation), None)

    def values(self) -> list[str]:
        if not self._measured:
            return []
        return [shown(metric, own_value_of(metric, self._measured)) for metric in METRICS]


class _Sheet:
    """Measures of a contact sheet, all in units of a twentieth of the tile."""

    def __init__(self, tile_px: float, shape: float, measured: bool) -> None:
        shape = min(max(shape, _PORTRAIT), _LANDSCAPE)
        self.unit = unit = tile_px / 20
        self.small = 0.9 * unit
        self.width, self.height = tile_px * sqrt(shape), tile_px / sqrt(shape)
        self.gap, self.margin = 1.6 * unit, 2.8 * unit
        self.head, self.line = 1.9 * unit, 1.35 * unit
        self.measured = measured
        self.row = self.head + self.height + (len(METRICS) * self.line + 0.9 * unit if measured else 0.0)

    def draw(self, rows: Sequence[Sequence[_Cell]], title: str) -> Array:
        """Set every row of cells, under a title if there is one and over a legend if anything was measured."""
        unit, across = self.unit, max(len(row) for row in rows)
        room = across * (self.width + self.gap) - self.gap
        legend = wrapped(_legend(any(cell.best for row in rows for cell in row)), self.small, room - unit)
        top = self.margin + (3.6 * unit if title else 0.0)
        rows_end = top + len(rows) * (self.row + 2.2 * unit) - 2.2 * unit
        foot = (1.2 + 1.2 * len(legend)) * unit if self.measured else 0.0
        board = Board(room + 2 * self.margin, rows_end + foot + self.margin)
        if title:
            board.text(self.margin, self.margin + 1.5 * unit, title, 2 * unit, room=room)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                self._cell(board, cell, self.margin + j * (self.width + self.gap), top + i * (self.row + 2.2 * unit))
        for i, line in enumerate(legend if self.measured else ()):
            board.text(self.margin, rows_end + (2.4 + 1.2 * i) * unit, line, self.small, colour=PENCIL)
        return board.array()

    def _cell(self, board: Board, cell: _Cell, x: float, y: float) -> None:
        baseline = y + self.unit
        # A file's name gives way to "Content" or "Style", a method's to its seconds.
        aside = 0.0 if cell.role else text_width(cell.aside, self.small) + self.unit
        taken = board.text(x, baseline, cell.heading, 1.2 * self.unit, room=self.width - aside)
        room = self.width - taken - self.unit
        board.text(x + self.width, baseline, cell.aside, self.small, colour=PENCIL, align="right", room=room)
        box = (x, y + self.head, self.width, self.height)
        if cell.entry.picture is None:
            board.hollow(box, cell.entry.note or "no picture", self.small)
        else:
            board.picture(cell.entry.picture, box)
        self._metrics(board, cell, x, y + self.head + self.height + 1.8 * self.unit)

    def _metrics(self, board: Board, cell: _Cell, x: float, baseline: float) -> None:
        right = x + self.width
        for i, (metric, value) in enumerate(zip(METRICS, cell.values(), strict=False)):
            best = metric.key in cell.best
            if i:
                board.rule(x, baseline - self.line + 0.4 * self.unit, self.width)
            board.text(x, baseline, metric.title, self.small, colour=PENCIL)
            taken = board.text(right, baseline, value, self.small, colour=INK if best else PENCIL, align="right")
            if best:
                board.dot(right - taken - 0.6 * self.unit, baseline - 0.32 * self.unit, 0.2 * self.unit)
            baseline += self.line


def _legend(chosen: bool) -> str:
    lower = ", ".join(metric.title[0].lower() + metric.title[1:] for metric in METRICS if metric.better == "lower")
    best = "A dot marks the best result. " if chosen else ""
    return f"{best}Lower is better for {lower}; higher for the others. The content's own values give the scale."
