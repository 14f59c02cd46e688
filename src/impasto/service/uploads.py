"""Pictures sent ahead of their orders, by unguessable ids, as long as they are young and there is room."""

import secrets
from pathlib import Path
from time import time

from impasto.core import InputError, UsageError

from .films import refuse_strange_film
from .folders import ID, new_id
from .orders import clean_name, refuse_stranger


class Uploads:
    """A folder of files by id, each with its name beside it; the oldest go first where all take too much."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """max_bytes: of all of them together."""
        self.folder, self.max_bytes = folder, max_bytes

    def put(self, data: bytes, name: str | None) -> str:
        """Keep a file; returns its id. Raises InputError for what is neither picture nor film, UsageError for too much."""
        name = clean_name(name, "picture")
        try:
            refuse_stranger(data, name)
        except InputError as error:
            try:
                refuse_strange_film(data, name)
            except InputError:
                raise error from None
        if len(data) > self.max_bytes:
            raise UsageError(f"{name}: more than all uploads together may take.")
        self.folder.mkdir(parents=True, exist_ok=True)
        key = new_id()
        (self.folder / f"{key}.name").write_text(name, encoding="utf-8")
        temporary = self.folder / f".{secrets.token_hex(8)}"
        temporary.write_bytes(data)
        temporary.replace(self.folder / key)
        self._bound()
        return key

    def get(self, key: str) -> tuple[bytes, str]:
        """A file and its name. Raises InputError for one that is not, or no longer, there."""
        try:
            if not ID.fullmatch(key):
                raise FileNotFoundError
            path = self.folder / key
            return path.read_bytes(), path.with_suffix(".name").read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InputError("upload: there is none of that id, or no longer; send it again.") from None

    def sweep(self, hours: float) -> None:
        """Throw away what is older."""
        for _, _, path in self._files():
            if path.stat().st_mtime < time() - hours * 3600:
                self._drop(path)
        self._bound()

    def _bound(self) -> None:
        """Throw away the oldest where all together are too much."""
        total = 0
        for _, size, path in sorted(self._files(), reverse=True):
            total += size
            if total > self.max_bytes:
                self._drop(path)

    def _files(self) -> list[tuple[int, int, Path]]:
        """(when, bytes, path) of every file."""
        if not self.folder.is_dir():
            return []
        found = [(path.stat(), path) for path in self.folder.iterdir() if ID.fullmatch(path.name)]
        return [(status.st_mtime_ns, status.st_size, path) for status, path in found]

    def _drop(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        path.with_suffix(".name").unlink(missing_ok=True)
