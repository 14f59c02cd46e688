"""The server's end of a worker: starts the process, gives it one task at a time, stops or ends it when that is due."""

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from .worker import Setup, Task, main

Listener = Callable[[dict[str, Any]], None]

GRACE_S = 1.0
"""How long a stopped worker may take to hand over the best picture so far, before it is ended without it."""
TIMEOUT_GRACE_S = 30.0
"""The same where nobody waits: a job that reached its time limit."""
_TICK_S = 0.05


class Worker:
    """One process, started when it is first needed and again when it died. Calls wait for one another."""

    def __init__(self, name: str, setup: Setup) -> None:
        """name: what the process is called in listings."""
        self.name, self.setup = name, setup
        self._process: Any = None
        self._pipe: Connection | None = None
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._current: str | None = None
        self._naming = threading.Lock()
        self._closed = False
        self.restarts = 0

    def stop(self, folder: str) -> None:
        """Ask for the task in that folder to end early, if it is the one that runs."""
        with self._naming:
            if self._current == folder:
                self._stop.set()

    def call(self, task: Task, listen: Listener | None = None, seconds: float | None = None) -> dict[str, Any]:
        """The worker's answer. Stopped or out of time, it has a moment to hand over what it has, then it is ended."""
        with self._turn:
            with self._naming:
                self._stop.clear()
                self._current = task.folder
            try:
                pipe = self._start()
                pipe.send(task)
                return self._await(pipe, listen, seconds)
            except (EOFError, OSError):
                self._end()
                return {"state": "died"}
            finally:
                with self._naming:
                    self._current = None

    def _await(self, pipe: Connection, listen: Listener | None, seconds: float | None) -> dict[str, Any]:
        limit = monotonic() + seconds if seconds is not None else float("inf")
        last: float | None = None
        late = False
        while True:
            if pipe.poll(_TICK_S):
                kind, values = pipe.recv()
                if kind == "done":
                    return {**values, "late": True} if late else values
                if listen is not None:
                    listen(values)
            now = monotonic()
            if last is None and (self._stop.is_set() or now > limit):
                late = not self._stop.is_set()
                last = now + (TIMEOUT_GRACE_S if late else GRACE_S)
                pipe.send("stop")
            elif late and self._stop.is_set():
                late, last = False, now + GRACE_S
            elif last is not None and now > last:
                self._end()
                return {"state": "failed", "late": True} if late else {"state": "cancelled"}

    def _start(self) -> Connection:
        """The pipe to a living process."""
        if self._closed:
            raise EOFError
        if self._process is not None and self._process.is_alive() and self._pipe is not None:
            return self._pipe
        self._end()
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        self._process = spawn.Process(target=main, args=(theirs, self.setup), name=self.name, daemon=True)
        self._process.start()
        theirs.close()
        self._pipe = ours
        self.restarts += 1
        return ours

    def _end(self) -> None:
        if self._pipe is not None:
            with suppress(OSError):
                self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join(5)
        self._process = self._pipe = None

    def rest(self) -> None:
        """End the process if it is idle; the next call starts it again."""
        if self._turn.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._turn.release()

    def close(self) -> None:
        """End the process, whatever it does."""
        self._closed = True
        process = self._process
        if process is not None and process.pid is not None:
            process.kill()
        with self._turn:
            self._end()
