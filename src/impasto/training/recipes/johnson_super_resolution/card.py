"""The card of a super-resolution network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LICENCE = "CC0 1.0; trained through VGG-19's features, whose weights (CC BY 4.0) are not part of it"


def card(facts: Mapping[str, Any]) -> str:
    """What is in the file, from what it was made and how good it is, in Markdown."""
    options, found = dict(facts["options"]), facts["validation"]
    options["start_from"] = Path(options["start_from"] or "none").name  # of a path only the last part
    settings = ", ".join(f"{k} {v:g}" if isinstance(v, float) else f"{k} {v}" for k, v in options.items())
    values = "\n".join(f"| {name} | {value:.3f} |" for name, value in found.items())
    return f"""# Super-resolution, {options["factor"]} times

Gives a smoothly enlarged picture the detail that it lost. A small recipe on a small machine: not the paper's quality.

| | |
|---|---|
| File | {facts["file"]}, {facts["size_bytes"]:,} bytes, float16 |
| sha256 | `{facts["sha256"]}` |
| Licence | {LICENCE} |
| Photos | {facts["pictures"]["content"]} (folder '{facts["folders"]["content"]}'); held out: {facts["held_out"]["content"]} |
| Recipe | `impasto train {facts["recipe"]}`, seed {facts["seed"]}, {facts["steps"]:,} steps in {facts["seconds"]:,.0f} s on {facts["device"]} ({facts["threads"]} threads, torch {facts["torch"]}) |
| Options | {settings} |
| Front end | `plain`: red, green, blue; 0 to 1 |

## How good it is

Photos held out, at {options["crop_px"]} px. Features left: squared error at {options["content_layer"]} relative to smooth
enlarging; decibels: peak signal-to-noise ratio.

| | |
|---|---|
{values}
"""
