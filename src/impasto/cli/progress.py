"""What a person sees while a picture grows: a bar in a terminal, a line now and then in a log, a preview file."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from time import monotonic
from typing import Any

import click

from impasto.api.wording import time_text
from impasto.core import ImpastoError, Progress

LOG_INTERVAL_S = 10.0
"""Least time between two plain lines."""


def say(message: str, quiet: bool = False) -> None:
    """Tell the person something, on stderr; stdout belongs to results."""
    if not quiet:
        click.echo(message, err=True)


class Listener(AbstractContextManager["Listener"]):
    """Hears every step: keeps the bar or the log going and writes previews."""

    def __init__(self, title: str, *, quiet: bool = False, preview: Path | None = None, preview_every: int = 0) -> None:
        """preview: the file to refresh every `preview_every` steps; 0 writes none."""
        self.title = title
        self.preview = preview
        self.preview_every = preview_every
        self.bar: Any = None
        self._told = False
        self._shows_bar = not quiet and sys.stderr.isatty()
        self._logs = not quiet and not self._shows_bar
        self._started = self._logged = monotonic()

    def __enter__(self) -> "Listener":
        """Put up the bar, in a terminal."""
        if self._shows_bar:
            self.bar = _bar()
            self._task = self.bar.add_task(self.title, total=None, loss="")
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar down, whatever happened."""
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, progress: Progress) -> None:
        """One step is done."""
        loss = _loss(progress)
        if self.bar is not None:
            shown = progress.message or loss
            self.bar.update(self._task, completed=progress.step, total=progress.total, loss=shown)
        elif self._logs and monotonic() - self._logged >= LOG_INTERVAL_S:
            self._logged = monotonic()
            parts = [f"step {progress.step}/{progress.total}", loss, time_text(self._logged - self._started)]
            say("  " + ", ".join(filter(None, parts)))
        if self.preview_every and progress.step % self.preview_every == 0:
            self._write_preview(progress)

    def compiling(self) -> None:
        """Say, once, why nothing moves yet: kernels are compiled the first time they are used on a machine."""
        if self._told:
            return
        self._told = True
        line = "compiling, the first time only"
        if self.bar is not None:
            self.bar.update(self._task, loss=line)
        elif self._logs:
            say(f"  {line} ('impasto doctor --warm-up' does it once for all)")

    def _write_preview(self, progress: Progress) -> None:
        if self.preview is None or progress.preview is None:
            return
        from impasto.image import save

        try:
            save(progress.preview(), self.preview)
        except (ImpastoError, OSError) as error:
            # A preview is a courtesy: losing it must not lose the run.
            say(f"impasto: warning: no preview: {error}")
            self.preview_every = 0


def _loss(progress: Progress) -> str:
    if not progress.values:
        return ""
    name = "loss" if "loss" in progress.values else next(iter(progress.values))
    return f"{name} {progress.values[name]:.4g}"


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TimeElapsedColumn(),
        TextColumn("eta"),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True),
        transient=True,
    )
