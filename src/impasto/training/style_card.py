"""The card of a network whose styles have names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LICENCE = "CC0 1.0; trained through VGG-19's features, whose weights (CC BY 4.0) are not part of it"


def card(facts: Mapping[str, Any], styles: Sequence[str], judge: str) -> str:
    """What is in the file, from what it was made and how good it is, in Markdown."""
    options, found = facts["options"], facts["validation"]
    # Of paths only the last part: the folders of who trained are nobody's business.
    paths = {name: Path(options[name] or "").name or "none" for name in ("style", "start_from", "teacher")}
    settings = ", ".join(f"{name} {_text(value)}" for name, value in {**options, **paths}.items())
    values = "\n".join(f"| {name} | {value:.3f} |" for name, value in found.items())
    title = styles[0] if len(styles) == 1 else f"{len(styles)} styles"
    return f"""# {facts["recipe"]}: {title}

A transformer of width {options["width"]} (the paper's: 32). A small recipe on a small machine: not the paper's quality.

| | |
|---|---|
| File | {facts["file"]}, {facts["size_bytes"]:,} bytes, float16 |
| sha256 | `{facts["sha256"]}` |
| Licence | {LICENCE} |
| Styles | {", ".join(styles)} |
| Photos | {facts["pictures"]["content"]} (folder '{facts["folders"]["content"]}'); held out: {facts["held_out"]["content"]} |
| Recipe | `impasto train {facts["recipe"]}`, seed {facts["seed"]}, {facts["steps"]:,} steps in {facts["seconds"]:,.0f} s on {facts["device"]} ({facts["threads"]} threads, torch {facts["torch"]}) |
| Options | {settings} |
| Front end | `plain`: red, green, blue; 0 to 1 |

## How good it is

Medians over photos held out, at {options["crop_px"]} px, judged by {judge}. Style left: distance of Gram matrices to the
painting's, 1 is the photo; content kept: cosine of features at relu4_2.

| | |
|---|---|
{values}
"""


def _text(value: Any) -> str:
    return "+".join(value) if isinstance(value, dict) else f"{value:g}" if isinstance(value, float) else str(value)
