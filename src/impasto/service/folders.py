"""A job's folder: what was sent, how it goes, what came out. Every file is complete or absent."""

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from impasto.core import Arrays

from .orders import Order

ID = re.compile(r"[A-Za-z0-9_-]{32}")
"""Ids of jobs: 24 random bytes, so that knowing one is the right to its picture."""


def new_id() -> str:
    """An id nobody can guess."""
    return secrets.token_urlsafe(24)


class JobFolder:
    """The files of one job.

    order.json and picture-N: as sent. before.jpg, preview.jpg, thumb.jpg: to look at. result: the finished picture in
    the format of the order. state-VERSION.npz: how far a long run is. report.json: its account. outcome.json: written last, and once; what it says is so.
    """

    def __init__(self, path: Path) -> None:
        """path: the folder itself; its name is the job's id."""
        self.path = path

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def create(self, order: Order, pictures: dict[str, bytes]) -> None:
        """Make the folder and write the order with its pictures."""
        self.path.mkdir(parents=True)
        for name, data in pictures.items():
            (self / name).write_bytes(data)
        self.write("order.json", order.model_dump_json().encode())

    def write(self, name: str, data: bytes) -> None:
        """Write a file that is there whole or not at all, also after a power cut."""
        temporary = self / f".{name}.{secrets.token_hex(4)}"
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self / name)

    def write_arrays(self, name: str, arrays: Arrays) -> None:
        """Write arrays the same way, one after another: together they may be as large as what is left of the memory."""
        import numpy as np

        temporary = self / f".{name}.{secrets.token_hex(4)}"
        with temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self / name)

    def read_arrays(self, name: str) -> Arrays:
        """What was written; nothing where it is not there, or no longer readable."""
        import zipfile

        import numpy as np

        try:
            with np.load(self / name, allow_pickle=False) as stored:
                return {key: stored[key] for key in stored.files}
        except (OSError, ValueError, zipfile.BadZipFile):
            return {}

    def write_json(self, name: str, value: Any) -> None:
        """Write JSON the same way."""
        self.write(name, json.dumps(value).encode())

    def read_json(self, name: str) -> Any:
        """What was written, or None where it is not there."""
        try:
            return json.loads((self / name).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None

    @property
    def order(self) -> Order | None:
        """The order, or None where there is no such job."""
        stored = self.read_json("order.json")
        return None if stored is None else Order(**stored)

    @property
    def outcome(self) -> dict[str, Any] | None:
        """How the job ended, or None while it has not."""
        return self.read_json("outcome.json")

    @property
    def bytes(self) -> int:
        """What the folder takes on disk."""
        return _taken(self.path)

    def delete(self) -> None:
        """Remove everything; an order without its file is gone for every reader at once."""
        (self / "order.json").unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)


def tidy(folders: Iterable[JobFolder], wanted: int, before: float, limit: float) -> tuple[list[str], int]:
    """Delete what ended before then, and more, oldest first, until `wanted` bytes fit below the limit.

    Returns the ids that are gone, and the bytes still taken. Jobs that have not ended stay, whatever they take.
    """
    ended: list[tuple[float, int, JobFolder]] = []
    total = 0
    for folder in folders:
        size = folder.bytes
        total += size
        try:
            ended.append(((folder / "outcome.json").stat().st_mtime, size, folder))
        except FileNotFoundError:
            continue
    gone: list[str] = []
    for when, size, folder in sorted(ended, key=lambda row: row[0]):
        if when < before or total + wanted > limit:
            folder.delete()
            gone.append(folder.path.name)
            total -= size
    return gone, total


def _taken(path: Path) -> int:
    """Bytes of everything in a folder; a film's finished frames lie one deeper."""
    return sum(_taken(Path(entry)) if entry.is_dir() else _size(entry) for entry in _entries(path))


def _entries(path: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(path) as found:
            yield from found
    except FileNotFoundError:
        return


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        return 0
