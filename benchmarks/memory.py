"""Peak memory of large pictures against what the run announced and was allowed, and what looking in tiles costs in time.

    python -m benchmarks memory --sizes 1024 3000 --limits 1.5 4 8
    python -m benchmarks memory --methods nnst strotss --sizes 1024 --limits

Each run is a process of its own, with few steps: memory does not grow with them. All but `cnnmrf`, which follows matches
of the scale before where the picture is large, run at one scale.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import impasto

from . import machine

RESULTS = Path(__file__).parent / "results" / "memory.json"
_MORE = {"nnst": {"--finish-steps": 2}, "cnnmrf": {"--scales": 3}}


def main(arguments: list[str]) -> None:
    """Run every size under every limit, write the results, print the table."""
    options = _parse(arguments)
    report: dict[str, Any] = {"machine": machine.describe(options.threads), "steps": options.steps, "runs": []}
    with tempfile.TemporaryDirectory() as folder:
        for method in options.methods:
            for size in options.sizes:
                for limit in (None, *options.limits):
                    row = _run(method, size, limit, options, Path(folder))
                    report["runs"].append(row)
                    print(json.dumps(row), flush=True)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report["runs"]))


def _run(method: str, size: int, limit: float | None, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    asked = {"--size": size, "--steps": options.steps, "--scales": 1} | _MORE.get(method, {})
    asked |= {} if limit is None else {"--max-memory": limit}
    command = [sys.executable, "-m", "impasto", "stylize", options.content, options.style, "-o", folder / "out.png",
               "-m", method, "--quiet", "--json", *(part for pair in asked.items() for part in pair)]  # fmt: skip
    row: dict[str, Any] = {"method": method, "size": size, "limit_gb": limit}
    try:
        timed = machine.run([str(part) for part in command], threads=options.threads)
    except RuntimeError as error:
        return row | {"refused": str(error).splitlines()[-1].rpartition("impasto: ")[2]}
    announced = json.loads(timed.output)["estimate"]["memory_bytes"] / 1e9
    return row | {"announced_gb": announced, "peak_gb": timed.peak_bytes / 1e9,
                  "seconds": timed.seconds, "cpu_seconds": timed.cpu_seconds}  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    """The results as Markdown."""
    lines = [
        "| method | long side | allowed GB | announced GB | peak GB | processor seconds |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        allowed = row["limit_gb"] or "all there is"
        end = "refused | | |"
        if "refused" not in row:
            end = f"{row['announced_gb']:.2f} | {row['peak_gb']:.2f} | {row['cpu_seconds']:.0f} |"
        lines.append(f"| {row['method']} | {row['size']} | {allowed} | {end}")
    return "\n".join(lines)


def _parse(arguments: list[str]) -> argparse.Namespace:
    bundled = Path(impasto.__file__).parent / "assets"
    parser = argparse.ArgumentParser("python -m benchmarks memory", description=__doc__)
    parser.add_argument("--content", type=Path, default=bundled / "photos" / "castle.jpg")
    parser.add_argument("--style", type=Path, default=bundled / "paintings" / "starry_night.jpg")
    parser.add_argument("--methods", nargs="+", default=["gatys"], metavar="ID")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1024, 3000])
    parser.add_argument("--limits", type=float, nargs="*", default=[1.5, 4, 8])
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args(arguments)
