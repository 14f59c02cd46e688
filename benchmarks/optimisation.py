"""Every method that optimises pixels, on the same pairs at one size: quality, time and memory, ours against ours.

    python -m benchmarks optimisation --pairs photo.jpg:painting.jpg ... --keep DIR

Each run is a process of its own, so seconds and peak memory are what a user sees. Pictures stay in DIR/METHOD/pN.png, in
the form that `python -m benchmarks gallery --peer METHOD=DIR/METHOD` takes; what is there already, with its figures in
DIR/figures.json, is not run again.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import impasto

from . import machine

RESULTS = Path(__file__).parent / "results" / "optimisation.json"
METHODS = ("gatys", "lapstyle", "mmd", "histogram", "cnnmrf", "strotss", "nnst", "nnst:fast")
_COLUMNS = ("style_ratio", "content_cosine", "remd", "ssim")


def main(arguments: list[str]) -> None:
    """Run what has not been run, write the results, print the table of medians."""
    options = _parse(arguments)
    options.keep.mkdir(parents=True, exist_ok=True)
    figures = options.keep / "figures.json"
    found: dict[str, Any] = json.loads(figures.read_text()) if figures.exists() else {}
    for number, pair in enumerate(options.pairs, 1):
        content, style = (Path(part) for part in pair.split(":"))
        for method in options.method or METHODS:
            key = f"{method} p{number} {content.stem} x {style.stem} at {options.size}"
            if key in found:
                continue
            found[key] = _run(method, content, style, number, options)
            figures.write_text(json.dumps(found, indent=1) + "\n")
            print(key, json.dumps(found[key]), flush=True)
    report = {"machine": machine.describe(options.threads), "size": options.size, "runs": found}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1) + "\n")
    print(table(found))


def _run(method: str, content: Path, style: Path, number: int, options: argparse.Namespace) -> dict[str, float]:
    name, _, preset = method.partition(":")
    output = options.keep / method.replace(":", "-") / f"p{number}.png"
    output.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "impasto", "stylize", content, style, "-o", output, "-m", name, "--size", options.size, "--quiet"]  # fmt: skip
    command += ["--preset", preset] if preset else []
    timed = machine.run([str(part) for part in command], threads=options.threads)
    measures = impasto.evaluate(content, style, output).to_dict()
    return {"seconds": timed.seconds, "peak_mb": timed.peak_bytes / 1e6, **{k: measures[k] for k in _COLUMNS}}


def table(found: dict[str, dict[str, float]]) -> str:
    """Medians over the pairs as Markdown, and seconds as a ratio to gatys."""
    methods: dict[str, list[dict[str, float]]] = {}
    for key, values in found.items():
        methods.setdefault(key.split()[0], []).append(values)

    def median(rows: list[dict[str, float]], name: str) -> float:
        return statistics.median(row[name] for row in rows)

    base = median(methods["gatys"], "seconds") if "gatys" in methods else None
    lines = [
        "| method | pairs | seconds | to gatys | peak MB | r_s | content cosine | REMD | SSIM |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for method, rows in methods.items():
        seconds = median(rows, "seconds")
        ratio = f"{seconds / base:.2f}" if base else ""
        values = " | ".join(f"{median(rows, name):.3f}" for name in _COLUMNS)
        lines.append(f"| {method} | {len(rows)} | {seconds:.0f} | {ratio} | {median(rows, 'peak_mb'):.0f} | {values} |")
    return "\n".join(lines)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks optimisation", description=__doc__)
    parser.add_argument("--pairs", nargs="+", required=True, metavar="PHOTO:PAINTING")
    parser.add_argument("--method", action="append", default=[], metavar="ID[:PRESET]")
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", type=Path, required=True, help="folder for pictures and figures")
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args(arguments)
