"""Reads a network's tensors out of a safetensors file, and refuses in one line a file that cannot be it.

A layer's weight is stored either as it is ("conv1_1.weight", any floating type) or as 8-bit indices into a table of 256
float32 values ("conv1_1.weight.indices", "conv1_1.weight.table"): a quarter of the bytes, and the very same numbers.
Indices are stored as (out, height, width, in), so that what is looked up lies in memory as channels_last convolutions
want it; to rearrange bytes once is cheaper than floats at each start.
"""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.core import InputError

from .manifest import WeightFile

if TYPE_CHECKING:
    import torch
    from torch import Tensor

INDICES, TABLE = ".indices", ".table"
_MAX_BYTES = 4 << 30  # VGG-19 with its classifier is 575 MB in float32; beyond this it is something else
_TABLE_SHAPE = (256,)


def open_safetensors(path: Path, framework: str = "pt") -> Any:
    """Open a safetensors file, header checked against its length; InputError says what is wrong with it."""
    from safetensors import SafetensorError, safe_open

    try:
        if not path.is_file():
            raise InputError(
                f"{path}: {'is a folder' if path.is_dir() else 'no such file'}; a safetensors file is needed"
            )
        if (size := path.stat().st_size) > _MAX_BYTES:
            raise InputError(f"{path}: {size:,} bytes are too many for a weight file (at most {_MAX_BYTES:,})")
        return safe_open(path, framework)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except SafetensorError:
        raise InputError(f"{path}: {_damage(path)}") from None


def read(
    path: Path, entry: WeightFile, up_to: str | None = None, dtype: "torch.dtype | None" = None
) -> "dict[str, Tensor]":
    """Tensors of the layers through `up_to`, by name, float32 or `dtype`; only these are read from the disk.

    Raises InputError with one line when the file is truncated, lacks a tensor or holds a wrong shape, NaN or infinity.
    """
    with open_safetensors(path) as file:
        return assemble(file.get_tensor, set(file.keys()), entry, up_to, dtype, where=str(path))


def assemble(
    get: "Callable[[str], Tensor]",
    names: Collection[str],
    entry: WeightFile,
    up_to: str | None = None,
    dtype: "torch.dtype | None" = None,
    *,
    where: str,
) -> "dict[str, Tensor]":
    """Tensors from stored ones, `get` by name. Convolutions are laid out channels last; `where` begins an error message."""
    import torch

    dtype = dtype or torch.float32
    tensors: dict[str, Tensor] = {}
    for name, shape in entry.upto(up_to).items():
        if name in names:
            layout = torch.channels_last if len(shape) == 4 else torch.contiguous_format
            # A copy: a memory map would change, or vanish, with the file.
            tensors[name] = _floats(get(name), name, shape, where).to(dtype, memory_format=layout, copy=True)
        elif name + INDICES in names and name + TABLE in names:
            indices = _expect(get(name + INDICES), name + INDICES, channels_last(shape), where)
            if indices.dtype != torch.uint8:
                raise InputError(f"{where}: '{name + INDICES}' is {_kind(indices)}, must be uint8")
            values = look_up(_floats(get(name + TABLE), name + TABLE, _TABLE_SHAPE, where).to(dtype), indices)
            tensors[name] = values.movedim(-1, 1) if len(shape) > 2 else values
        else:
            raise InputError(f"{where}: {_lacking(name, names, entry)}")
    return tensors


def channels_last(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(out, in, height, width) -> (out, height, width, in), the order in which indices are stored."""
    return (shape[0], *shape[2:], shape[1]) if len(shape) > 2 else shape


def look_up(table: "Tensor", indices: "Tensor") -> "Tensor":
    """table[indices], exactly, for uint8 indices of any shape and a table of floating numbers."""
    import numpy as np
    import torch

    # numpy takes uint8 indices as they are; torch would first widen them to eight bytes each, many times slower.
    # numpy knows no bfloat16, so the table goes through as bits.
    bits = table.view({2: torch.int16, 4: torch.int32, 8: torch.int64}[table.element_size()])
    return torch.from_numpy(np.take(bits.numpy(), indices.numpy(), mode="clip")).view(table.dtype)


def _expect(tensor: "Tensor", name: str, shape: tuple[int, ...], where: str) -> "Tensor":
    if tuple(tensor.shape) != shape:
        raise InputError(f"{where}: '{name}' has shape {tuple(tensor.shape)}, must be {shape}")
    return tensor


def _floats(tensor: "Tensor", name: str, shape: tuple[int, ...], where: str) -> "Tensor":
    _expect(tensor, name, shape, where)
    if not tensor.is_floating_point():
        raise InputError(f"{where}: '{name}' is {_kind(tensor)}, must be float32")
    # The extremes are finite only if every value is; NaN wins any comparison here. One pass, no temporary copy.
    if not all(extreme.isfinite() for extreme in tensor.aminmax()):
        raise InputError(f"{where}: '{name}' holds NaN or infinite values")
    return tensor


def _kind(tensor: "Tensor") -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _lacking(name: str, names: Collection[str], entry: WeightFile) -> str:
    first, *_, last = entry.shapes
    found = f"; the file holds {len(names)} others, such as '{min(names)}'" if names else "; the file holds none"
    return f"no tensor '{name}'; '{entry.name}' needs {first} ... {last}{found}"


def _damage(path: Path) -> str:
    """Why safetensors would not open the file: cut short (with how much is there), or another format."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(9)  # the header's length in 8 bytes, then its opening brace
        if len(start) < 9:
            return f"truncated safetensors file ({size:,} bytes)"
        if start[8:] != b"{":
            pickled = start.startswith((b"PK", b"\x80", b"\x89HDF"))
            hint = "; pickled (.pt, .pth) and HDF5 files are not opened, convert them first" if pickled else ""
            return f"not a safetensors file{hint}"
        length = int.from_bytes(start[:8], "little")
        if length > size - 8:
            return f"truncated safetensors file ({size:,} bytes)"
        file.seek(8)
        try:
            header: dict[str, Any] = json.loads(file.read(length))
            whole = 8 + length + max(v["data_offsets"][1] for k, v in header.items() if k != "__metadata__")
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return "not a safetensors file"
    if size < whole:
        return f"truncated safetensors file ({size:,} of {whole:,} bytes)"
    return "damaged safetensors file"
