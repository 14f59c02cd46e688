"""The desk: takes orders in, says how they stand, hands pictures out, and clears away what is old.

Everything here may be called from any thread; nothing here paints.
"""

import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from impasto.core import ImpastoError, RunError, UsageError

from .folders import ID, JobFolder, new_id, tidy
from .options import ServiceOptions
from .orders import Order
from .painters import CHECK_SECONDS, Painters
from .status import ENDED, Live, Status, given_up, outlook
from .tally import Tally
from .uploads import Uploads

if TYPE_CHECKING:
    from .ledger import Ledger

SWEEP_S = 60.0
WARM_AFTER_S = 5.0
"""The first page has the processor to itself for so long, or until it says that it is there."""
_log = logging.getLogger("impasto.service")


class Busy(ImpastoError):
    """The queue is full. `seconds`: when it makes sense to ask again."""

    def __init__(self, message: str, seconds: int) -> None:
        """message: for people; seconds: for programs."""
        super().__init__(message)
        self.seconds = seconds


class Interrupted(BaseException):
    """The server stops. Not an Exception, so that DBOS records nothing and begins the job again next time."""


class NoRoom(ImpastoError):
    """The disk space that jobs may take is used up by jobs that have not finished."""


class Desk:
    """One folder of jobs with everything that works on it."""

    def __init__(self, options: ServiceOptions, *, warm: bool = True) -> None:
        """Nothing happens before `open`. warm: start the workers with it, so that the first job waits for nothing."""
        self._warm, self._warming, self._open = warm, False, False
        self.options = options
        self.home = options.home
        self.tally = Tally()
        self.live: dict[str, Live] = {}
        self.chores: list[Callable[[], None]] = []
        self._gate = threading.Lock()
        self._coming = 0
        self._closing = threading.Event()
        self.failure: ImpastoError | None = None
        self._ledger: Ledger | None = None
        self._opening = threading.Lock()
        self.painters = Painters(options)
        self.uploads = Uploads(self.home / "uploads", int(options.max_disk_gb * 1e9 / 4))

    def open(self, soon: bool = False) -> None:
        """Take the folder and go on with what a killed server left. Raises RunError; once open, does nothing.

        soon: the list of jobs, whose library takes a while to load, is opened when it is first needed, or a moment
        after `warm_up_soon`; where that fails, `failure` says why.
        """
        if self._open:
            return
        self._jobs.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        self._lock = FileLock(self.home / "lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise RunError(f"{self.home}: another server works in this folder; give this one its own.") from None
        if not soon:
            try:
                _ = self.ledger
            except ImpastoError:
                self._lock.release()
                raise
        threading.Thread(target=self._sweep_often, name="sweep", daemon=True).start()
        self._open = True

    @property
    def ledger(self) -> "Ledger":
        """The list of jobs, opened when it is first needed. Raises RunError where it cannot be."""
        with self._opening:
            if self._ledger is None:
                from .ledger import Ledger

                if self._closing.is_set():
                    raise RunError("the server stops.")
                ledger = Ledger(self._stored("name", 8), self.options.database, self.home)
                ledger.open(self._carry_out, {"quick": 1, "long": self.options.workers})
                self._recall(ledger)
                self._ledger = ledger
            return self._ledger

    def warm_up_soon(self) -> None:
        """Get everything that the first job needs ready in a moment, so that it waits for no library."""
        timer = threading.Timer(WARM_AFTER_S, self.warm_up)
        timer.daemon = True
        timer.start()

    def warm_up(self) -> None:
        """The same now, without waiting for it; once is enough."""
        with self._gate:
            begun, self._warming = self._warming, True
        if not begun:
            threading.Thread(target=self._warm_up, name="warm", daemon=True).start()

    def _warm_up(self) -> None:
        if self._closing.is_set():
            return
        if self._warm:
            self.painters.warm_up()
        try:
            _ = self.ledger
        except ImpastoError as error:
            self.failure = error

    @property
    def _jobs(self) -> Path:
        return self.home / "jobs"

    def _stored(self, name: str, length: int) -> str:
        """A random word that stays the same for this folder."""
        path = self.home / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(length))
        return path.read_text().strip()

    def word(self, purpose: str) -> str:
        """A secret of this folder for one purpose, in hexadecimal digits; the same for every server that works here."""
        self.home.mkdir(parents=True, exist_ok=True)
        return hmac.new(self._stored("secret", 32).encode(), purpose.encode(), hashlib.sha256).hexdigest()

    def _recall(self, ledger: "Ledger") -> None:
        """Know again what waits, and drop folders whose senders never got an id."""
        known = ledger.unfinished()
        with self._gate:
            for entry in known:
                if entry.id not in self.live:
                    self.live[entry.id] = Live(entry.lane)
        for folder in self._folders():
            if folder.outcome is None and folder.path.name not in self.live:
                folder.delete()

    def close(self) -> None:
        """Let go of everything; jobs that run are begun again next time."""
        if not self._open:
            return
        self._open = False
        self._closing.set()
        self.painters.close()
        with self._opening:
            if self._ledger is not None:
                self._ledger.close()
        self._lock.release()

    def folder(self, job_id: str) -> JobFolder:
        """The folder of a job; ids that are none are refused before they touch a path."""
        if not ID.fullmatch(job_id):
            raise KeyError(job_id)
        return JobFolder(self._jobs / job_id)

    def _folders(self) -> list[JobFolder]:
        return [JobFolder(path) for path in self._jobs.iterdir() if ID.fullmatch(path.name)]

    # Orders ---------------------------------------------------------------------------------------------------------

    def submit(self, order: Order, pictures: Mapping[str, bytes], job_id: str | None = None) -> str:
        """Check an order and put it into the queue; returns its id once it is sure to be painted.

        Raises Busy where too many wait, NoRoom where the disk is full, UsageError or InputError for what can be
        painted neither now nor later.
        """
        job_id = job_id or new_id()
        ledger = self.ledger  # opened before there is a folder that it would not know of
        with self._gate:
            waiting = len(self.live) + self._coming
            if waiting >= self.options.queue_limit:
                self.tally.refused()
                raise Busy(f"{waiting} jobs are waiting already.", self._patience())
            self._coming += 1
        try:
            self._make_room(sum(map(len, pictures.values())))
            folder = self.folder(job_id)
            try:
                folder.create(order, dict(pictures))
            except FileExistsError:
                return self._same_again(job_id)
            self._put_in(job_id, folder, ledger)
        finally:
            with self._gate:
                self._coming -= 1
        self.tally.submitted(order.method)
        return job_id

    def _put_in(self, job_id: str, folder: JobFolder, ledger: "Ledger") -> None:
        """Have an order checked and put it into the list; where either fails, nothing of it stays."""
        try:
            found = self.painters.inspect(folder)
            with self._gate:
                self.live[job_id] = Live(found["lane"], found["seconds"], found["headline"])
            ledger.add(job_id, found["lane"])
        except BaseException:
            with self._gate:
                self.live.pop(job_id, None)
            folder.delete()
            raise

    def _same_again(self, job_id: str) -> str:
        """The id of a request that came before, perhaps a moment before: its answer is waited for."""
        deadline = monotonic() + CHECK_SECONDS
        while self.ledger.entry(job_id) is None:
            if not self.folder(job_id).path.exists() or monotonic() > deadline:
                raise UsageError("Idempotency-Key: the same request came before and was refused.")
            self._closing.wait(0.05)
        return job_id

    def _patience(self) -> int:
        """Seconds after which a client may ask again: when about a tenth of the queue should be done."""
        times = [live.seconds or 5.0 for live in self.live.values()]
        return int(min(600, max(1, sum(times) / (1 + self.options.workers) / 10)))

    # Painting -------------------------------------------------------------------------------------------------------

    def _carry_out(self, job_id: str) -> dict[str, Any]:
        """Paint a job and say how it ended. Called by the ledger, in a thread of its own."""
        folder = self.folder(job_id)
        with self._gate:
            live = self.live.setdefault(job_id, Live("quick"))
        # There already, where the server was killed before the ledger heard of it.
        outcome: dict[str, Any] | None = folder.outcome
        if outcome is None and folder.order is None:
            outcome = {"state": "failed", "error": "the job's files are gone."}
        if outcome is None:
            outcome = self.painters.paint(folder, live, self.options.max_seconds)
            if self._closing.is_set() and outcome["state"] != "done":
                raise Interrupted  # no end that the ledger should write down: the next server paints it
            if folder.outcome is None and folder.path.exists():
                folder.write_json("outcome.json", outcome)
        with self._gate:
            self.live.pop(job_id, None)
        order = folder.order
        self.tally.ended(order.method if order else "", outcome["state"], outcome.get("seconds"))
        return {key: outcome[key] for key in ("state", "error", "seconds", "picture") if key in outcome}

    # Questions ------------------------------------------------------------------------------------------------------

    def status(self, job_id: str) -> Status:
        """How a job stands. Raises KeyError for an id that is not, or no longer, known."""
        folder = self.folder(job_id)
        order = folder.order
        entry = self.ledger.entry(job_id) if order is not None else None
        if order is None or entry is None:
            raise KeyError(job_id)
        live = self.live.get(job_id)
        outcome = entry.outcome or (folder.outcome if entry.state in ENDED else None) or {}
        checked = folder.read_json("checked.json") or {}
        ended = entry.state in ENDED
        state = "running" if live is not None and live.worker is not None and not ended else entry.state
        if state == "running" and live is not None and live.worker is None:
            state = "queued"  # taken from the list, and waiting for a free worker
        fraction, eta = outlook(live, checked.get("seconds")) if state == "running" else (None, None)
        return Status(
            id=job_id,
            state=state,
            method=order.method,
            headline=checked.get("headline", order.method),
            created=entry.created,
            finished=entry.finished if ended else None,
            position=self._position(job_id) if state == "queued" else None,
            progress=(live.progress or None) if live is not None and state == "running" else None,
            fraction=1.0 if state == "done" else fraction,
            eta_seconds=eta,
            seconds=outcome.get("seconds"),
            error=outcome.get("error") or given_up(entry),
            has_preview=not ended and (folder / "preview.jpg").exists(),
            has_picture=ended and (folder / "result").exists(),
        )

    def counts(self) -> tuple[int, int]:
        """Jobs that wait, and jobs being painted."""
        with self._gate:
            running = sum(live.worker is not None for live in self.live.values())
            return len(self.live) - running, running

    def _position(self, job_id: str) -> int:
        with self._gate:
            mine = self.live.get(job_id)
            ahead = 0
            for other, live in self.live.items():
                if other == job_id:
                    break
                ahead += mine is not None and live.lane == mine.lane
            return ahead

    def cancel(self, job_id: str) -> Status:
        """Ask for a job to end: one that waits at once, one that runs within a second or so, with what it has."""
        status = self.status(job_id)
        if not status.ended:
            with suppress(FileNotFoundError):
                (self.folder(job_id) / "cancel").touch()
            live = self.live.get(job_id)
            worker = live.worker if live is not None else None
            if worker is not None:
                worker.stop(str(self.folder(job_id).path))
            elif status.state == "queued":
                self.ledger.cancel(job_id)
                with self._gate:
                    self.live.pop(job_id, None)
                folder = self.folder(job_id)
                if folder.outcome is None:
                    folder.write_json("outcome.json", {"state": "cancelled"})
        return self.status(job_id)

    def delete(self, job_id: str) -> None:
        """Forget a job and everything of it; one that runs is stopped."""
        if not self.cancel(job_id).ended:
            deadline = monotonic() + 5
            while not self.status(job_id).ended and monotonic() < deadline:
                self._closing.wait(0.05)
        self.folder(job_id).delete()
        self.ledger.forget([job_id])

    # Order in the house ---------------------------------------------------------------------------------------------

    def _sweep_often(self) -> None:
        while not self._closing.wait(SWEEP_S):
            try:
                self.sweep()
            except Exception:  # a sweep that failed is tried again
                _log.exception("sweep")

    def sweep(self) -> None:
        """Delete finished jobs that are too old, and the oldest ones where all together take too much disk."""
        self._clear(0, time() - self.options.keep_hours * 3600)
        self.uploads.sweep(self.options.keep_hours)
        self.painters.mirror.rest()
        for chore in self.chores:
            chore()

    def _make_room(self, wanted: int) -> None:
        if self._clear(wanted, 0.0) + wanted > self.options.max_disk_gb * 1e9:
            raise NoRoom("the server's disk space is taken by jobs that have not finished.")

    def _clear(self, wanted: int, before: float) -> int:
        """Delete what ended before then, and more, oldest first, until so many bytes fit; returns bytes still taken."""
        gone, total = tidy(self._folders(), wanted, before, self.options.max_disk_gb * 1e9)
        if gone:
            self.ledger.forget(gone)
        self.tally.disk(total)
        return total
