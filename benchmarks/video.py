"""Films: frames a second and flicker of every method that needs no training, and of the networks of one pass.

    python -m benchmarks video pan.mp4 still_camera.mp4 --style painting.jpg --threads 2

Flicker is the warped difference (`impasto.evaluation.stability`) beside the film's own, painted frame by frame and with
`--steady` as it is by default; `relative` is for equal contrast. Frames a second count everything but the first frame, in
which kernels are compiled and networks loaded.
"""

import argparse
import json
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import impasto
from impasto import registry
from impasto.api.footage import span_of
from impasto.core import FilmOptions
from impasto.evaluation import stability
from impasto.image import fit_size, resize
from impasto.video.clip import open_clip

from . import machine

RESULTS = Path(__file__).parent / "results" / "video.json"
_ASSETS = Path(impasto.__file__).parent / "assets"
_METHODS = (
    "kuwahara", "xdog", "abstraction", "cartoon", "pencil", "watercolour", "painterly", "colour_transfer", "alla_prima", "ghiasi",
)  # fmt: skip


def main(arguments: list[str]) -> None:
    """Paint each clip in each method, twice; print a table and write the results."""
    options = _parse(arguments)
    report: dict[str, Any] = {"machine": machine.describe(options.threads), "size": options.size, "clips": {}}
    for clip in options.clips:
        rows = report["clips"][clip.name] = {}
        for name in options.method or [name for name in _METHODS if name in registry.methods()]:
            rows[name] = {
                how: _measured(clip, name, steady, options) for how, steady in (("alone", 0.0), ("steady", None))
            }
            print(_row(clip.name, name, rows[name]), flush=True)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1) + "\n")


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks video", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--style", type=Path, default=_ASSETS / "paintings" / "starry_night.jpg")
    parser.add_argument("--method", action="append")
    parser.add_argument("--start", type=float, default=0.0)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--size", type=int, default=480)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


def _measured(path: Path, name: str, steady: float | None, options: argparse.Namespace) -> dict[str, Any]:
    clip, method = open_clip(path), registry.get(name)
    times: list[float] = []
    settings = {"start": options.start, "end": options.start + options.frames / float(clip.rate)}
    settings |= {} if steady is None else {"steady": steady}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "frames"
        impasto.stylize_video(
            path, options.style if method.takes_styles else (), out, method=name, size=options.size, threads=options.threads,
            listener=lambda progress: None if progress.message else times.append(time.perf_counter()), **settings,
        )  # fmt: skip
        painted = list(open_clip(out).frames())
    first = span_of(clip, FilmOptions(**settings)).numbers[0]
    shape = fit_size(clip.size, options.size)
    found = stability((resize(f, shape) for f in islice(clip.frames(first), len(painted))), painted)
    return {
        "frames_per_second": round((len(times) - 1) / (times[-1] - times[0]), 2),
        "flicker": round(found.flicker, 2),
        "film_flicker": round(found.film_flicker, 2),
        "ratio": round(found.ratio, 2),
        "relative": round(found.relative, 2),
    }


def _row(clip: str, name: str, row: dict[str, Any]) -> str:
    alone, steady = row["alone"], row["steady"]
    return (
        f"{clip[:20]:20s} {name:16s} flicker to the film's {alone['ratio']:5.2f} -> {steady['ratio']:5.2f} "
        f"(equal contrast {alone['relative']:5.2f} -> {steady['relative']:5.2f})  {steady['frames_per_second']:6.2f} frames/s"
    )
