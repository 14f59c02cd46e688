"""Checkpoints: all of a training's state in one file that is there whole or not at all."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from impasto.core import RunError

_FORMAT = 1


@dataclass
class State:
    """Where a training stands. Crops and random numbers follow from the seed and the step, so no generator is kept."""

    recipe: str
    options: dict[str, Any]
    seed: int
    pictures: dict[str, str]
    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    validation: dict[str, float] = field(default_factory=dict)
    parameters: dict[str, Tensor] = field(default_factory=dict)
    averages: dict[str, Tensor] = field(default_factory=dict)
    buffers: dict[str, Tensor] = field(default_factory=dict)
    optimiser: dict[str, Any] = field(default_factory=dict)


def save_state(state: State, path: Path) -> None:
    """Write a checkpoint; the one before stays until the new one is complete."""
    facts = {name: value for name, value in vars(state).items() if not isinstance(value, dict) or name in _PLAIN}
    tensors = {name: getattr(state, name) for name in _TENSORS}
    write_whole(path, lambda scratch: torch.save({"format": _FORMAT, "facts": json.dumps(facts), **tensors}, scratch))


_PLAIN = frozenset({"options", "pictures", "validation"})
_TENSORS = ("parameters", "averages", "buffers", "optimiser")


def load_state(path: Path) -> State:
    """Read a checkpoint. Nothing in the file is run (weights_only). Raises RunError for one that is damaged or strange."""
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        if stored["format"] != _FORMAT:
            raise RunError(f"{path}: a checkpoint of format {stored['format']}; this version reads {_FORMAT}")
        return State(**json.loads(stored["facts"]), **{name: stored[name] for name in _TENSORS})
    except RunError:
        raise
    except Exception as error:  # whatever torch makes of a file that is none of its own
        raise RunError(f"{path}: not a usable checkpoint ({type(error).__name__})") from None


def write_whole(path: Path, write: Any) -> None:
    """Let `write(scratch)` make a file beside `path`, flush it to the disk, move it into place."""
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        write(scratch)
        with scratch.open("rb+") as file:
            os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def write_weights(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write tensors as safetensors."""
    from safetensors.torch import save

    data = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, dict(metadata))
    write_whole(path, lambda scratch: scratch.write_bytes(data))
