"""What a long run lays down now and then, so that it goes on from there after its process was killed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


@dataclass
class Keeper:
    """Where the state of a run is kept. Who gives a context none has runs that keep nothing, and cost nothing.

    write: puts arrays where they outlive the process, all of them or none. stored: those an earlier process left, empty at
    a beginning. every_s: seconds between two writings; more where writing itself takes long.
    """

    write: Callable[[Arrays], None]
    stored: Arrays = field(default_factory=dict[str, NDArray[Any]])
    every_s: float = 20.0
    book: Any = None
    """What the loop that uses it keeps about the run."""
    _last: float = field(default_factory=monotonic)
    _cost: float = 0.0

    _SHARE = 20  # writing may take a twentieth of the time

    def due(self) -> bool:
        """Whether it is time to lay something down."""
        return monotonic() - self._last >= max(self.every_s, self._SHARE * self._cost)

    def keep(self, arrays: Arrays) -> None:
        """Lay down the state, in place of the one before."""
        start = monotonic()
        self.write(arrays)
        self._last = monotonic()
        self._cost = self._last - start
