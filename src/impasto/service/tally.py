"""What the server counts, in the words of Prometheus."""

import threading
from collections import Counter
from collections.abc import Iterator

_BOUNDS_S = (0.1, 0.5, 1, 2, 5, 15, 60, 300, 1800)


class Tally:
    """Counts since the server's start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._submitted: Counter[str] = Counter()
        self._ended: Counter[tuple[str, str]] = Counter()
        self._seconds: dict[str, list[float]] = {}
        self._refused = 0
        self._disk = 0

    def submitted(self, method: str) -> None:
        """A job came in."""
        with self._lock:
            self._submitted[method] += 1

    def refused(self) -> None:
        """A job was sent away since too many waited."""
        with self._lock:
            self._refused += 1

    def ended(self, method: str, state: str, seconds: float | None) -> None:
        """A job is done, failed or cancelled; seconds of painting, where it was painted."""
        with self._lock:
            self._ended[method, state] += 1
            if seconds is not None:
                row = self._seconds.setdefault(method, [0.0] * (len(_BOUNDS_S) + 2))
                for place, bound in enumerate(_BOUNDS_S):
                    row[place] += seconds <= bound
                row[-2] += 1
                row[-1] += seconds

    def disk(self, count: int) -> None:
        """Bytes that jobs take."""
        self._disk = count

    def text(self, waiting: int, running: int) -> str:
        """All of it in Prometheus' text format, version 0.0.4."""
        with self._lock:
            return "\n".join(self._lines(waiting, running)) + "\n"

    def _lines(self, waiting: int, running: int) -> Iterator[str]:
        yield from _head("impasto_jobs_submitted_total", "counter", "Jobs taken in.")
        yield from (f'impasto_jobs_submitted_total{{method="{m}"}} {n}' for m, n in sorted(self._submitted.items()))
        yield from _head("impasto_jobs_ended_total", "counter", "Jobs that ended, by how.")
        for (method, state), count in sorted(self._ended.items()):
            yield f'impasto_jobs_ended_total{{method="{method}",state="{state}"}} {count}'
        yield from _head("impasto_jobs_refused_total", "counter", "Jobs sent away with 429.")
        yield f"impasto_jobs_refused_total {self._refused}"
        yield from _head("impasto_jobs_waiting", "gauge", "Jobs in the queue.")
        yield f"impasto_jobs_waiting {waiting}"
        yield from _head("impasto_jobs_running", "gauge", "Jobs being painted.")
        yield f"impasto_jobs_running {running}"
        yield from _head("impasto_disk_bytes", "gauge", "Bytes that jobs take on disk, at the last sweep.")
        yield f"impasto_disk_bytes {self._disk}"
        yield from _head("impasto_job_seconds", "histogram", "Seconds of painting.")
        for method, row in sorted(self._seconds.items()):
            for bound, count in zip((*_BOUNDS_S, "+Inf"), row[:-1], strict=True):
                yield f'impasto_job_seconds_bucket{{method="{method}",le="{bound}"}} {count:g}'
            yield f'impasto_job_seconds_sum{{method="{method}"}} {row[-1]:g}'
            yield f'impasto_job_seconds_count{{method="{method}"}} {row[-2]:g}'


def _head(name: str, kind: str, help_text: str) -> Iterator[str]:
    yield f"# HELP {name} {help_text}"
    yield f"# TYPE {name} {kind}"
