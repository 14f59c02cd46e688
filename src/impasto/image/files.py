"""Files on disk: reading with every refusal spelled out, and writing whole or not at all."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from impasto.core import InputError, RunError, UsageError

from .formats import HEIC, format_of

MAX_BYTES = 512 * 2**20
"""Largest file that is read: 512 MB."""

_LISTED = 5_000  # names of a folder looked at for "did you mean"
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def shown(path: object) -> str:
    r"""A path as a message shows it: on one line and printable whatever bytes the name holds.

    >>> print(shown("two\nlines.png"))
    two\nlines.png
    """
    text = os.fsdecode(path) if isinstance(path, os.PathLike | bytes) else str(path)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def read_bytes(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> bytes:
    """Every byte of an ordinary file. Raises InputError for anything else, in one line that names it."""
    name = shown(path)
    try:
        status = os.stat(path)  # noqa: PTH116  (Path() would hide the ValueError of a null byte)
        _refuse_special(name, status)
        if status.st_size > limit:
            raise InputError(f"{name}: {status.st_size / 2**20:,.0f} MB on disk; the limit is {limit // 2**20} MB.")
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{name}: {_why_missing(path)}") from None
    except PermissionError:
        raise InputError(f"{name}: no permission to read it.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: cannot be read: {_reason(error)}.") from None
    if not data:
        raise InputError(f"{name}: the file is empty.")
    return data


def _refuse_special(name: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{name}: is a folder, not a picture.")
    if stat.S_ISFIFO(status.st_mode):
        raise InputError(f"{name}: is a pipe, not a file. To read a picture from a pipe, give '-' and standard input.")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{name}: is a device or socket, not a file.")


def _why_missing(path: str | os.PathLike[str]) -> str:
    """Say what is missing, the file or its folder, and which name comes nearest."""
    text = os.fspath(path)
    if text.startswith(("http://", "https://")):
        return "is a web address. Download the picture first and give its file name."
    target = Path(text)
    if not _is_folder(target.parent):
        kind = "is a file, not a folder" if os.path.lexists(target.parent) else "does not exist"
        return f"no such file; '{shown(target.parent)}' {kind}."
    close = nearest_name(target)
    return "no such file." + (f" Did you mean '{shown(close)}'?" if close else "")


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112  (Path.is_dir raises for names that are too long)


def nearest_name(path: Path) -> Path | None:
    """The existing file in the same folder whose name is most like this one's, whatever its case."""
    try:
        names = [entry.name for entry in islice(os.scandir(path.parent), _LISTED)]
    except OSError:
        return None
    by_case = {name.lower(): name for name in sorted(names)}
    close = get_close_matches(path.name.lower(), by_case, n=1, cutoff=0.6)
    return path.parent / by_case[close[0]] if close else None


def _reason(error: Exception) -> str:
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return text[0].lower() + text[1:]


def check_writable(path: str | os.PathLike[str]) -> None:
    """Make sure, before a long run, that a picture can be saved there.

    Raises UsageError when the suffix names no format, the folder is missing or takes no new file, or something
    that is not an ordinary writable file stands in the way. Nothing is left behind.
    """
    name = shown(path)
    if _is_folder(Path(path)):
        raise UsageError(f"{name}: is a folder; give a file name in it, such as '{shown(Path(path) / 'out.png')}'.")
    if format_of(name) is HEIC:
        from .heif import require_heif

        require_heif(name)
    check_place(path)


def check_place(path: str | os.PathLike[str]) -> None:
    """Make sure that a file of any kind can be made there. Raises UsageError; nothing is left behind."""
    name, target = shown(path), Path(path)
    try:
        target = Path(os.path.realpath(target))
        _refuse_target(name, target)
        with _new_file(target.parent) as (handle, temporary):
            os.close(handle)
            temporary.unlink()
    except FileNotFoundError:
        raise UsageError(f"{name}: the folder '{shown(target.parent)}' does not exist. Create it first.") from None
    except NotADirectoryError:
        raise UsageError(f"{name}: '{shown(target.parent)}' is a file, not a folder.") from None
    except PermissionError:
        raise UsageError(f"{name}: no permission to write into '{shown(target.parent)}'.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{name}: cannot be written: {_reason(error)}.") from None


def _refuse_target(name: str, target: Path) -> None:
    """Raise UsageError when replacing what stands at `target` would destroy something that is not a picture file."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise UsageError(f"{name}: is a folder; give a file name in it.")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{name}: is a pipe or device, not a file. To write to standard output, give '-'.")
    if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise UsageError(f"{name}: the file that is there already is write-protected.")


def write_atomic(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file so that it is complete or untouched, even if the machine loses power or the run is interrupted.

    The bytes go to a temporary name in the same folder, reach the disk, and take the file's place in one step.
    Links are followed; an existing file's permissions are kept, a new one's follow the umask.
    Raises UsageError when something other than a file is in the way, RunError when the disk refuses.
    """
    name = shown(path)
    try:
        target = Path(os.path.realpath(path))
        _refuse_target(name, target)
        with _new_file(target.parent) as (handle, temporary):
            try:
                _keep_mode(target, handle)
                _write_all(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            temporary.replace(target)
    except (OSError, ValueError) as error:
        raise RunError(f"{name}: cannot be written: {_reason(error)}. Nothing was changed.") from None
    _sync_folder(target.parent)


@contextlib.contextmanager
def _new_file(folder: Path) -> Iterator[tuple[int, Path]]:
    """Open a new file of a name that nobody has; whatever goes wrong, the name is gone afterwards."""
    # A short name of its own: the target's may already be as long as the file system allows.
    temporary = folder / f".impasto-{secrets.token_hex(8)}.tmp"
    # 0o666 lets the umask decide, as for any other file; mkstemp would make it private.
    try:
        yield os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666), temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _keep_mode(target: Path, handle: int) -> None:
    """Give the new file the permissions of the one it replaces."""
    if hasattr(os, "fchmod"):
        with contextlib.suppress(OSError):
            os.fchmod(handle, stat.S_IMODE(target.stat().st_mode))


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = os.write(handle, rest)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
