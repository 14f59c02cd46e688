"""Compiling every kernel before it is needed: small pictures by all the methods that need no network."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from impasto import registry
from impasto.core import Array, ImpastoError, Method
from impasto.kernels import when_compiling

_SIDE = 48


def warm_up(tell: Callable[[str], None] = lambda _: None) -> list[dict[str, Any]]:
    """Run the methods whose work is done by kernels, tiny; what each took in seconds, and how many kernels it compiled.

    tell: told each method's id before it runs. Kernels stay on disk, so that a second call compiles nothing.
    """
    photo, style = _picture(0), _picture(1)
    rows: list[dict[str, Any]] = []
    for method in registry.methods().values():
        if method.weights or any(not getattr(spec, "optional", True) for spec in method.inputs[2:]):
            continue
        tell(method.id)
        compiled: list[None] = []
        start = perf_counter()
        with when_compiling(lambda compiled=compiled: compiled.append(None)):
            try:
                _run(method, photo, style)
            except ImpastoError as error:
                rows.append({"method": method.id, "seconds": None, "compiled": 0, "problem": str(error)})
                continue
        rows.append({"method": method.id, "seconds": perf_counter() - start, "compiled": len(compiled)})
    _render()
    return rows


def _run(method: Method, photo: Array, style: Array) -> None:
    from .calls import stylize

    stylize(photo if method.takes_content else None, style if method.takes_styles else (), method=method, preset="tiny",
            device="cpu")  # fmt: skip


def _render() -> None:
    from .guides import make

    make("normals", "knot", size=_SIDE)


def _picture(seed: int) -> Array:
    """Soft blobs of colour, (48, 48, 3)."""
    from impasto.image.resize import resize

    return resize(np.random.default_rng(seed).random((6, 6, 3), np.float32), (_SIDE, _SIDE))
