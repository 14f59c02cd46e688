"""The nearest-neighbour search against what this machine's matrix products can do.

The rate to compare with is the best of several large products of the same dtype, measured in the same run. A search's
own rate counts the multiply-adds of its products alone: whatever it loses to finding maxima, shows.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from impasto.textures.neighbours import nearest, unit

from . import machine

RESULTS = Path(__file__).parent / "results" / "neighbours.json"
_DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}
# Queries, keys, channels: whole hypercolumns of `nnst` at 256 and 512 px with the painting turned four ways, and the
# searches of single layers in a step of its finish.
_SEARCHES = {
    "hypercolumns at 256 px": (2752, 4 * 2752, 2688, 4),
    "hypercolumns at 512 px": (10_880, 4 * 10_880, 2688, 4),
    "a step at relu1": (2048, 8192, 64, 1),
    "a step at relu3": (2048, 8192, 256, 1),
    "a step at relu4": (2048, 8192, 512, 1),
}
_PRODUCTS = ((2048, 2688, 8192), (4096, 2688, 4096), (4096, 4096, 4096), (2048, 512, 8192))


def main(arguments: list[str]) -> None:
    """Measure every search in every precision, print a table, write the results."""
    options = _parse(arguments)
    torch.set_num_threads(options.threads)
    report: dict[str, Any] = {"machine": machine.describe(options.threads), "precisions": {}}
    for name in options.precisions:
        report["precisions"][name] = _measure(_DTYPES[name], options.repeats)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks neighbours", description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--precisions", nargs="+", choices=tuple(_DTYPES), default=list(_DTYPES))
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


@torch.no_grad()
def _measure(dtype: torch.dtype, repeats: int) -> dict[str, Any]:
    rates: list[float] = []
    for n, c, m in _PRODUCTS:
        a, b = torch.randn(n, c).to(dtype), torch.randn(m, c).to(dtype)
        rates.append(n * c * m / min(_times(lambda a=a, b=b: a @ b.T, repeats)))
    found: dict[str, Any] = {"multiplications_per_second": max(rates), "searches": {}}
    for name, (queries, keys, channels, candidates) in _SEARCHES.items():
        a, b = (unit(torch.randn(n, channels).to(dtype)) for n in (queries, keys))
        # The largest takes seconds: once is enough to tell.
        times = _times(lambda a=a, b=b, k=candidates: nearest(a, b, candidates=k), 1 if queries > 4096 else repeats)
        rate = queries * keys * channels / machine.spread(times)["median"]
        found["searches"][name] = {
            "queries": queries, "keys": keys, "channels": channels,
            "seconds": machine.spread(times), "fraction_of_rate": rate / max(rates),
        }  # fmt: skip
    return found


def _times(call: Callable[[], object], repeats: int) -> list[float]:
    call()
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times


def table(report: dict[str, Any]) -> str:
    """The results as Markdown."""
    rows = ["| precision | search | queries x keys x channels | seconds | of the rate |", "|---|---|---|---|---|"]
    for precision, found in report["precisions"].items():
        rate = found["multiplications_per_second"] / 1e9
        rows.append(f"| {precision} | (matrix products alone) | | {rate:.0f} G multiply-adds a second | 1 |")
        for name, s in found["searches"].items():
            size = f"{s['queries']} x {s['keys']} x {s['channels']}"
            rows.append(
                f"| {precision} | {name} | {size} | {s['seconds']['median']:.3f} | {s['fraction_of_rate']:.2f} |"
            )
    return "\n".join(rows)
