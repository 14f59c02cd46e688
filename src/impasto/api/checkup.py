"""What is installed, what the machine has, and how large a picture it can make."""

import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import psutil

from impasto import engines, registry
from impasto._version import __version__
from impasto.core import Estimate, ImpastoError, Method, RunOptions, load_target, machine
from impasto.image import fit_size

from . import gpu
from .sizes import largest_size, smallest_size

_LIBRARIES = ("torch", "numpy", "scipy", "numba", "pillow", "opencv-python-headless", "av", "openvino")
_OPTIONAL = ("pillow-heif",)
_SIZES = (256, 512, 1024, 2048)
_PHOTO = (3000, 4000)  # the 4 : 3 of most cameras


def checkup(size: int | None = None, *, trials: bool = False) -> dict[str, Any]:
    """A JSON-ready account of this installation; `problems` lists in plain words what will not work.

    size: a further long side, in pixels, to say the needs of. trials: let every engine run every shipped network, and
    remember which is the fastest.
    """
    problems: list[str] = []
    found = {
        "versions": _versions(problems),
        "machine": _machine(problems),
        "engines": dict(engines.installed()),
        "trials": _trials(problems) if trials else [],
        "weights": _weights(problems),
        "cache": _cache(),
        "methods": len(registry.methods()),
        "default_method": registry.DEFAULT_METHOD,
        "sizes": {"rows": [], "largest": None},
        "problems": problems,
    }
    method = registry.methods().get(registry.DEFAULT_METHOD)
    if method is None:
        problems.append(f"the default method '{registry.DEFAULT_METHOD}' is not installed")
    elif method.estimate is not None:
        found["sizes"] = _sizes(method, sorted({*_SIZES, *([size] if size else [])}))
    return found


def _versions(problems: list[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {"impasto": __version__, "python": sys.version.split()[0]}
    for name in (*_LIBRARIES, *_OPTIONAL):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
            if name not in _OPTIONAL:
                problems.append(f"{name} is not installed; 'pip install {name}' brings it")
    return found


def _machine(problems: list[str]) -> dict[str, Any]:
    return {
        "processor": machine.processor(),
        "cores": machine.cores(),
        "bfloat16": list(machine.bfloat16_features()),
        "memory_free": machine.free_memory(),
        "memory_total": psutil.virtual_memory().total,
        "devices": _devices(problems),
    }


def _devices(problems: list[str]) -> list[str]:
    found = ["cpu"]
    if find_spec("torch") is None:
        return found
    try:
        import torch
    except (ImportError, OSError) as error:
        problems.append(f"torch is installed but cannot be loaded: {error}")
        return found
    if torch.cuda.is_available():
        found += [f"cuda ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


def _trials(problems: list[str]) -> list[dict[str, Any]]:
    """Seconds by engine for each shipped network on a picture of 512 px."""
    from impasto import export, weights

    rows: list[dict[str, Any]] = []
    for entry in weights.FILES.values():
        try:
            parts = export.find(entry.name).parts if entry.network else {}
            rows += [{"network": n.name, "seconds": engines.measure(n, RunOptions())} for n in parts.values()]
        except ImpastoError as error:
            problems.append(f"network '{entry.name}': {error}")
    return rows


def _weights(problems: list[str]) -> list[dict[str, Any]]:
    from impasto import weights

    rows: list[dict[str, Any]] = []
    for name in weights.FILES:
        state = weights.status(name)
        row = {"name": name, "title": state.title, "origin": state.origin, "where": state.where}
        rows.append(row | {"cached": state.cached, "problem": state.problem})
        if state.problem and weights.FILES[name].sha256:  # what only a recipe makes may be missing
            problems.append(f"weights '{name}': {state.problem}")
    return rows


def _cache() -> str:
    from impasto.weights import cache

    return str(cache.folder())


def _sizes(method: Method, wanted: list[int]) -> dict[str, Any]:
    """Memory and time of the method's defaults at several long sides, and the largest that fits."""
    available = gpu.free_memory("auto") or machine.free_memory()
    function, options, run = load_target(method.estimate or ""), method.make_options(), RunOptions()

    def estimate(height: int, width: int) -> Estimate:
        return function(height, width, 1, options, run)

    rows: list[dict[str, Any]] = []
    for size in wanted:
        height, width = fit_size(_PHOTO, size)
        need = estimate(height, width)
        row = {"size": size, "width": width, "height": height, "memory_bytes": need.memory_bytes}
        rows.append(row | {"seconds": need.seconds, "fits": need.memory_bytes <= available})
    return {
        "rows": rows,
        "largest": largest_size(_PHOTO, available, estimate, smallest_size(_PHOTO, method.size.minimum)),
    }
