"""How kernels are compiled, and how their rows are shared out among threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from impasto.core import RunOptions, machine

from . import compiling, use_cache

use_cache()
from numba import njit  # noqa: E402  (the cache's place is read when numba is imported)
from numba.core import event  # noqa: E402


class _Listener(event.Listener):
    """Hears of every compilation, and of none that the cache made needless."""

    def on_start(self, event: Any) -> None:  # noqa: ARG002
        """A kernel is about to be compiled."""
        compiling()

    def on_end(self, event: Any) -> None:
        """It is."""


event.register("numba:compile", _Listener())


def compiled(**options: Any) -> Callable[[Any], Any]:
    """Compile a function when it is first called, keep it on disk, and let other threads run beside it."""
    return njit(cache=True, nogil=True, error_model="numpy", **options)  # type: ignore[no-any-return]


def thread_count(run: RunOptions) -> int:
    """Threads that the kernels of a run may take."""
    return run.threads or machine.threads()


def in_bands(rows: int, threads: int, work: Callable[[int, int], Any]) -> list[Any]:
    """Call `work(first, end)` for bands of rows, one band a thread; the answers in order.

    Plain threads, not numba's own: those cannot be called from several threads at once on every platform, compile for
    seconds longer, and gain nothing here.
    """
    threads = max(1, min(threads, rows))
    edges = [rows * n // threads for n in range(threads + 1)]
    if threads == 1:
        return [work(0, rows)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, edges[:-1], edges[1:]))
