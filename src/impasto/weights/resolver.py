"""From a name to tensors: finds the file by the rules of the house, converts it on first use, reads what is needed."""

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from impasto.core import ImpastoError, InputError, RunError, UsageError
from impasto.core.caches import store

from . import cache, conversion, sources
from .manifest import WeightFile, get
from .tensors import assemble, open_safetensors, read

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Origin = Literal["given", "folder", "shipped", "cache", "package", "download", "none"]

_SHIPPED = Path(__file__).parent / "files"


@dataclass(frozen=True, slots=True)
class Status:
    """Where a weight file would come from now, without converting or downloading anything.

    origin: which rule finds it. where: a path or address. size_bytes: of that file. cached: whether a converted file
    is ready. problem: one line saying what to do, empty when all is well.
    """

    name: str
    title: str
    origin: Origin
    where: str
    size_bytes: int
    cached: bool
    cache_path: Path
    problem: str = ""

    @property
    def ready(self) -> bool:
        """Whether `load` would succeed, as far as can be told without trying."""
        return not self.problem


def resolve(name: str, path: str | Path | None = None) -> Path:
    """The safetensors file a network is read from, converted into the cache if need be.

    path: a safetensors file, or a folder that holds NAME.safetensors; it wins over everything else.
    Raises UsageError for an unknown name, InputError for a path without such a file, RunError when the weights are
    nowhere, are not the known ones, or cannot be written to the cache.
    """
    entry = get(name)
    if found := _ready_file(entry, path):
        return found[1]
    try:
        return _keep(entry)
    except OSError as error:
        raise RunError(f"{_unwritable(error)}; set IMPASTO_CACHE to a folder that can be written") from None


def load(
    name: str,
    *,
    path: str | Path | None = None,
    up_to: str | None = None,
    dtype: "torch.dtype | None" = None,
    warn: Callable[[str], Any] | None = None,
) -> "dict[str, Tensor]":
    """A network's tensors by name ("conv1_1.weight": (out, in, height, width); "conv1_1.bias": (out,)), shallow to deep.

    path: as for `resolve`. up_to: the last layer needed ("conv5_1"); what lies deeper is not read.
    dtype: float32 unless said otherwise; a narrower one here is faster than converting afterwards.
    Convolutions lie in memory channels last (torch.channels_last), as CPUs convolve them fastest.
    A cache that cannot be written costs a warning (handed to `warn`, else a RuntimeWarning) and a conversion each time.
    Raises what `resolve` raises, and InputError for a file that is truncated, incomplete, misshapen or not finite.
    """
    entry = get(name)
    entry.upto(up_to)  # a misspelt layer is reported before any work
    if found := _ready_file(entry, path):
        origin, file = found
        try:
            return read(file, entry, up_to, dtype)
        except InputError:
            if origin != "cache":
                raise
    # Nothing is converted yet, or what was converted has been damaged below its header.
    try:
        return read(_keep(entry, renew=found is not None), entry, up_to, dtype)
    except OSError as error:
        problem = _unwritable(error)
    published = sources.fetch(entry)
    stored = conversion.convert(published.data, entry, published.where)
    (warn or _warn)(f"{problem}; weights '{name}' are converted in memory each time. IMPASTO_CACHE sets another folder")
    return assemble(stored.__getitem__, stored, entry, up_to, dtype, where=published.where)


def front_end(name: str, path: str | Path | None = None) -> str:
    """What the network expects of a picture, "caffe", "torch" or "plain": the file's own metadata if it says, else the manifest."""
    entry = get(name)
    if not (given := _given(entry, path)):
        return entry.front_end
    with open_safetensors(given[1], "np") as file:
        chosen = (file.metadata() or {}).get("front_end", entry.front_end)
    if chosen not in ("caffe", "torch", "plain"):
        raise InputError(f"{given[1]}: front_end '{chosen}' in its metadata is not one of caffe, torch, plain")
    return chosen


def status(name: str, path: str | Path | None = None) -> Status:
    """Where the weights would come from, whether they are verified and cached; for `impasto doctor`. Imports no torch."""
    entry = get(name)
    cached, where = cache.is_current(entry), cache.location(entry)

    def found(origin: Origin, place: str | Path, size: int, problem: str = "") -> Status:
        return Status(name, entry.title, origin, str(place), size, cached, where, problem)

    try:
        if ready := _ready_file(entry, path):
            with open_safetensors(ready[1], "np"):  # the header fits the file
                pass
            return found(ready[0], ready[1], ready[1].stat().st_size)
    except ImpastoError as error:
        return found("given" if path else "folder", path or os.environ.get("IMPASTO_WEIGHTS", ""), 0, str(error))
    if installed := sources.find_installed(entry):
        try:
            sources.read_verified(installed, entry)
        except ImpastoError as error:
            return found("package", installed.path, 0, str(error))
        return found("package", installed.path, entry.size_bytes)
    if entry.urls and sources.online():
        return found("download", entry.urls[0], entry.size_bytes)
    return found("none", "", 0, sources.missing(entry))


def _ready_file(entry: WeightFile, path: str | Path | None) -> tuple[Origin, Path] | None:
    """The safetensors file that is there already, and the rule that found it."""
    if given := _given(entry, path):
        return given
    return ("cache", cache.location(entry)) if cache.is_current(entry) else None


def _given(entry: WeightFile, path: str | Path | None) -> tuple[Origin, Path] | None:
    """The file a person or this package provides: path, IMPASTO_WEIGHTS, shipped; in this order."""
    file_name = f"{entry.name}.safetensors"
    if path is not None:
        place = Path(path).expanduser()
        place = place / file_name if place.is_dir() else place
        if not place.is_file():
            raise InputError(f"{place}: no such file; weights '{entry.name}' are one safetensors file")
        return "given", place
    if chosen := os.environ.get("IMPASTO_WEIGHTS"):
        folder = Path(chosen).expanduser()
        if not folder.is_dir():
            raise UsageError(f"IMPASTO_WEIGHTS: no folder '{chosen}'; it must hold files such as {file_name}")
        if (folder / file_name).is_file():
            return "folder", folder / file_name
    shipped = _SHIPPED / file_name
    return ("shipped", shipped) if shipped.is_file() else None


def _keep(entry: WeightFile, *, renew: bool = False) -> Path:
    """Fetch and convert into the cache, unless another process just did; the file. OSError when it cannot be written."""
    target = cache.location(entry)
    with cache.locked(entry):
        if renew or not cache.is_current(entry):
            published = sources.fetch(entry)
            stored = conversion.convert(published.data, entry, published.where)
            store(conversion.serialise(stored, entry, published.label), target)
    return target


def _unwritable(error: OSError) -> str:
    return f"{cache.folder()}: cannot be written ({error.strerror or error})"


def _warn(message: str) -> None:
    warnings.warn(message, RuntimeWarning, stacklevel=3)
