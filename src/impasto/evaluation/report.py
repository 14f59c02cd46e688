"""What a comparison says, for machines (a JSON-ready report) and for people (rounded numbers, the best of each)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from impasto.core import Array

from .evaluate import Evaluation
from .metrics import METRICS, Metric


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of a comparison, finished or failed.

    picture: (H, W, 3) in [0, 1], or None with the reason in `note`. seconds: what it took. evaluation: its metrics.
    """

    title: str
    picture: Array | None = None
    seconds: float | None = None
    evaluation: Evaluation | None = None
    note: str = ""


def comparison_report(content: Entry, styles: Sequence[Entry], results: Sequence[Entry]) -> dict[str, Any]:
    """A comparison as plain JSON values: pictures by title and size, seconds, unrounded metrics and what they mean."""
    return {
        "content": _describe(content),
        "styles": [_describe(style) for style in styles],
        "results": [_describe(result) for result in results],
        "best": {
            metric.key: [results[i].title for i in sorted(best)]
            for metric in METRICS
            if (best := best_of(metric, results))
        },
        "metrics": [
            {"key": metric.key, "title": metric.title, "better": metric.better, "help": metric.help}
            for metric in METRICS
        ],
    }


def _describe(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"title": entry.title}
    if entry.picture is not None:
        found["size"] = [entry.picture.shape[1], entry.picture.shape[0]]
    if entry.seconds is not None:
        found["seconds"] = entry.seconds
    if entry.evaluation is not None:
        found["metrics"] = entry.evaluation.to_dict()
    if entry.note:
        found["note"] = entry.note
    return found


def value_of(metric: Metric, evaluation: Evaluation | None) -> float | None:
    """The metric's value in an evaluation; None where there is none."""
    return None if evaluation is None else getattr(evaluation, metric.key)


def own_value_of(metric: Metric, evaluation: Evaluation) -> float | None:
    """What the photo itself scores, for scale, as known from any evaluation of a picture made from it."""
    if metric.key == "style_ratio":
        return None if evaluation.style_ratio is None else 1.0
    if metric.key == "laplacian_error":
        return None if evaluation.laplacian_error is None else 0.0
    return float(getattr(evaluation, f"{metric.key}_content", 1.0))


def shown(metric: Metric, value: float | None) -> str:
    """A value rounded for reading; a dash where there is none."""
    return "-" if value is None else f"{value:.{metric.decimals}f}"


def best_of(metric: Metric, entries: Sequence[Entry]) -> set[int]:
    """Positions of the entries with the best value as shown: all of a tie; none when there is nothing to choose from."""
    values = {
        i: float(shown(metric, v)) for i, e in enumerate(entries) if (v := value_of(metric, e.evaluation)) is not None
    }
    if len(values) < 2:
        return set()
    best = (min if metric.better == "lower" else max)(values.values())
    found = {i for i, value in values.items() if value == best}
    return found if len(found) < len(values) else set()


def duration(seconds: float | None) -> str:
    """Seconds as people say them.

    >>> duration(0.034), duration(8.44), duration(75), duration(None)
    ('0.03 s', '8.4 s', '1 min 15 s', '')
    """
    if seconds is None:
        return ""
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


_STAND_INS = str.maketrans(
    {"×": "x", "–": "-", "—": "-", "→": ">", "−": "-", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "ł": "l"}
)


def plain(text: str) -> str:
    """Text in the few characters that Pillow's own font can draw: accents fall off, the unknown becomes '?'.

    >>> plain("Café – 512 × 341")
    'Cafe - 512 x 341'
    """
    letters = unicodedata.normalize("NFKD", " ".join(text.split()).translate(_STAND_INS))
    return "".join(c if " " <= c <= "~" or c in "·…" else "?" for c in letters if not unicodedata.combining(c))
