"""The OpenVINO engine: a network's graph, compiled for this processor and run on it. Needs no torch."""

import os
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from impasto.core.caches import cache_folder

from .narrow import Narrow
from .openvino import graph, ov
from .ops import RANGES, Arrays, Network
from .shapes import output_shapes

_KEPT = 32  # compiled graphs, each as large as its weights


@lru_cache(maxsize=1)
def core() -> Any:
    """The library's entry, one a process."""
    return ov.Core()


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware, in the library's own judgement."""
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def compiled_folder() -> Path | None:
    """Where compiled graphs are kept, the oldest swept away; None where nothing can be written.

    The library looks a graph up by its contents, its own version and the processor, and makes anew what is damaged.
    """
    place = cache_folder("openvino")
    try:
        place.mkdir(parents=True, exist_ok=True)
        files = sorted(place.glob("*.blob"), key=lambda file: file.stat().st_mtime)
        for old in files[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return place if os.access(place, os.W_OK) else None


class OpenVINORunner:
    """A network compiled for this processor. Sizes may change from call to call; calls take turns."""

    engine = "openvino"

    def __init__(self, network: Network, precision: str, threads: int, cache: Path | None = None) -> None:
        """precision: "float32", "bfloat16" or "int8". threads: 0 takes all. cache: folder for compiled graphs, or none."""
        self.network, self.precision = network, precision
        self._ranges = network.weights[RANGES] if precision == "int8" else None
        self._cache = {"CACHE_DIR": str(cache)} if cache else {}
        self._settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32" if precision == "float32" or not has_bfloat16() else "bf16",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            # A pinned thread waits for its core when another process has it.
            "ENABLE_CPU_PINNING": False,
        }
        self._requests: Narrow[tuple[Any, frozenset[str]]] = Narrow(network, self._compile)
        self._sizes: dict[tuple[tuple[int, ...], ...], dict[str, tuple[int, ...]]] = {}
        self._lock = Lock()

    def __call__(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Outputs by name, float32."""
        shapes = {name: np.shape(inputs[name]) for name in self.network.inputs}
        with self._lock:
            request, spaced = self._requests.for_shapes(shapes)
            made = self._outputs(shapes, spaced)
            for place, array in enumerate(made.values()):
                request.set_output_tensor(place, ov.Tensor(array, shared_memory=True))
            request.infer({n: _fed(inputs[n], n in spaced) for n in shapes}, share_inputs=True)
        return {name: array[..., :-1] if name in spaced else array for name, array in made.items()}

    def _outputs(self, shapes: dict[str, tuple[int, ...]], spaced: frozenset[str]) -> dict[str, NDArray[np.float32]]:
        """Fresh memory for what comes out, to be written there and nowhere else."""
        key = tuple(shapes.values())
        if key not in self._sizes:
            if len(self._sizes) >= _KEPT:
                self._sizes.clear()
            self._sizes[key] = output_shapes(self.network, shapes)
        return {
            name: np.empty((*shape[:-1], shape[-1] + (name in spaced)), np.float32)
            for name, shape in self._sizes[key].items()
        }

    def _compile(self, shapes: Any) -> tuple[Any, frozenset[str]]:
        made = graph(self.network, shapes, self._ranges)
        # Graphs of fixed sizes are many, small and soon compiled.
        settings = self._settings | (self._cache if shapes is None else {})
        return core().compile_model(made.model, "CPU", settings).create_infer_request(), made.spaced


def _fed(array: NDArray[np.float32], spaced: bool) -> NDArray[np.float32]:
    """An input as the graph takes it. What another graph gave out has its spare column still and is not copied."""
    if not spaced:
        return np.ascontiguousarray(array, np.float32)
    base, wide = array.base, (*array.shape[:-1], array.shape[-1] + 1)
    if _is_plain(base) and base.shape == wide and base.ctypes.data == array.ctypes.data:
        return base
    room = np.empty(wide, np.float32)
    room[..., :-1] = array
    room[..., -1] = 0
    return room


def _is_plain(base: object) -> TypeGuard[NDArray[np.float32]]:
    return isinstance(base, np.ndarray) and base.dtype == np.float32 and base.flags.c_contiguous
