"""How a job stands: what is known of it while it runs, and what people and programs are told."""

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from .crew import Worker

if TYPE_CHECKING:
    from .ledger import Entry

ENDED = ("done", "failed", "cancelled")


@dataclass(slots=True)
class Live:
    """What is known of a job only while it waits or runs. seconds: how long it should take."""

    lane: str
    seconds: float | None = None
    headline: str = ""
    started: float | None = None
    first_step: float | None = None
    progress: dict[str, Any] = field(default_factory=dict[str, Any])
    worker: Worker | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """How a job stands. eta_seconds: until it is done; None where nobody can tell yet. position: jobs before it."""

    id: str
    state: str
    method: str
    headline: str
    created: float
    finished: float | None
    position: int | None
    progress: dict[str, Any] | None
    fraction: float | None
    eta_seconds: float | None
    seconds: float | None
    error: str | None
    has_preview: bool
    has_picture: bool

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED


def outlook(live: Live | None, expected: float | None) -> tuple[float | None, float | None]:
    """How far a running job is and how long it will still take, from its steps; from the estimate before there are any."""
    if live is None or live.started is None:
        return None, None
    now = monotonic()
    step, total = live.progress.get("step", 0), live.progress.get("total", 0)
    if total and step:
        begun = live.first_step or live.started
        rate = (now - begun) / max(1, step - 1) if step > 1 else None
        return step / total, None if rate is None else rate * (total - step)
    return None, None if expected is None else max(0.0, expected - (now - live.started))


def given_up(entry: "Entry") -> str | None:
    """What there is to say of a job that ended the server again and again."""
    if entry.state == "failed" and entry.outcome is None:
        return "something went wrong on the server, more than once; the job was given up."
    return None
