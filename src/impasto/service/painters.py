"""Those who paint: one worker that looks at what comes in, one for quick jobs, others for long ones, one for cameras."""

import threading
from time import monotonic
from typing import Any

from impasto.core import InputError, RunError, UsageError, machine

from .crew import Worker
from .folders import JobFolder
from .live import Mirror
from .options import ServiceOptions
from .status import Live
from .worker import Setup, Task

CHECK_SECONDS = 30.0
"""How long looking at an order may take."""


class Painters:
    """The workers of a server, each a process that starts when it is first needed."""

    def __init__(self, options: ServiceOptions) -> None:
        """options: how many there are, with how many threads, and what a job may hold."""
        threads = options.threads or max(1, machine.threads() // options.workers)
        limits = options.limits()
        # Four copies of all of a job's pixels in float32, and a gigabyte for the libraries.
        most = 2**30 + 2 * limits.pixels * 12 * 4
        self.inspector = Worker("impasto-inspector", Setup(limits, 1, most))
        self.quick = Worker("impasto-quick", Setup(limits, threads, keep_s=options.checkpoint_seconds))
        self.long = [
            Worker(f"impasto-long-{n}", Setup(limits, threads, keep_s=options.checkpoint_seconds))
            for n in range(options.workers)
        ]
        self.mirror = Mirror(Setup(limits, threads))
        self._free = list(self.long)
        self._vacant = threading.Semaphore(len(self.long))
        self._gate = threading.Lock()

    def warm_up(self) -> None:
        """Have the workers load what the first job needs, unless they are at one already."""
        for worker, task in ((self.inspector, Task("read")), (self.quick, Task("warm"))):
            threading.Thread(target=worker.call, args=(task,), name="warm", daemon=True).start()

    def close(self) -> None:
        """End them all, whatever they do."""
        for worker in (self.inspector, self.quick, *self.long, self.mirror):
            worker.close()

    def inspect(self, folder: JobFolder) -> dict[str, Any]:
        """Have an order decoded and checked: its size, seconds and lane. Raises ImpastoError for one that cannot be painted."""
        found = self.inspector.call(Task("check", str(folder.path)), seconds=CHECK_SECONDS)
        if found["state"] == "checked":
            folder.write_json("checked.json", found)
            return found
        if found["state"] == "died" or found.get("late"):
            raise InputError("the pictures could not be read within the limits on memory and time.")
        error = {"input": InputError, "usage": UsageError}.get(found.get("kind", ""), RunError)
        raise error(found.get("error", "the order could not be checked."))

    def paint(self, folder: JobFolder, live: Live, seconds: float) -> dict[str, Any]:
        """Have a job painted within so many seconds; how that ended. live: is kept up to date while it runs."""
        worker = self._take(live.lane)
        try:
            live.worker, live.started = worker, monotonic()
            if (folder / "cancel").exists():
                return {"state": "cancelled"}

            def listen(values: dict[str, Any]) -> None:
                live.first_step = live.first_step or monotonic()
                live.progress = values

            outcome = worker.call(Task("paint", str(folder.path)), listen, seconds)
        finally:
            live.worker = None
            self._give(live.lane, worker)
        if outcome["state"] == "died":
            return {"state": "failed", "error": "the worker died; perhaps the machine ran out of memory."}
        if outcome.get("late"):
            return _late(folder, outcome, seconds)
        if outcome["state"] == "cancelled" and not outcome.get("picture"):
            return outcome | {"picture": _keep_preview(folder)}
        return outcome

    def _take(self, lane: str) -> Worker:
        if lane == "quick":
            return self.quick
        self._vacant.acquire()
        with self._gate:
            return self._free.pop()

    def _give(self, lane: str, worker: Worker) -> None:
        if lane != "quick":
            with self._gate:
                self._free.append(worker)
            self._vacant.release()


def _late(folder: JobFolder, outcome: dict[str, Any], seconds: float) -> dict[str, Any]:
    """A job that reached the time limit: done, where it left a picture."""
    if outcome.get("picture"):
        outcome = {"state": "done", "seconds": outcome.get("seconds"), "picture": True}
        folder.write_json("outcome.json", outcome)
        return outcome
    return {"state": "failed", "error": f"it took longer than {seconds:g} seconds."}


def _keep_preview(folder: JobFolder) -> bool:
    """Make the last preview the picture of a job that had no time to hand over its own; a film is whole or not there."""
    preview, order = folder / "preview.jpg", folder.order
    if order is None or order.film is not None or not preview.exists():
        return False
    data = preview.read_bytes()
    for name in ("result", "thumb.jpg"):
        folder.write(name, data)
    return True
