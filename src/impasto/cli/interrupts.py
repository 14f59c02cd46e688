"""Ctrl-C in two steps: the first asks the run to finish with the best picture so far, the second leaves at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from impasto.core import Context

from .failures import Aborted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _tell(message: str) -> None:
    # Not through sys.stderr: the interrupted code may be in the middle of writing to it.
    with suppress(OSError):
        os.write(2, message.encode())


@contextmanager
def interruptible(
    context: Context, promise: str = "the best picture so far will be saved (once more to leave without it)"
) -> Iterator[None]:
    """Route SIGINT and SIGTERM to `context.stop()` while a picture is made or a network trained.

    promise: what the person is told will be kept.
    A second signal raises `Aborted`; a third has the system end the process, even inside a long native call.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers, and only it is sent signals
        return

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if not context.stopping:
            context.stop()
            _tell(f"\nstopping: {promise}\n")
            return
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        raise Aborted

    before = [signal.signal(each, handle) for each in _SIGNALS]
    try:
        yield
    finally:
        for each, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(each, handler)
