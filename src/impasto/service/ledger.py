"""The list of jobs, kept in a database so that it outlives the server: a job is a DBOS workflow with one step.

What was queued stays queued; what was being painted when the server was killed is taken up again, by a worker that finds
its state in the job's folder. A step that finished is never run again.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbos import DBOS, SetWorkflowID
from dbos import DBOSConfig as Config

from impasto.core import RunError

Painter = Callable[[str], dict[str, Any]]

LANES = ("quick", "long")
MOST_ATTEMPTS = 5
"""Lives a job may cost: one that ends the server so often is given up."""
_POLL_S = 0.05
_painter: Painter | None = None  # DBOS finds workflows by their name, so there is one painter in a process


@DBOS.step(name="impasto.paint")
def _step(job_id: str) -> dict[str, Any]:
    assert _painter is not None
    return _painter(job_id)


@DBOS.workflow(name="impasto.job", max_recovery_attempts=MOST_ATTEMPTS)
def _job(job_id: str) -> dict[str, Any]:
    return _step(job_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """How a job stands in the list. state: queued, running, done, failed or cancelled. Times are seconds since 1970."""

    id: str
    state: str
    lane: str
    created: float
    finished: float | None = None
    outcome: dict[str, Any] | None = None


class Ledger:
    """Opens the database and works off its queues; one of them in a process, one process for a folder."""

    def __init__(self, name: str, database: str | None, folder: Path) -> None:
        """name: of this server, which owns its jobs for good. database: PostgreSQL's address; None: SQLite in the folder."""
        self.name = name
        self.url = database or f"sqlite:///{folder / 'jobs.sqlite'}"
        self.painter: Painter | None = None

    def open(self, painter: Painter, width: dict[str, int]) -> None:
        """Start working. painter: makes the picture of an id and says how that ended. width: jobs at a time, by lane."""
        global _painter
        _painter = painter
        # DBOS would look for a telemetry endpoint and an account of its own; there is neither.
        os.environ.pop("DBOS_CONDUCTOR_KEY", None)
        config: Config = {
            "name": "impasto",
            "system_database_url": self.url,
            "application_version": "1",  # a newer impasto goes on with the jobs of an older one
            "executor_id": self.name,
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "sys_db_pool_size": 8,
            "notification_listener_polling_interval_sec": 5.0,
        }
        try:
            DBOS(config=config)
            DBOS.listen_queues([self._queue(lane) for lane in LANES])
            DBOS.launch()
            for lane in LANES:
                DBOS.register_queue(
                    self._queue(lane),
                    worker_concurrency=width[lane],
                    polling_interval_sec=_POLL_S,
                    on_conflict="always_update",
                )
        except Exception as error:
            DBOS.destroy()
            reason = " ".join(str(error).split())[:200]
            raise RunError(f"the list of jobs cannot be opened: {reason}") from error

    def _queue(self, lane: str) -> str:
        return f"impasto-{lane}-{self.name}"

    def close(self) -> None:
        """Stop working; what has not finished is gone on with next time."""
        DBOS.destroy()

    def add(self, job_id: str, lane: str) -> None:
        """Put a job into the list, for good. The same id again changes nothing."""
        with SetWorkflowID(job_id):
            DBOS.enqueue_workflow(self._queue(lane), _job, job_id)

    def entry(self, job_id: str) -> Entry | None:
        """How a job stands, or None where there is none of that id."""
        status = DBOS.get_workflow_status(job_id)
        return None if status is None else _entry(status)

    def unfinished(self) -> list[Entry]:
        """Jobs that wait or run, oldest first."""
        found = DBOS.list_workflows(
            status=["ENQUEUED", "PENDING", "DELAYED"],
            queue_name=[self._queue(lane) for lane in LANES],
            load_input=False,
            load_output=False,
        )
        return sorted((_entry(status) for status in found), key=lambda entry: entry.created)

    def cancel(self, job_id: str) -> None:
        """Take a job that waits out of its queue."""
        DBOS.cancel_workflow(job_id)

    def forget(self, job_ids: Sequence[str]) -> None:
        """Drop finished jobs from the list."""
        if job_ids:
            DBOS.delete_workflows(list(job_ids))


_STATES = {"DELAYED": "queued", "ENQUEUED": "queued", "PENDING": "running", "CANCELLED": "cancelled"}


def _entry(status: Any) -> Entry:
    outcome = status.output if isinstance(status.output, dict) else None
    state = _STATES.get(status.status)
    if state is None:
        state = str(outcome["state"]) if outcome else "failed"
    ended = status.completed_at or (status.updated_at if state not in ("queued", "running") else None)
    lane = next((lane for lane in LANES if f"-{lane}-" in (status.queue_name or "")), LANES[0])
    return Entry(
        status.workflow_id,
        state,
        lane,
        (status.created_at or 0) / 1000,
        None if ended is None else ended / 1000,
        outcome,
    )
