"""The file that the distillation leaves: tensors in float16, and the card that tells how they came about."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from impasto.encoders.slim import SLIM_CONVS, taps_of

_LICENCE = "CC BY 4.0, as VGG-19's weights, from which it was distilled"


def product(
    parameters: Mapping[str, Tensor], embeddings: Mapping[str, Tensor], unit: float
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Convolutions and taps in the order they are computed. unit: what the training's front end divided pictures by."""
    taps = taps_of(embeddings)
    tensors: dict[str, Tensor] = {}
    for name in SLIM_CONVS:
        weight = parameters[f"conv{name}.weight"].detach()
        tensors[f"conv{name}.weight"] = weight / unit if name == "1_1" else weight
        tensors[f"conv{name}.bias"] = parameters[f"conv{name}.bias"].detach()
        if (layer := f"relu{name}") in taps:
            tensors[f"tap{name}.weight"] = taps[layer]
    metadata = {"name": "slim", "front_end": "caffe", "licence": _LICENCE, "source": "impasto train slim_encoder"}
    return {name: tensor.to(torch.float16).contiguous() for name, tensor in tensors.items()}, metadata


def card(facts: Mapping[str, Any]) -> str:
    """The model card."""
    found, options = facts["validation"], facts["options"]
    pictures = ", ".join(f"{n} ({kind}, folder '{facts['folders'][kind]}')" for kind, n in facts["pictures"].items())
    held_out = ", ".join(f"{n} {kind}" for kind, n in facts["held_out"].items())
    layers = [name.split()[1] for name in found if name.startswith("features ")]
    rows = "\n".join(f"| {k} | {found[f'features {k}']:.3f} | {found[f'gram {k}']:.3f} |" for k in layers)
    settings = ", ".join(f"{name} {value:g}" for name, value in options.items())
    return f"""# slim: a quarter of VGG-19's channels, taught to see what VGG-19 sees

VGG-19's topology up to relu5_1 with 16, 32, 64, 128 and 128 channels, and a small matrix at each taught layer that gives
distances VGG-19's scale. A small recipe on a small machine: a faster stand-in, not VGG-19.

| | |
|---|---|
| File | {facts["file"]}, {facts["size_bytes"]:,} bytes, float16 |
| sha256 | `{facts["sha256"]}` |
| Licence | {_LICENCE}; the pictures it learned from are not part of it |
| Teacher | VGG-19 (Simonyan & Zisserman 2015), 8-bit tables; see vgg19.md |
| Pictures | {pictures}; held out: {held_out} |
| Recipe | `impasto train {facts["recipe"]}`, seed {facts["seed"]}, {facts["steps"]:,} steps in {facts["seconds"]:,.0f} s on {facts["device"]} ({facts["threads"]} threads, torch {facts["torch"]}) |
| Options | {settings} |
| Front end | `caffe`: blue, green, red; 0 to 255; minus the mean pixel |

## How close it comes

On the pictures held out: relative error of its features, after the best linear map, and of its Gram matrices.

| layer | features | Gram matrices |
|---|---|---|
{rows}

Style left, by VGG-19's Gram matrices, after painting held-out crops with it ({options["crop_px"]} px, 1 is the photo): {found["style left"]:.3f}.
"""
