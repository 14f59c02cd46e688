"""The process that paints: decoding, checking and painting happen here, so that nothing they do can hold the server up.

It talks through one pipe. In come tasks and the wish to stop; out go progress and one answer for each task. When the
pipe closes, because the server was killed, the process ends at once and leaves the job to the server's next life.
"""

import os
import queue
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from impasto import registry
from impasto._version import __version__
from impasto.core import (
    Array,
    Cancelled,
    Context,
    ImpastoError,
    InputError,
    Keeper,
    Progress,
    RunError,
    RunOptions,
    UsageError,
    load_target,
)

from .folders import JobFolder
from .options import Limits
from .orders import Order, prepare_order

if TYPE_CHECKING:
    from impasto.api import Job, Stylized

    from .live import Look

TOLD_EVERY_S = 0.2
SHOWN_EVERY_S = 1.5
PREVIEW_PX = 900
THUMB_PX = 320
_STATE = f"state-{__version__}.npz"  # another version may paint otherwise, and begins anew
QUICK_S = 15.0
"""Jobs that should take no longer go past the long ones."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is told at its start. memory: bytes of data it may hold; None means what the machine has.

    keep_s: seconds between two states of a long run that are laid down.
    """

    limits: Limits
    threads: int
    memory: int | None = None
    keep_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: in a job's folder, or with a camera's frame."""

    kind: Literal["check", "paint", "read", "warm", "frame"]
    folder: str = ""
    look: "Look | None" = None
    frame: bytes = b""


@dataclass(slots=True)
class _Post:
    """The worker's end of the pipe. Only one message is written at a time; a stop reaches the task it was meant for."""

    pipe: Connection
    inbox: "queue.SimpleQueue[Task]" = field(default_factory=queue.SimpleQueue)
    context: Context | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, what: str, values: dict[str, Any]) -> None:
        with self.lock:
            self.pipe.send((what, values))

    def listen(self) -> None:
        """Sort what comes in, until there is nobody left to work for."""
        while True:
            try:
                message = self.pipe.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(message, Task):
                self.inbox.put(message)
            elif self.context is not None:
                self.context.stop()


def main(pipe: Connection, setup: Setup) -> None:
    """Work off tasks until the other end is gone."""
    _confine(setup)
    post = _Post(pipe)
    threading.Thread(target=post.listen, name="listen", daemon=True).start()
    ahead: Iterator[None] = iter(())
    while True:
        while post.inbox.empty() and next(ahead, _NOTHING) is not _NOTHING:
            pass
        task = post.inbox.get()
        post.send("done", _carry_out(task, setup, post))
        if task.kind == "read":
            ahead = _read_ahead()


_NOTHING = object()


def _read_ahead() -> Iterator[None]:
    """Import what methods estimate their needs with, one after another, while there is nothing else to do."""
    for method in registry.methods().values():
        if method.estimate is not None:
            load_target(method.estimate)
            yield


def _confine(setup: Setup) -> None:
    """Give the process its threads and its bounds; Ctrl-C in the server's terminal is the server's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = str(setup.threads)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold other people's pictures
    if setup.memory is not None and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (setup.memory, setup.memory))


def _carry_out(task: Task, setup: Setup, post: _Post) -> dict[str, Any]:
    """The answer to a task; never an exception."""
    try:
        if task.kind in ("read", "warm"):
            return _warm(setup, paints=task.kind == "warm")
        if task.kind == "frame" and task.look is not None:
            from .live import paint_frame

            return {"state": "painted", "jpeg": paint_frame(task.look, task.frame, setup)}
        folder = JobFolder(Path(task.folder))
        if task.kind == "check":
            return _check(folder, setup)
        return _paint(folder, setup, post)
    except Exception as error:
        return _refusal(error)
    finally:
        post.context = None


def _refusal(error: Exception) -> dict[str, Any]:
    """What went wrong in one line; where it was not foreseen, the details stay on this side."""
    if isinstance(error, Cancelled):
        return {"state": "cancelled"}
    if isinstance(error, ImpastoError):
        kind = "input" if isinstance(error, InputError) else "usage" if isinstance(error, UsageError) else "run"
        return {"state": "failed", "kind": kind, "error": str(error)}
    if isinstance(error, MemoryError):
        return {"state": "failed", "kind": "run", "error": "out of memory. Try a smaller size."}
    traceback.print_exc()
    return {"state": "failed", "kind": "internal", "error": "something went wrong on the server."}


def _warm(setup: Setup, paints: bool) -> dict[str, Any]:
    """Prepare, and paint, something small with the quick method, so that the first picture waits for no library."""
    import numpy as np

    from impasto.api import prepare

    method, preset = registry.choose(None, "fast"), registry.preset_for("fast", None)
    grey = np.random.default_rng(0).random((96, 128, 3), np.float32)
    job = prepare(grey, grey[::-1].copy(), method=method, preset=preset, run=RunOptions(threads=setup.threads))
    if paints:
        job.run()
    return {"state": "warm"}


def _check(folder: JobFolder, setup: Setup) -> dict[str, Any]:
    if _order(folder).film is not None:
        return _check_film(folder, setup)
    job = prepare_order(_order(folder), folder.path, setup.limits, setup.threads)
    height, width = job.shape
    seconds = job.estimate.seconds if job.estimate else None
    slow = job.method.taxonomy.reconstruction == "online" if seconds is None else seconds > QUICK_S
    return {
        "state": "checked", "width": width, "height": height, "headline": job.headline, "seconds": seconds,
        "lane": "long" if slow else "quick",
    }  # fmt: skip


def _check_film(folder: JobFolder, setup: Setup) -> dict[str, Any]:
    from .films import prepare_film

    job = prepare_film(_order(folder), folder.path, setup.limits, setup.threads)
    height, width = job.job.shape
    seconds = job.job.estimate.seconds if job.job.estimate else None
    return {
        "state": "checked", "width": width, "height": height, "headline": job.headline, "frames": len(job.span),
        "seconds": None if seconds is None else seconds * len(job.span), "lane": "long",
    }  # fmt: skip


def _order(folder: JobFolder) -> Order:
    order = folder.order
    if order is None:
        raise RunError("the job was deleted.")
    return order


def _paint(folder: JobFolder, setup: Setup, post: _Post) -> dict[str, Any]:
    """Make the picture, write it down, and last the outcome, once."""
    order = _order(folder)
    if order.film is not None:
        return _paint_film(order, folder, setup, post)
    job = prepare_order(order, folder.path, setup.limits, setup.threads)
    keeper = Keeper(partial(folder.write_arrays, _STATE), folder.read_arrays(_STATE), setup.keep_s)
    context = Context(job.run_options, listener=_Teller(folder, post), keeper=keeper)
    post.context = context
    if (folder / "cancel").exists():
        return {"state": "cancelled"}
    if not job.inputs.blank:
        folder.write("before.jpg", _jpeg(job.inputs.content, max(job.shape), 90))
    result = job.run(context)
    report = result.report
    if order.measure and not context.stopping:
        report = {**report, "metrics": _measure(job, result)}
    folder.write("thumb.jpg", _jpeg(result.picture, THUMB_PX, 85))
    folder.write("result", result.encode(order.format))
    folder.write_json("report.json", report)
    outcome = {"state": "cancelled" if result.interrupted else "done", "seconds": report["seconds"], "picture": True}
    folder.write_json("outcome.json", outcome)
    (folder / _STATE).unlink(missing_ok=True)
    return outcome


def _paint_film(order: Order, folder: JobFolder, setup: Setup, post: _Post) -> dict[str, Any]:
    """Paint a film, going on after the frames that an earlier life of the server finished."""
    from .films import prepare_film, some_frame

    job = prepare_film(order, folder.path, setup.limits, setup.threads)
    context = Context(job.job.run_options, listener=_Teller(folder, post))
    post.context = context
    if (folder / "cancel").exists():
        return {"state": "cancelled"}
    folder.write("before.jpg", _jpeg(job.job.inputs.content, max(job.job.shape), 90))
    report = job.run(context)
    report["inputs"]["content"]["name"] = order.of("clip")[0].name
    if report["interrupted"]:
        shutil.rmtree(job.folder, ignore_errors=True)
        outcome = {"state": "cancelled", "seconds": report["seconds"]}
    else:
        folder.write("thumb.jpg", _jpeg(some_frame(job.output), THUMB_PX, 85))
        job.output.replace(folder / "result")
        folder.write_json("report.json", report)
        outcome = {"state": "done", "seconds": report["seconds"], "picture": True}
    folder.write_json("outcome.json", outcome)
    return outcome


def _measure(job: "Job", result: "Stylized") -> dict[str, Any] | None:
    """How much of the style the picture took and how much of the photo it kept; None where either is missing."""
    from impasto.api.measure import measure

    if job.inputs.blank or not job.inputs.styles:
        return None
    heaviest = max(job.inputs.styles, key=lambda style: style.weight)
    try:
        return measure(job.inputs.content, heaviest.picture, [result.picture])[0].to_dict()
    except ImpastoError:
        return None


class _Teller:
    """Hears every step; tells of some, and now and then shows the picture."""

    def __init__(self, folder: JobFolder, post: _Post) -> None:
        self.folder, self.post = folder, post
        self.told = 0.0
        self.shown = monotonic() - SHOWN_EVERY_S / 2  # the first one soon, since people wait for it

    def __call__(self, progress: Progress) -> None:
        now = monotonic()
        shows = progress.preview is not None and now - self.shown >= SHOWN_EVERY_S
        if not shows and now - self.told < TOLD_EVERY_S and progress.step < progress.total:
            return
        if shows and progress.preview is not None:
            self.folder.write("preview.jpg", _jpeg(progress.preview(), PREVIEW_PX, 80))
            now = self.shown = monotonic()
        self.told = now
        values = {name: float(value) for name, value in progress.values.items()}
        told = {"step": progress.step, "total": progress.total, "message": progress.message, "values": values}
        self.post.send("progress", told)


def _jpeg(picture: Array, long_side: int, quality: int) -> bytes:
    """A picture to look at, no longer than so many pixels."""
    from impasto.image import encode, fit_size, resize

    shape = picture.shape[0], picture.shape[1]
    if max(shape) > long_side:
        picture = resize(picture, fit_size(shape, long_side))
    return encode(picture.clip(0, 1), "jpg", quality=quality)
