"""Folders of numbered pictures as films: which frame is which, and what is wrong with them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from impasto.core import InputError
from impasto.image.files import shown
from impasto.image.formats import SUFFIXES

_NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$")  # the last number of a name is the frame's


def number_of(path: Path) -> int | None:
    """The frame number that a file name carries, None without one.

    >>> number_of(Path("shot2_frame_0016.png")), number_of(Path("logo.png"))
    (16, None)
    """
    found = _NUMBER.match(path.stem)
    return int(found[2]) if found else None


def numbered_frames(folder: Path) -> list[Path]:
    """The pictures of a folder in the order of their numbers.

    Raises InputError, in one line, for a folder without frames, with several sequences, with an empty file, or with a
    gap or a number twice.
    """
    name = shown(folder)
    try:
        pictures = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {(error.strerror or 'unknown').lower()}.") from None
    frames = sorted((number, file) for file in pictures if (number := number_of(file)) is not None)
    if not frames:
        raise InputError(f"{name}: no numbered pictures in this folder, such as frame_0001.png.")
    stems = sorted({file.stem[: _NUMBER.match(file.stem).start(2)] for _, file in frames})  # type: ignore[union-attr]
    if len(stems) > 1:
        raise InputError(
            f"{name}: holds several sequences ('{stems[0]}...' and '{stems[1]}...'); give each its own folder."
        )
    for (number, file), (following, other) in pairwise(frames):
        if number == following:
            raise InputError(f"{name}: frame {number} is there twice: {file.name} and {other.name}.")
        if following > number + 1:
            gap = f"frame {number + 1} is" if following == number + 2 else f"frames {number + 1} to {following - 1} are"
            raise InputError(f"{name}: {gap} missing between {file.name} and {other.name}.")
    for _, file in frames:
        if not file.stat().st_size:
            raise InputError(f"{shown(file)}: the file is empty.")
    return [file for _, file in frames]


def frame_names(count: int) -> Iterator[str]:
    """Names for the frames of a film that had none: 000001.png, 000002.png, ..."""
    return (f"{number:06d}.png" for number in range(1, count + 1))
