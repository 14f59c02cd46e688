"""Kernels: loops over pixels, compiled by numba. Pure functions of arrays, without policy; tests hold each to plain NumPy."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from impasto.core import machine
from impasto.core.caches import cache_folder


def use_cache() -> None:
    """Keep compiled kernels below the impasto cache, unless numba was told where. Call before numba is imported."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder("numba")))


_told: list[Callable[[], None]] = []


@contextmanager
def when_compiling(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` whenever a kernel is about to be compiled, which takes seconds, the first time ever on a machine."""
    _told.append(tell)
    try:
        yield
    finally:
        _told.remove(tell)


def compiling() -> None:
    """Tell everyone who asked that a kernel is about to be compiled."""
    for tell in tuple(_told):
        tell()


def over_rows(kernel: Callable[..., None], rows: int, *arguments: Any, threads: int | None = None) -> None:
    """Call kernel(first, last, *arguments) so that every row from 0 to `rows` is covered once, on several threads.

    The kernel must release the lock of the interpreter (nogil) and write to its own rows only; the result then depends
    on no number of threads. Plain threads and no parallel loops of numba's: those take several times as long to compile,
    and one of their engines ends the process when two calls meet. threads: None takes what this machine gives.
    """
    threads = min(threads or machine.threads(), max(1, rows // 8))
    if threads == 1:
        kernel(0, rows, *arguments)
        return
    pieces = min(4 * threads, rows)  # more than threads: rows differ in their work
    edges = [rows * piece // pieces for piece in range(pieces + 1)]
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(kernel, a, b, *arguments) for a, b in pairwise(edges)]:
            done.result()
