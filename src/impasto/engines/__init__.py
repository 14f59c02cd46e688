"""Engines: what runs a trained network. A network is written once, in a few operations (ops.py), and every engine runs that text.

torch_ops.py is the reference: plain torch, also while training. The others need no torch, and importing this loads none
of them.

    runner = load(network, run_options)                   the engine asked for, or the fastest there is
    runner({"picture": array})["picture"]                 (N, C, H, W) float32 in and out
    facts(runner)                                         what ran, for reports
"""

import hashlib
import math
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, Literal

from impasto.core import RunOptions, UsageError, machine

from . import trial
from .ops import RANGES, Network, Ops, Runner

Engine = Literal["torch", "openvino", "onnx"]

PACKAGES: dict[Engine, str] = {"openvino": "openvino", "onnx": "onnxruntime", "torch": "torch"}
"""What each engine is run by, the likely fastest first."""
_BRINGS: dict[Engine, str] = {"openvino": "openvino", "onnx": "'impasto[onnx]'", "torch": "torch"}

_runners: dict[tuple[Any, ...], Runner] = {}


def installed() -> dict[Engine, str | None]:
    """The engines with their versions, None where one is not installed. Imports none of them."""
    return {engine: _version(engine) for engine in PACKAGES}


def _version(engine: Engine) -> str | None:
    needed = ("onnx", "onnxruntime") if engine == "onnx" else (PACKAGES[engine],)
    if any(find_spec(name) is None for name in needed):
        return None
    try:
        return version(PACKAGES[engine])
    except PackageNotFoundError:  # built by hand, or one of several distributions of the same library
        return "unknown"


def load(network: Network, run: RunOptions) -> Runner:
    """The network ready to run; the same runner for the same network, engine and settings.

    Raises UsageError when the engine asked for is not installed, or cannot do what is asked.
    """
    engine = choose(network, run)
    key = (fingerprint(network), engine, run.precision, run.device, run.threads)
    if key not in _runners:
        _runners[key] = _make(network, engine, run)
    return _runners[key]


def choose(network: Network, run: RunOptions) -> Engine:
    """The engine that will run the network: the one asked for; torch where there is a GPU; else the fastest.

    Which that is, `measure` has found out for this network on this machine, or else is known from others.
    """
    if run.engine == "auto":
        if run.device in ("cuda", "mps") or (run.device == "auto" and run.precision != "int8" and _gpu_found()):
            return "torch"
        usable = [engine for engine, found in installed().items() if found is not None and _can(engine, run)]
        found = trial.remembered(_trial_key(network, run))
        if not usable:
            raise UsageError(f"precision: {run.precision} needs engine openvino; pip install openvino brings it")
        return min(usable, key=lambda engine: (found.get(engine, math.inf), usable.index(engine)))
    if run.engine != "torch" and run.device in ("cuda", "mps"):
        raise UsageError(f"engine: {run.engine} runs on the processor only; device {run.device} needs engine torch")
    if _version(run.engine) is None:
        raise UsageError(f"engine: {run.engine} is not installed; pip install {_BRINGS[run.engine]} brings it")
    if not _can(run.engine, run):
        raise UsageError(f"precision: engine {run.engine} has no {run.precision}; engine openvino has")
    return run.engine


def _can(engine: Engine, run: RunOptions) -> bool:
    lacks: dict[Engine, tuple[str, ...]] = {"onnx": ("bfloat16", "int8"), "torch": ("int8",)}
    return run.precision not in lacks.get(engine, ())


def measure(network: Network, run: RunOptions) -> dict[Engine, float]:
    """Seconds that every installed engine takes for a picture of 512 px on the processor; `choose` will remember."""
    found: dict[Engine, float] = {}
    for engine, there in installed().items():
        if there is not None and _can(engine, run):
            changed = run.model_copy(update={"engine": engine, "device": "cpu"})
            found[engine] = trial.seconds(load(network, changed), network)
    trial.remember(_trial_key(network, run), {str(engine): seconds for engine, seconds in found.items()})
    return found


def _trial_key(network: Network, run: RunOptions) -> tuple[Any, ...]:
    return fingerprint(network), sorted(installed().items()), run.precision, run.threads or machine.threads()


def _gpu_found() -> bool:
    """Whether torch has a GPU. It is asked only where there are signs of one, for it takes long to import."""
    if not machine.has_gpu() or _version("torch") is None:
        return False
    from .hardware import choose_device

    return choose_device(RunOptions()).type != "cpu"


def _make(network: Network, engine: Engine, run: RunOptions) -> Runner:
    threads = run.threads or machine.threads()
    if engine == "torch":
        from .hardware import choose_device, choose_precision
        from .torch_runner import TorchRunner

        device = choose_device(run)
        return TorchRunner(network, choose_precision(run, device), device, threads)
    if engine == "onnx":
        from .onnx_runner import OnnxRunner

        return OnnxRunner(network, threads)
    from .openvino_runner import OpenVINORunner, compiled_folder

    return OpenVINORunner(network, _openvino_precision(network, run), threads, compiled_folder())


def _openvino_precision(network: Network, run: RunOptions) -> str:
    """The precision asked for; auto means the fastest that this processor has and that the network was prepared for."""
    from .openvino_runner import has_bfloat16

    has = {"float32": True, "bfloat16": has_bfloat16(), "int8": bool(machine.int8_features())}
    prepared = RANGES in network.weights
    if run.precision == "auto":
        return next(name for name in ("int8", "bfloat16", "float32") if has[name] and (name != "int8" or prepared))
    if not has[run.precision]:
        raise UsageError(f"precision: this cpu has no {run.precision} in hardware; float32 works everywhere")
    if run.precision == "int8" and not prepared:
        raise UsageError(f"precision: network '{network.name}' is not prepared for int8; bfloat16 and float32 work")
    return run.precision


def fingerprint(network: Network) -> str:
    """Tells a network from every other, its weights included."""
    text = network.forward
    parts = [network.inputs, network.outputs, getattr(text, "__module__", ""), getattr(text, "__qualname__", text)]
    digest = hashlib.sha256(repr(parts).encode())
    if network.fingerprint:
        digest.update(network.fingerprint.encode())
    else:
        for name, array in network.weights.items():
            digest.update(f"{name} {array.shape} {array.dtype}".encode())
            digest.update(array.tobytes())
    return f"{network.name}-{digest.hexdigest()[:32]}"


def facts(runner: Runner) -> dict[str, str]:
    """What ran, for a method's report; its version is among the versions that every report has."""
    return {"engine": runner.engine, "precision": runner.precision}


__all__ = ["Engine", "Network", "Ops", "Runner", "choose", "facts", "fingerprint", "installed", "load", "measure"]
