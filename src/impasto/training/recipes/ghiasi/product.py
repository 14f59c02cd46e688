"""What the training leaves behind: the weights in float16, and their card."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

LICENCE = "CC0 1.0; trained through VGG-19, whose weights (CC BY 4.0) are not part of it"


def product(parameters: Mapping[str, Tensor], width: int) -> tuple[dict[str, Tensor], dict[str, str]]:
    """All tensors, as they are."""
    metadata = {
        "name": "ghiasi", "front_end": "plain", "width": str(width), "licence": LICENCE,
        "source": "impasto train ghiasi",
    }  # fmt: skip
    return {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in parameters.items()}, metadata


def card(facts: Mapping[str, Any]) -> str:
    """The model card."""
    found, options = facts["validation"], facts["options"]
    pictures = ", ".join(f"{n} ({kind}, folder '{facts['folders'][kind]}')" for kind, n in facts["pictures"].items())
    held_out = ", ".join(f"{n} {kind}" for kind, n in facts["held_out"].items())
    settings = ", ".join(f"{name} {_text(value)}" for name, value in options.items())
    values = "\n".join(f"| {name} | {value:.3f} |" for name, value in found.items())
    return f"""# ghiasi: any style from one look

A style prediction network and a transformer with conditional instance norm of width {options["width"]} (the paper's: 32).
A small recipe on a small machine: not the paper's quality.

| | |
|---|---|
| File | {facts["file"]}, {facts["size_bytes"]:,} bytes, float16 |
| sha256 | `{facts["sha256"]}` |
| Licence | {LICENCE} |
| Pictures | {pictures}; held out: {held_out} |
| Recipe | `impasto train {facts["recipe"]}`, seed {facts["seed"]}, {facts["steps"]:,} steps in {facts["seconds"]:,.0f} s on {facts["device"]} ({facts["threads"]} threads, torch {facts["torch"]}) |
| Options | {settings} |
| Front end | `plain`: red, green, blue; 0 to 1 |

## How good it is

Medians over pairs held out, at {options["paint_px"]} px. Style left: distance of VGG-19's Gram matrices to the painting's,
1 is the photo; content kept: cosine of features at relu4_2; identity: a photo in its own style, in decibels.

| | |
|---|---|
{values}
"""


def _text(value: Any) -> str:
    return "+".join(value) if isinstance(value, dict) else f"{value:g}" if isinstance(value, float) else str(value)
