"""Filters and strokes at one megapixel, beside OpenCV's `stylization`, `pencilSketch` and others in the same run.

    python -m benchmarks filters --threads 2 --sheet out/filters.jpg

Times are those of the whole picture in memory, float32 in and out for ours, 8 bits for OpenCV's; compiling is not counted.
G'MIC (`gmic`) and scikit-image are measured where they are installed: G'MIC as a program of its own, less what it takes to
read and write the picture unchanged.
CPU seconds tell what the work costs where other work shares the machine.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import impasto
from impasto import registry
from impasto.core import Context, Inputs, RunOptions
from impasto.image import decode, fit_size, resize

from . import machine

RESULTS = Path(__file__).parent / "results" / "filters.json"
_ASSETS = Path(impasto.__file__).parent / "assets"
_OURS = ("kuwahara", "xdog", "abstraction", "cartoon", "pencil", "watercolour", "anime_sky", "painterly")
_GMIC = {  # at their own defaults; Kuwahara as wide as ours
    "gmic.kuwahara": "kuwahara 7", "gmic.cartoon": "cartoon 3", "gmic.pencilbw": "pencilbw 0.3",
    "gmic.painting": "fx_painting 5,2.5,1.5,50,1", "gmic.smooth": "smooth 60",
}  # fmt: skip
_BARS = {"kuwahara": 1 / 8, "xdog": 1 / 15, "painterly": 3.0}  # seconds on two cores


def main(arguments: list[str]) -> None:
    """Measure every filter and its peers, print a table, write the results and, if asked for, a sheet of the looks."""
    import cv2

    options = _parse(arguments)
    cv2.setNumThreads(options.threads)
    photo = decode(options.content).rgb
    side = max(photo.shape[:2]) * (options.megapixels * 1e6 / (photo.shape[0] * photo.shape[1])) ** 0.5
    photo = resize(photo, fit_size(photo.shape[:2], round(side)))
    calls = {name: _ours(name, photo, options.threads) for name in _OURS if name in registry.methods()}
    calls |= _peers(photo) | _skimage(photo) | _gmic(photo, options.threads)
    report: dict[str, Any] = {"machine": machine.describe(options.threads), "size": photo.shape[1::-1], "filters": {}}
    looks = {}
    for name, call in calls.items():
        try:
            looks[name] = call()  # compiles, and warms the caches
        except subprocess.CalledProcessError as error:
            print(f"{name}: left out, {error.stderr.decode(errors='replace').strip()[-200:]}", flush=True)
            continue
        report["filters"][name] = _timed(call, options.repeats) | ({"bar": _BARS[name]} if name in _BARS else {})
        print(_row(name, report["filters"][name]), flush=True)
    if options.sheet:
        _write_sheet(options.sheet, photo, looks)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks filters", description=__doc__)
    parser.add_argument("--content", type=Path, default=_ASSETS / "photos" / "castle.jpg")
    parser.add_argument("--megapixels", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


def _ours(name: str, photo: Any, threads: int) -> Callable[[], Any]:
    method = registry.get(name)
    run, settings = method.load(), method.make_options()
    return lambda: run(Inputs(photo), settings, Context(RunOptions(threads=threads))).picture


def _peers(photo: Any) -> dict[str, Callable[[], Any]]:
    """OpenCV's filters at their own defaults, on 8-bit BGR as they ask for."""
    import cv2

    given = np.ascontiguousarray((photo[..., ::-1] * 255 + 0.5).astype(np.uint8))
    calls: dict[str, Callable[[], Any]] = {
        "cv2.stylization": lambda: cv2.stylization(given),
        "cv2.pencilSketch": lambda: cv2.pencilSketch(given)[0],
        "cv2.edgePreservingFilter": lambda: cv2.edgePreservingFilter(given),
        "cv2.bilateralFilter": lambda: cv2.bilateralFilter(given, 9, 30, 5),
    }
    return {name: call for name, call in calls.items() if hasattr(cv2, name.partition(".")[2])}


def _skimage(photo: Any) -> dict[str, Callable[[], Any]]:
    """scikit-image's nearest relatives, where it is installed."""
    try:
        from skimage.restoration import denoise_tv_chambolle
        from skimage.segmentation import mark_boundaries, slic
    except ImportError:
        return {}

    def flattened() -> Any:
        labels = slic(photo, n_segments=800, start_label=0)
        counts = np.bincount(labels.ravel())[:, None]
        means = np.stack([np.bincount(labels.ravel(), photo[..., c].ravel()) for c in range(3)], 1) / counts
        return mark_boundaries(means[labels], labels, color=(0, 0, 0)).astype(np.float32)

    return {
        "skimage.denoise_tv": lambda: denoise_tv_chambolle(photo, weight=0.15, channel_axis=2).clip(0, 1),
        "skimage.slic": flattened,
    }


def _gmic(photo: Any, threads: int) -> dict[str, Callable[[], Any]]:
    """G'MIC's filters, each a run of its program, where it is installed."""
    import cv2

    if shutil.which("gmic") is None:
        return {}
    folder = Path(tempfile.mkdtemp())
    given = folder / "given.png"
    cv2.imwrite(str(given), np.ascontiguousarray((photo[..., ::-1] * 255 + 0.5).astype(np.uint8)))

    def run(name: str, words: str) -> Any:
        out = folder / f"{name}.png"
        subprocess.run(
            ["gmic", "-v", "-1", str(given), *words.split(), "-cut", "0,255", "-o", str(out)],
            check=True, capture_output=True, timeout=600, env=os.environ | {"OMP_NUM_THREADS": str(threads)},
        )  # fmt: skip
        return cv2.imread(str(out))

    return {"gmic (copy)": lambda: run("copy", "-round")} | {
        name: lambda name=name, words=words: run(name, words) for name, words in _GMIC.items()
    }


def _timed(call: Callable[[], Any], repeats: int) -> dict[str, Any]:
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), sum(os.times()[:4])  # with that of programs that were run
        call()
        walls.append(time.perf_counter() - wall)
        cpus.append(sum(os.times()[:4]) - cpu)
    return {"seconds": machine.spread(walls), "cpu_seconds": machine.spread(cpus)}


def _row(name: str, found: dict[str, Any]) -> str:
    wall, cpu = found["seconds"]["median"], found["cpu_seconds"]["median"]
    bar = f"{1 / found['bar']:.2g}" if "bar" in found else ""
    return f"| {name} | {wall:.3f} | {1 / wall:.1f} | {bar} | {cpu:.3f} |"


def table(report: dict[str, Any]) -> str:
    """The results as Markdown."""
    head = ["| filter | seconds | pictures a second | bar | CPU seconds |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_row(name, found) for name, found in report["filters"].items())])


def _write_sheet(path: Path, photo: Any, looks: dict[str, Any]) -> None:
    """The photo and every result, named, three to a row."""
    import cv2

    tiles = []
    for name, look in {"photo": photo, **looks}.items():
        if look.dtype != np.uint8:
            look = (np.ascontiguousarray(look[..., ::-1]) * 255 + 0.5).astype(np.uint8)
        look = look if look.ndim == 3 else cv2.cvtColor(look, cv2.COLOR_GRAY2BGR)
        tile = cv2.resize(look, (640, 640 * photo.shape[0] // photo.shape[1]), interpolation=cv2.INTER_AREA)
        for colour, thick in (((255, 255, 255), 4), ((0, 0, 0), 1)):
            cv2.putText(tile, name, (10, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, colour, thick, cv2.LINE_AA)
        tiles.append(tile)
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % 3)
    rows = [np.hstack(tiles[i : i + 3]) for i in range(0, len(tiles), 3)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 90])
