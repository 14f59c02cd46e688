"""A camera's frames, painted as they come: each visitor has one on its way, and none waits long enough to be late."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any

from impasto.core import ImpastoError, InputError, RunError, RunOptions

from .crew import Worker
from .worker import Setup, Task

if TYPE_CHECKING:
    from impasto.api import Job

MOST_PIXELS = 1280 * 960
"""Of a frame. Larger ones are a picture's affair, not a mirror's."""
MOST_WAITING = 3
"""Frames on their way, of all visitors together. Another is refused at once: its sender has a newer one in a moment."""
FRAME_SECONDS = 10.0
IDLE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Look:
    """What frames are painted in. styles: (bytes of a painting, its name, weight)."""

    method: str
    options: tuple[tuple[str, Any], ...] = ()
    styles: tuple[tuple[bytes, str, float], ...] = ()


class Crowded(ImpastoError):
    """Frames of others are on their way, or one of the same visitor."""


class Mirror:
    """A worker for frames alone, so that neither a long picture nor a queue is in their way. It ends when nobody looks."""

    def __init__(self, setup: Setup) -> None:
        """Nothing starts before the first frame."""
        self.worker = Worker("impasto-live", setup)
        self._visitors: set[str] = set()
        self._gate = threading.Lock()
        self._used = monotonic()

    def paint(self, visitor: str, look: Look, frame: bytes) -> bytes:
        """A frame painted, as JPEG. Raises Crowded at once where it would have to wait, ImpastoError where it cannot be."""
        with self._admitted(visitor):
            answer = self.worker.call(Task("frame", look=look, frame=frame), seconds=FRAME_SECONDS)
        if answer["state"] == "painted":
            return answer["jpeg"]
        kind = InputError if answer.get("kind") == "input" else RunError
        raise kind(answer.get("error", "the frame took too long."))

    @contextmanager
    def _admitted(self, visitor: str) -> Iterator[None]:
        with self._gate:
            if visitor in self._visitors or len(self._visitors) >= MOST_WAITING:
                raise Crowded("frames are on their way already.")
            self._visitors.add(visitor)
        try:
            yield
        finally:
            with self._gate:
                self._visitors.discard(visitor)
                self._used = monotonic()

    def rest(self) -> None:
        """End the worker where nobody has looked for a while; the next frame starts it again."""
        with self._gate:
            if not self._visitors and monotonic() - self._used > IDLE_SECONDS:
                self.worker.rest()

    def close(self) -> None:
        """End the worker, whatever it does."""
        self.worker.close()


def paint_frame(look: Look, frame: bytes, setup: Setup) -> bytes:
    """In the worker: a JPEG painted, as JPEG. Raises ImpastoError."""
    from impasto.image import decode, encode

    if frame[:2] != b"\xff\xd8":
        raise InputError("the camera's picture: no JPEG.")
    picture = decode(frame, name="the camera's picture", max_pixels=min(MOST_PIXELS, setup.limits.pixels))
    job = _job(look, picture.size, setup.threads)
    if job.shape == picture.size:
        job = replace(job, inputs=replace(job.inputs, content=picture.rgb))
    else:  # a method that paints at a size of its own
        job = _prepared(look, picture, setup.threads)
    return encode(job.run().picture, "jpg", quality=88)


@lru_cache(maxsize=4)
def _job(look: Look, size: tuple[int, int], threads: int) -> "Job":
    """A run for frames of that height and width, with its paintings decoded and everything checked."""
    import numpy as np

    from impasto.image import Picture

    return _prepared(look, Picture(np.zeros((*size, 3), np.float32), name="the camera's picture"), threads)


def _prepared(look: Look, picture: Any, threads: int) -> "Job":
    from impasto.api import prepare
    from impasto.image import decode

    styles = [(decode(data, name=name), weight) for data, name, weight in look.styles]
    return prepare(picture, styles, method=look.method, run=RunOptions(threads=threads), options=dict(look.options))
