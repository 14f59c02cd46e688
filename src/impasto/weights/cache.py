"""The folder where converted weight files are kept, and how a file gets there whole or not at all.

Processes that start at once take turns on a lock; a reader needs no lock, because a file appears under its name only
when it is complete. A finished cache may be read-only, or belong to another user.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from impasto.core import InputError
from impasto.core.caches import cache_folder

from .conversion import metadata
from .manifest import WeightFile
from .tensors import INDICES, open_safetensors

_LOCK_SECONDS = 300  # long enough for another process to download and convert


def folder() -> Path:
    """Where converted files are: below IMPASTO_CACHE, or else below the user's cache folder. It need not exist yet."""
    return cache_folder("weights")


def location(entry: WeightFile) -> Path:
    """Where the entry's converted file is, or would be."""
    return folder() / f"{entry.name}.safetensors"


def is_current(entry: WeightFile) -> bool:
    """Whether the cache holds the entry, whole, from the pinned source and by this conversion. Reads the header only."""
    try:
        with open_safetensors(location(entry), "np") as file:
            found = file.metadata() or {}
            names = {name.removesuffix(INDICES) for name in file.keys()}  # noqa: SIM118  (not a dict)
    except InputError:
        return False
    expected = metadata(entry, source="")
    return names >= set(entry.shapes) and all(
        found.get(key) == value for key, value in expected.items() if key != "source"
    )


@contextmanager
def locked(entry: WeightFile) -> Iterator[None]:
    """Hold the entry's place in the cache, made if need be. OSError (Timeout is one) when that cannot be done."""
    from filelock import FileLock

    folder().mkdir(parents=True, exist_ok=True)
    with FileLock(folder() / f"{entry.name}.lock", timeout=_LOCK_SECONDS):
        for stale in folder().glob(f".{entry.name}.*.tmp"):  # left by a process that was killed
            stale.unlink(missing_ok=True)
        yield
