"""Pictures on the command line: names with weights, and the one that comes in on standard input."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from impasto.core import UsageError

STREAM = "-"
"""The name that means standard input or output."""


def split_weight(word: str) -> tuple[str, float]:
    """Split "painting.jpg:2" into name and weight; a name that exists as it stands wins, and so do drive letters."""
    name, colon, tail = word.rpartition(":")
    if not colon or not name or Path(word).exists():
        return word, 1.0
    try:
        return name, float(tail)
    except ValueError:
        return word, 1.0


def refuse_two_streams(names: Iterable[str]) -> None:
    """Standard input holds one picture."""
    if list(names).count(STREAM) > 1:
        raise UsageError("'-' stands for one picture from standard input; give the others as files.")


def read(name: str) -> Any:
    """What the API takes for a name: the path itself, or the picture that comes in on standard input."""
    if name != STREAM:
        return name
    if sys.stdin.isatty():
        raise UsageError("'-' reads a picture from standard input, which is a terminal here.")
    from impasto.image import decode

    return decode(sys.stdin.buffer.read(), name="stdin")


def stem_of(content: str | None, styles: Iterable[str], fallback: str) -> str:
    """Name a result after its inputs, as in "photo-painting"; `fallback` stands in for one where there is none."""
    first = next(iter(styles), None)
    if content is None:
        return fallback if first is None else f"{_stem(first)}-{fallback}"
    return f"{_stem(content)}-{fallback if first is None else _stem(first)}"


def _stem(name: str) -> str:
    return "stdin" if name == STREAM else Path(name).stem
