"""Writes networks as ONNX files, each run in ONNX Runtime beside torch before it takes its place."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from impasto._version import __version__
from impasto.core import RunError, RunOptions, UsageError, unknown
from impasto.engines import Network, load, onnx
from impasto.engines.samples import sample
from impasto.image.files import write_atomic

from .models import Model

_PSNR_DB = 60.0  # both compute in float32 and differ in the order of sums alone: about 100 dB
_SIZES = ((96, 128), (160, 64))
_REFERENCE = RunOptions(engine="torch", precision="float32", device="cpu")


def write_onnx(model: Model, output: Path, part: str | None = None) -> list[dict[str, Any]]:
    """Write the model's networks (or one part) and say how well they agree with torch: file, part, PSNR in dB.

    One network is written as `output`, several as NAME-PART.onnx. Raises UsageError for a part that is not there or a
    suffix that is not .onnx, RunError when ONNX Runtime and torch disagree; what they disagree on is not written.
    """
    if output.suffix != ".onnx":
        raise UsageError(f"--output {output}: networks are written as .onnx")
    if not output.parent.is_dir():
        raise UsageError(f"--output {output}: no folder '{output.parent}'")
    if part is not None and part not in model.parts:
        names = [name for name in model.parts if name]
        raise unknown("part", part, names, f"'{model.entry.name}' has: {', '.join(names) or 'one network, no parts'}.")
    wanted = model.parts if part is None else {part: model.parts[part]}
    return [_write(model, name, _place(output, name, len(wanted)), wanted[name]) for name in wanted]


def _place(output: Path, part: str, count: int) -> Path:
    return output if count == 1 else output.with_name(f"{output.stem}-{part}{output.suffix}")


def _write(model: Model, part: str, target: Path, network: Network) -> dict[str, Any]:
    data, found = checked(target.name, network, describe(model, part, network))
    write_atomic(target, data)
    return {"file": str(target), "part": part, "size_bytes": len(data), "psnr_db": round(found, 1)}


def checked(name: str, network: Network, facts: Mapping[str, str]) -> tuple[bytes, float]:
    """The network as an ONNX file of that name, and how well it agrees with torch in dB; RunError where it does not."""
    made = onnx.graph(network, facts=facts)
    found = agreement(network)
    if not found >= _PSNR_DB:
        raise RunError(f"{name}: ONNX Runtime and torch agree to {found:.0f} dB only; nothing was written")
    return made.SerializeToString(), found


def describe(model: Model, part: str, network: Network) -> dict[str, str]:
    """The metadata of an ONNX file: what it is, whose, and how it is fed."""
    return {
        "name": f"{model.entry.name}{f' ({part})' if part else ''}",
        "title": model.entry.title,
        "version": f"impasto {__version__}",
        "licence": model.licence,
        "source": model.source,
        "inputs": json.dumps({name: _fed(network, name) for name in network.inputs}),
        "outputs": json.dumps([onnx.output_name(network, name) for name in network.outputs]),
        **network.facts,
    }


def _fed(network: Network, name: str) -> str:
    shape = network.inputs[name]
    if len(shape) == 4 and None in shape[2:]:
        sides = f"; H and W multiples of {network.multiple}" if network.multiple > 1 else ""
        range_ = ", RGB in [0, 1], sRGB" if shape[1] == 3 else ""
        return f"float32 (N, {shape[1]}, H, W){range_}{sides}"
    return f"float32 ({', '.join('any' if n is None else str(n) for n in shape)})"


def agreement(network: Network) -> float:
    """The lowest PSNR in dB of any output, ONNX Runtime against torch, on random inputs of two sizes."""
    reference, runner = load(network, _REFERENCE), load(network, RunOptions(engine="onnx", device="cpu"))
    lowest = float("inf")
    for size in _SIZES:
        inputs = sample(network, *size)
        expected, found = reference(inputs), runner(inputs)
        for name, values in expected.items():
            if not np.isfinite(values).all():
                raise RunError(f"the network's output '{name}' is not finite; its weights may be damaged")
            error, span = float(np.square(found[name] - values).mean()), float(np.ptp(values)) or 1.0
            lowest = min(lowest, 10 * np.log10(span**2 / max(error, 1e-20)))
    return lowest
