"""Which engine is the fastest for a network on this machine: measured when asked, remembered, and looked up ever after."""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from impasto.core import machine
from impasto.core.caches import cache_folder, store

from .ops import Network, Runner
from .samples import sample

_SIDE_PX = 512
_RUNS = 5  # after one that is not counted


def seconds(runner: Runner, network: Network) -> float:
    """The quickest of several runs on a picture of 512 px: what the engine can do when nothing is in its way."""
    inputs = sample(network, _SIDE_PX, _SIDE_PX)
    times: list[float] = []
    for _ in range(_RUNS + 1):
        start = perf_counter()
        runner(inputs)
        times.append(perf_counter() - start)
    return min(times[1:])


def remember(key: Iterable[object], found: dict[str, float]) -> None:
    """Keep seconds by engine, for this processor. A cache that cannot be written is no reason to fail."""
    place = _place(key)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        store(json.dumps(found).encode(), place)


def remembered(key: Iterable[object]) -> dict[str, float]:
    """What was measured under the key on this processor; empty where nothing was."""
    try:
        found = json.loads(_place(key).read_text(encoding="utf-8"))
        return {str(engine): float(value) for engine, value in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _place(key: Iterable[object]) -> Path:
    text = repr([machine.processor(), *map(str, key)])
    return cache_folder("engines") / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"
