"""Example-based kernels against a fixed one: OpenCV's bilateral filter, 5 x 5, on a megapixel of noise.

Times of machines, and of the same machine on another day, differ; ratios to a kernel that is timed in the same run differ
less. Everything is synthetic, so that anybody can run it: a painted ball on a wavy surface for `styleblit`, and ten
channels of guides and style for `ebsynth`.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from impasto.core import Array
from impasto.guides.normals import normals_of_depth, sphere_normals
from impasto.guides.pairs import Guide
from impasto.kernels.compiled import in_bands
from impasto.kernels.styleblit import UNSET, blend
from impasto.methods.examples.styleblit import METHOD as STYLEBLIT
from impasto.methods.examples.styleblit.blit import finish, jitter_table, lay, look_up_table
from impasto.methods.examples.styleblit.guides import Guides
from impasto.reconstruction.guided import Plan, synthesise

from . import machine

RESULTS = Path(__file__).parent / "results" / "examples.json"
_SIDE, _BALL = 1024, 486


def main(arguments: list[str]) -> None:
    """Measure every kernel with every number of threads, print a table, write the results."""
    options = _parse(arguments)
    report: dict[str, Any] = {"machine": machine.describe(max(options.threads)), "runs": []}
    for threads in options.threads:
        cv2.setNumThreads(threads)
        noise = np.random.default_rng(0).integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)
        suites: dict[str, tuple[Callable[[], object], int]] = {
            "bilateral 5 x 5, 1 megapixel": (
                lambda noise=noise: cv2.bilateralFilter(noise, 5, 50, 50),
                options.repeats,
            ),
            "styleblit, 1 megapixel": (blitting(threads), options.repeats),
            "ebsynth, 512 x 512, 10 channels": (synthesising(512, threads), max(1, options.repeats // 5)),
        }
        found = {name: _times(call, repeats) for name, (call, repeats) in suites.items()}
        unit = found["bilateral 5 x 5, 1 megapixel"]["seconds"]["min"]
        report["runs"] += [
            {"threads": threads, "name": name, **times, "ratio": times["seconds"]["min"] / unit}
            for name, times in found.items()
        ]
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks examples", description=__doc__)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


def waves(side: int) -> Array:
    """Normals of a wavy surface, (side, side, 3): a target that covers everything."""
    y, x = np.mgrid[:side, :side] / side
    return normals_of_depth(
        (0.12 * np.sin(9 * x + 2) * np.cos(7 * y) + 0.05 * np.sin(23 * x * y + 4 * x)).astype(np.float32)
    )


def blitting(threads: int) -> Callable[[], object]:
    """One frame: all levels, and borders mixed over one pixel. The table is the style's, and made once."""
    target, source = (
        np.ascontiguousarray(g.transpose(2, 0, 1) * np.float32(255)) for g in (waves(_SIDE), sphere_normals(_BALL))
    )
    style = np.random.default_rng(1).random((_BALL, _BALL, 3), np.float32)
    guides, options = Guides(target, source, 24.0), STYLEBLIT.make_options()
    lookup, jitter = look_up_table(source), jitter_table(0, 1.0)
    picture = np.empty((_SIDE, _SIDE, 3), np.float32)

    def frame() -> None:
        field = np.full((_SIDE, _SIDE), UNSET, np.int32)
        for side in (64, 32, 16, 8, 4, 2):
            lay(guides, lookup, side, options, jitter, field, threads)
        finish(guides, lookup, options, field, threads)
        in_bands(_SIDE, threads, lambda a, b: blend(style, field, 1, picture, a, b))

    return frame


def synthesising(side: int, threads: int) -> Callable[[], object]:
    """A synthesis with the authors' settings: two guides of three channels and one of one, a style of three."""
    ball, wavy = sphere_normals(side), waves(side)
    grain = np.random.default_rng(2).random((side, side, 3), np.float32)
    style = 0.7 * ball**2 + 0.3 * cv2.GaussianBlur(grain, (0, 0), 1.5)
    guides = [Guide(ball, wavy), Guide(ball**2, wavy**2), Guide(ball[..., :1], wavy[..., :1])]
    return lambda: synthesise(style, guides, (side, side), Plan(stop_threshold=0.0, threads=threads))


def _times(call: Callable[[], object], repeats: int) -> dict[str, dict[str, float]]:
    """Seconds by the clock and of the processor; where other work runs beside, the latter are the steadier ones."""
    call()
    clock: list[float] = []
    processor: list[float] = []
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        call()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    return {"seconds": machine.spread(clock), "cpu_seconds": machine.spread(processor)}


def table(report: dict[str, Any]) -> str:
    """The results as Markdown."""
    rows = ["| threads | what | least ms | median ms | least ms of CPU | ratio |", "|---|---|---|---|---|---|"]
    rows += [
        f"| {run['threads']} | {run['name']} | {1000 * run['seconds']['min']:.1f} | {1000 * run['seconds']['median']:.1f} | {1000 * run['cpu_seconds']['min']:.1f} | {run['ratio']:.2f} |"
        for run in report["runs"]
    ]
    return "\n".join(rows)
