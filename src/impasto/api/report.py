"""The account of a run: what went in, how it was made, what came out. Base names only, never anyone's folders."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from impasto._version import __version__
from impasto.core import Context, Result
from impasto.image import Picture
from impasto.image.metadata import to_json

if TYPE_CHECKING:
    from .job import Job


def describe_picture(picture: Picture) -> dict[str, Any]:
    """Name, size in pixels and SHA-256 of one input."""
    height, width = picture.size
    return {"name": picture.name, "width": width, "height": height, "sha256": picture.sha256}


def describe_others(
    looks: Sequence[tuple[Picture, float]],
    masks: Sequence[Picture],
    style_masks: Sequence[Picture],
    extras: Mapping[str, Picture],
) -> dict[str, Any]:
    """Every input but the photo: styles with their weights, masks, and further pictures by name."""
    return {
        "styles": [{**describe_picture(look), "weight": weight} for look, weight in looks],
        "masks": [describe_picture(mask) for mask in masks],
        **({"style_masks": [describe_picture(mask) for mask in style_masks]} if style_masks else {}),
        "extras": {name: describe_picture(extra) for name, extra in extras.items()},
    }


def versions() -> dict[str, str]:
    """Versions of impasto and of what shaped the picture; torch and other engines only where the run used them."""
    found = {"impasto": __version__, "python": platform.python_version()}
    for name in ("numpy", "pillow", *(name for name in ("openvino", "onnxruntime") if name in sys.modules)):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    if "torch" in sys.modules:
        found["torch"] = str(sys.modules["torch"].__version__)
    return found


def full_report(job: Job, result: Result, context: Context, seconds: float) -> dict[str, Any]:
    """The JSON-ready report of a finished run: the house's part first, then what the method measured."""
    height, width = job.shape
    measured = {**context.notes, **result.report}
    report: dict[str, Any] = {
        "method": job.method.id,
        "preset": job.preset,
        "options": job.options.model_dump(mode="json"),
        "seed": context.run.seed,
        "device": measured.pop("device", context.run.device),
        "precision": measured.pop("precision", context.run.precision),
        "threads": measured.pop("threads", context.run.threads),
        "inputs": dict(job.pictures),
        "width": width,
        "height": height,
        "interrupted": bool(measured.pop("interrupted", False)) or context.stopping,
        "seconds": round(seconds, 3),
        "warnings": list(dict.fromkeys([*job.notes, *context.warnings, *measured.pop("warnings", ())])),
        "weights": measured.pop("weights", list(job.method.weights)),
        "versions": versions(),
    }
    if job.estimate is not None:
        report["estimate"] = {"memory_bytes": job.estimate.memory_bytes, "seconds": job.estimate.seconds}
    report |= {key: value for key, value in measured.items() if key not in report}
    # Methods may hand over NumPy's numbers, or losses that are not finite; JSON knows neither.
    return json.loads(to_json(report))


_KEPT = ("method", "preset", "options", "seed", "device", "engine", "precision", "interrupted", "versions")


def provenance(report: dict[str, Any]) -> dict[str, Any]:
    """The part of a report that belongs into the file: how to make this picture again.

    No times, so that the same run writes the same bytes.
    """
    kept = {key: report[key] for key in _KEPT if key in report}
    inputs = report.get("inputs", {})
    if inputs.get("content"):
        kept["content"] = _brief(inputs["content"])
    if "styles" in inputs:
        kept["styles"] = [_brief(row) for row in inputs["styles"]]
    return kept


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("name", "sha256", "weight") if row.get(key) is not None}
