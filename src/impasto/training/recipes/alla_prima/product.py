"""The file that the training leaves, and its card."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


def product(parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Every weight in float16."""
    metadata = {"name": "alla_prima", "front_end": "plain", "source": "impasto train alla_prima", "licence": _LICENCE}
    return {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in parameters.items()}, metadata


_LICENCE = "CC BY 4.0; taught by VGG-19's features (CC BY 4.0)"


def card(facts: Mapping[str, Any]) -> str:
    """The model card."""
    found, options = facts["validation"], facts["options"]
    pictures = ", ".join(f"{n} ({kind}, folder '{facts['folders'][kind]}')" for kind, n in facts["pictures"].items())
    held_out = ", ".join(f"{n} {kind}" for kind, n in facts["held_out"].items())
    judge = "vgg19" if options["vgg_every"] else options["encoder"]
    settings = ", ".join(f"{name} {value}" for name, value in options.items() if name != "begin")
    return f"""# alla_prima: any style in one pass

What `--quality fast` paints with: 0.57 million weights, no VGG at run time. A small recipe on a small machine.

| | |
|---|---|
| File | {facts["file"]}, {facts["size_bytes"]:,} bytes, float16 |
| sha256 | `{facts["sha256"]}` |
| Licence | {_LICENCE}; the pictures it learned from are not part of it |
| Pictures | {pictures}; held out: {held_out} |
| Recipe | `impasto train {facts["recipe"]}`, seed {facts["seed"]}, {facts["steps"]:,} steps in {facts["seconds"]:,.0f} s on {facts["device"]} ({facts["threads"]} threads, torch {facts["torch"]}) |
| Options | {settings} |

On the pictures held out ({options["crop_px"]} px crops, judged by {judge}): content error {found["content"]:.3f},
style left {found["style"]:.3f} (the photo's own is about 1.2).
"""
