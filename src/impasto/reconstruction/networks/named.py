"""Networks that know their styles by name: what a file of `impasto train cin` or `johnson` holds.

A file of `cin` has the transformer and a row for every style; one of `johnson` the transformer with one style's gains
and shifts. Each is the other's special case, so both are read as a trunk and rows.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError, unknown
from impasto.engines.ops import Network
from impasto.weights import FILES, layouts, resolve
from impasto.weights.arrays import read_arrays
from impasto.weights.tensors import open_safetensors

from . import cin, johnson

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Named:
    """A trained transformer and its styles. trunk: its tensors but for the styles; rows: (S, row_length), as `names`."""

    trunk: Mapping[str, Floats]
    rows: Floats
    names: tuple[str, ...]
    file: Path
    sha256: str

    @property
    def width(self) -> int:
        """Channels at the picture's full size."""
        return cin.width_of(self.trunk)

    def row(self, name: str) -> Floats:
        """One style's row (1, row_length), or UsageError with the nearest name."""
        if name not in self.names:
            raise unknown("style", name, self.names, f"{self.file.name} has: {', '.join(self.names)}.")
        at = self.names.index(name)
        return self.rows[at : at + 1]

    def same_trunk(self, other: "Named") -> bool:
        """Whether rows of one work in the other, so that styles of both can be blended."""
        return self.width == other.width and all(np.array_equal(x, other.trunk[k]) for k, x in self.trunk.items())


def load(name: str | Path) -> Named:
    """A weight file by its name in the manifest, or by its path. Raises InputError for one that is something else."""
    entry = FILES.get(str(name))
    file = resolve(entry.name) if entry else Path(name).expanduser()
    # A style that is learned anew has the same name and another time.
    return _read(file, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=8)
def _read(file: Path, changed_ns: int) -> Named:  # noqa: ARG001
    with open_safetensors(file, "np") as opened:
        names, facts = set(opened.keys()), opened.metadata() or {}
        if "down1.weight" not in names or any(key.startswith("look") for key in names):
            raise InputError(
                f"{file}: holds no network with named styles, as 'impasto train cin' and 'johnson' make them"
            )
        width = opened.get_slice("down1.weight").get_shape()[0]
        count = opened.get_slice("rows").get_shape()[0] if "rows" in names else 0
    shapes = layouts.cin_styles(width, count) if count else layouts.johnson(width)
    weights = read_arrays(file, replace(FILES["cin"], shapes=shapes))
    trunk = {key: weights[key] for key in layouts.cin(width)}
    rows = weights["rows"] if count else row_of(weights)
    styles = tuple(filter(None, facts.get("styles", "").split(",")))
    if len(styles) != len(rows):
        raise InputError(f"{file}: names {len(styles)} styles and holds {len(rows)}")
    return Named(trunk, rows, styles, file, hashlib.sha256(file.read_bytes()).hexdigest())


def row_of(weights: Mapping[str, Floats]) -> Floats:
    """A single-style network's gains and shifts as a row (1, row_length)."""
    styled = layouts.cin_styled(cin.width_of(weights))
    return np.concatenate([weights[f"{name}.{kind}"] for name in styled for kind in ("gain", "shift")], 1)


def single(trunk: Mapping[str, Floats], row: Floats) -> dict[str, Floats]:
    """The single-style network of a row (1, row_length): the inverse of `row_of`."""
    found, at = dict(trunk), 0
    for name, channels in layouts.cin_styled(cin.width_of(trunk)).items():
        for kind in ("gain", "shift"):
            found[f"{name}.{kind}"] = row[:, at : at + channels]
            at += channels
    return {name: found[name] for name in layouts.johnson(cin.width_of(trunk))}


def painter(named: Named, style: str, *, kind: cin.Kind = "measuring") -> Network:
    """The network of one style, ready for an engine."""
    fingerprint = f"{named.sha256}-{style}"
    return johnson.painter(single(named.trunk, named.row(style)), kind=kind, fingerprint=fingerprint)
