"""One deed told twice: Gradio reports a choice when it is made and once more when it has arrived, or when a field is left."""

from collections import OrderedDict
from time import monotonic
from typing import Any

MOST_PLACES = 1000
ECHO_S = 1.5
"""So long after a deed the same is an echo of it: both are sent at once, and taken up one after the other."""


class Echoes:
    """Remembers what was told last, by place (a tab, and what was done there); the oldest places are forgotten."""

    def __init__(self) -> None:
        """Nothing has been told yet."""
        self._last: OrderedDict[str, tuple[Any, float]] = OrderedDict()

    def is_echo(self, place: str, what: Any, seconds: float = ECHO_S) -> bool:
        """Whether the same was told there no longer ago than that, with nothing else in between; remembers it."""
        before = self._last.pop(place, None)
        self._last[place] = (what, monotonic())
        if len(self._last) > MOST_PLACES:
            self._last.popitem(last=False)
        return before is not None and before[0] == what and monotonic() - before[1] <= seconds

    def forget(self, place: str) -> None:
        """Take the next for new, whatever it is."""
        self._last.pop(place, None)
