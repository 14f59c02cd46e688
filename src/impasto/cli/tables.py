"""Tables for people, on stdout. rich is imported only when one is drawn."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from impasto.core import BaseOptions, describe

from .flags import limits, plain

if TYPE_CHECKING:
    from rich.table import Table

_WIDTH_IN_FILES = 100


def show(content: Any) -> None:
    """Print a table, a tree or a line of rich markup to stdout, with colours only in a terminal."""
    from rich.console import Console

    stream = sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")  # an arrow that a console cannot show is no reason to fail
    width = shutil.get_terminal_size().columns if stream.isatty() else _WIDTH_IN_FILES
    Console(file=stream, width=width, highlight=False, soft_wrap=isinstance(content, str)).print(content)


def plain_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[int] = ()) -> "Table":
    """A table without lines; columns in `numbers` are set flush right."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    right = set(numbers)
    for index, head in enumerate(heads):
        table.add_column(head, justify="right" if index in right else "left", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def options_table(options: type[BaseOptions]) -> "Table":
    """Every option of a class: flag, default, limits, help."""
    rows = [(spec.flag, plain(spec.default), limits(spec), spec.help) for spec in describe(options)]
    return plain_table(("  option", "default", "values", "what it does"), [(f"  {r[0]}", *r[1:]) for r in rows])
