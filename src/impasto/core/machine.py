"""What this machine has: cores, memory, processor.

Affinity masks and control groups count, so a container is told what it may use, not what its host owns.
"""

import math
import os
import platform
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from pathlib import Path
from shutil import which
from typing import Any

import psutil

_CGROUPS = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")
_CPUINFO = Path("/proc/cpuinfo")
# Control groups of version 1 spell "no limit" as the largest page-aligned signed 64-bit number.
_UNLIMITED = 2**60


def cores() -> int:
    """Processor cores this process may use, at least one."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cpu_quota()
    return max(1, min(allowed, math.ceil(quota) if quota else allowed))


def has_gpu() -> bool:
    """Whether there are signs of a GPU that torch may know how to use. Costs nothing; only torch can tell for sure."""
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    # The driver's own file; its library under Windows' Linux; its command on Windows.
    signs = (Path("/proc/driver/nvidia/version"), Path("/usr/lib/wsl/lib/libcuda.so"))
    return any(sign.exists() for sign in signs) or (platform.system() == "Windows" and which("nvidia-smi") is not None)


def threads() -> int:
    """Threads that arithmetic takes unless told otherwise: OMP_NUM_THREADS, or else the physical cores there are."""
    chosen = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if chosen.isdigit() and int(chosen):
        return int(chosen)
    return min(cores(), psutil.cpu_count(logical=False) or cores())


def one_blas_thread() -> AbstractContextManager[Any]:
    """Within it NumPy's products of matrices take one thread: small ones gain nothing from more, and on a busy machine
    wait for them two hundred times longer than they work.
    """
    return _libraries().limit(limits=1, user_api="blas")


@cache
def _libraries() -> Any:
    import_module("numpy")  # libraries are found once they are loaded
    return import_module("threadpoolctl").ThreadpoolController()


def cpu_quota(root: Path = _CGROUPS, membership: Path = _MEMBERSHIP) -> float | None:
    """Cores' worth of time the control groups grant, or None when they set no limit."""
    found: list[float] = []
    for folder in _folders("cpu", root, membership):
        quota, period = [*_read(folder / "cpu.max").split(), "", ""][:2]
        if not period:
            quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(period):
            found.append(int(quota) / int(period))
    return min(found, default=None)


def free_memory() -> int:
    """Bytes of main memory a run may still take: what the system has free, or less where a control group says so."""
    free = psutil.virtual_memory().available
    limited = cgroup_free_memory()
    return free if limited is None else min(free, limited)


def cgroup_free_memory(root: Path = _CGROUPS, membership: Path = _MEMBERSHIP) -> int | None:
    """Bytes left below the tightest memory limit of the control groups, or None when there is none."""
    found: list[int] = []
    for folder in _folders("memory", root, membership):
        limit = _read(folder / "memory.max") or _read(folder / "memory.limit_in_bytes")
        used = _read(folder / "memory.current") or _read(folder / "memory.usage_in_bytes")
        if limit.isdigit() and int(limit) < _UNLIMITED and used.isdigit():
            # Cached file pages are counted as used, and given back as soon as anyone asks.
            found.append(max(0, int(limit) - int(used) + _inactive_file(folder)))
    return min(found, default=None)


def _folders(controller: str, root: Path, membership: Path) -> list[Path]:
    """This process's control group and the ones above it, in both versions of the file system."""
    folders: list[Path] = []
    for line in _read(membership).splitlines():
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if names and controller not in names.split(","):
            continue
        top = root / controller if names else root
        here = top / path.strip("/")
        folders += [here, *(parent for parent in here.parents if parent.is_relative_to(top))]
    # Inside a container the path above is the host's; the mounted root is then the container's own group.
    return list(dict.fromkeys([*folders, root, root / controller]))


def _inactive_file(folder: Path) -> int:
    rows = (line.split() for line in _read(folder / "memory.stat").splitlines())
    values = {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}
    return values.get("inactive_file", values.get("total_inactive_file", 0))


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def processor(cpuinfo: Path = _CPUINFO) -> str:
    """The processor's name as people know it."""
    for line in _read(cpuinfo).splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return " ".join(value.split())
    return platform.processor() or platform.machine() or "unknown"


def bfloat16_features(cpuinfo: Path = _CPUINFO) -> tuple[str, ...]:
    """Processor features that make bfloat16 arithmetic fast; empty where it would only be emulated."""
    return _features(("avx512_bf16", "amx_bf16", "bf16"), cpuinfo)


def int8_features(cpuinfo: Path = _CPUINFO) -> tuple[str, ...]:
    """Processor features that make sums of 8-bit products fast and exact; empty where they may overflow."""
    return _features(("avx512_vnni", "avx_vnni", "amx_int8", "i8mm", "asimddp"), cpuinfo)


def _features(names: tuple[str, ...], cpuinfo: Path) -> tuple[str, ...]:
    flags = next((line for line in _read(cpuinfo).splitlines() if line.startswith(("flags", "Features"))), "")
    return tuple(name for name in names if name in flags.split())
