"""How a run is carried out: seed, device, precision, threads, and the one channel for progress."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from .inputs import Array
from .keeper import Keeper
from .options import UI, BaseOptions


class RunOptions(BaseOptions):
    """Settings every run shares, whatever the method."""

    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    """Same seed, same machine, same picture."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where the network runs; auto takes a GPU when there is one."""
    engine: Literal["auto", "torch", "openvino", "onnx"] = "auto"
    """What runs a network that paints in one pass; auto takes the fastest that is installed. Optimisation is torch's."""
    precision: Literal["auto", "float32", "bfloat16", "int8"] = "auto"
    """Arithmetic of the network; auto takes bfloat16 where the processor has it, and int8 for networks prepared for it. Pictures and losses stay float32."""
    threads: Annotated[int | None, Field(ge=1, le=1024), UI(advanced=True)] = None
    """CPU threads; empty means all the cores this process may use."""
    max_memory: Annotated[float | None, Field(gt=0, le=1e6), UI(advanced=True)] = None
    """Gigabytes of memory that the run may take; empty means what the machine has free. Large pictures are looked at in tiles to keep below it."""
    preview_every: Annotated[int, Field(ge=0), UI(advanced=True)] = 0
    """Write a preview beside the output every so many steps; 0 writes none."""

    def memory_limit(self, available: int) -> int:
        """Bytes the run may take where so many are free."""
        return available if self.max_memory is None else min(available, int(self.max_memory * 1e9))


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a run. `preview()` makes the current picture on demand; nothing is computed unless it is called."""

    step: int
    total: int
    values: Mapping[str, float]
    message: str = ""
    preview: Callable[[], Array] | None = None


def _silent(progress: Progress) -> None:
    """Progress nobody listens to."""


@dataclass
class Context:
    """Handed to every method. `report` tells listeners where the run stands; `stopping` tells the method to finish early.

    keeper: lets a long run go on after its process was killed; None where nobody wants that.
    """

    run: RunOptions = field(default_factory=RunOptions)
    listener: Callable[[Progress], None] = _silent
    warnings: list[str] = field(default_factory=list[str])
    notes: dict[str, Any] = field(default_factory=dict[str, Any])
    keeper: Keeper | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def report(
        self, step: int, total: int, preview: Callable[[], Array] | None = None, message: str = "", **values: float
    ) -> None:
        """Tell listeners that `step` of `total` is done, with loss values by name."""
        self.listener(Progress(step, total, values, message, preview))

    def warn(self, message: str) -> None:
        """Record something the person should know; it ends up in the result's report, once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def stop(self) -> None:
        """Ask the method to finish with the best picture it has. Safe from any thread or signal handler."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether someone asked to stop."""
        return self._stop.is_set()
