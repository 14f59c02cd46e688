"""Where impasto keeps what it can always make again: converted weights, packed pictures, compiled networks."""

import os
import secrets
from pathlib import Path


def cache_folder(kind: str) -> Path:
    """The folder of one kind of thing: below IMPASTO_CACHE, or else below the user's cache folder. It need not exist yet."""
    if chosen := os.environ.get("IMPASTO_CACHE"):
        return Path(chosen).expanduser() / kind
    from platformdirs import user_cache_path

    return user_cache_path("impasto", appauthor=False) / kind


def temporary(target: Path) -> Path:
    """A fresh hidden name beside `target`, to write to before the move. Whoever keeps files there sweeps what is left behind."""
    return target.with_name(f".{target.stem}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def store(data: bytes, target: Path) -> None:
    """Write a file so that readers see all of it or none: temporary name, flushed to the disk, moved into place."""
    scratch = temporary(target)
    try:
        # Not tempfile: its files are private to the user, and a cache may be shared (a container image, a lab machine).
        with scratch.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
