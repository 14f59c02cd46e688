"""From a name or a weight file to the networks in it."""

from dataclasses import dataclass, replace
from pathlib import Path

from impasto.core import InputError, UsageError, load_target, unknown
from impasto.engines import Network
from impasto.weights import FILES, WeightFile
from impasto.weights.arrays import read_arrays
from impasto.weights.resolver import resolve
from impasto.weights.tensors import open_safetensors

_SUFFIX = ".safetensors"


@dataclass(frozen=True, slots=True)
class Model:
    """A weight file's networks by the name of their part; "" for the only one. licence, source: as the file itself says."""

    entry: WeightFile
    parts: dict[str, Network]
    licence: str
    source: str


def find(model: str) -> Model:
    """A shipped network by its name, or a safetensors file that `impasto train` made.

    Raises UsageError for a name that is not known or has nothing to export, InputError for a file that is not such a file.
    """
    path = Path(model).expanduser()
    is_file = path.suffix == _SUFFIX or path.exists()
    file, entry = (path, _named_in(path)) if is_file else (None, _entry(model))
    place = resolve(entry.name, file)
    with open_safetensors(place, "np") as opened:
        said = opened.metadata() or {}
        held = set(opened.keys())
    if said.get("family") == entry.name and "name" not in said:
        # A file of some of a family's decoders: those that `impasto train` was asked for.
        entry = replace(entry, shapes={name: shape for name, shape in entry.shapes.items() if name in held})
    made = load_target(entry.network)(read_arrays(place, entry))
    parts = {"": made} if isinstance(made, Network) else dict(made)
    return Model(entry, parts, said.get("licence", entry.licence), said.get("source", entry.source))


def _entry(name: str) -> WeightFile:
    able = [entry.name for entry in FILES.values() if entry.network]
    there = f"There are: {', '.join(able) or 'none yet'}; or give a {_SUFFIX} file made by 'impasto train'."
    if name not in FILES:
        raise unknown("network", name, able, there)
    if name not in able:
        raise UsageError(f"'{name}' does not paint pictures; it cannot be exported. {there}")
    return FILES[name]


def _named_in(path: Path) -> WeightFile:
    with open_safetensors(path, "np") as file:
        said = file.metadata() or {}
        name = said.get("name", said.get("family"))
    if name is None:
        raise InputError(
            f"{path}: does not say which network it is; only files made by 'impasto train' can be exported"
        )
    return _entry(name)
