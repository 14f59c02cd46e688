"""What a training leaves behind: the weights file that is used afterwards, and its card."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from impasto.core import Trainee

from .checkpoint import write_weights, write_whole


def write_product(output: Path, trainee: Trainee, parameters: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write the weights as safetensors and their card, NAME.md, beside them."""
    tensors, metadata = trainee.export(parameters)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_weights(output, tensors, metadata)
    data = output.read_bytes()
    known = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data), "file": output.name}
    text = trainee.card(dict(facts) | known)
    write_whole(output.with_suffix(".md"), lambda scratch: scratch.write_text(text, encoding="utf-8"))
