"""A weight file's tensors as NumPy arrays, for engines that need no torch."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError

from .manifest import Shape, WeightFile, get
from .resolver import resolve
from .tensors import open_safetensors

Arrays = dict[str, NDArray[np.float32]]


def arrays(name: str, path: str | Path | None = None) -> Arrays:
    """All tensors of a weight file by name, float32, as `load` gives them, without torch.

    path: as for `resolve`. Raises what `resolve` raises, and InputError for a file that is truncated, incomplete,
    misshapen or not finite. Files that hold 8-bit tables are for `load`.
    """
    return read_arrays(resolve(name, path), get(name))


def read_arrays(path: Path, entry: WeightFile) -> Arrays:
    """The entry's tensors from a safetensors file; InputError says in one line why it is not such a file."""
    with open_safetensors(path, "np") as file:
        stored = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118  (not a dict)
        for name, shape in entry.shapes.items():
            _check(name, shape, stored, entry, path)
        try:
            found = {name: np.asarray(file.get_tensor(name)) for name in entry.shapes}
        except (TypeError, ValueError, KeyError) as error:  # bfloat16 and float8, which NumPy does not know
            raise InputError(f"{path}: its numbers cannot be read without torch ({error})") from None
    for name, array in found.items():
        if array.dtype.kind != "f":
            raise InputError(f"{path}: '{name}' is {array.dtype}, must be float16 or float32")
        if not np.isfinite(array).all():
            raise InputError(f"{path}: '{name}' holds NaN or infinite values")
    return {name: array.astype(np.float32) for name, array in found.items()}


def _check(name: str, shape: Shape, stored: dict[str, Shape], entry: WeightFile, path: Path) -> None:
    if name not in stored:
        raise InputError(f"{path}: no tensor '{name}'; it is no '{entry.name}' file, or not all of one")
    if stored[name] != shape:
        raise InputError(f"{path}: '{name}' has shape {stored[name]}, must be {shape}")
