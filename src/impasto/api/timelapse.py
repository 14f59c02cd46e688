"""A film of a picture being made, from what a run shows of itself on the way."""

import shutil
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from impasto.core import Array, Progress
from impasto.image import resize

_MOST = 240  # frames of the making: eight seconds at thirty a second
_SECONDS = 8.0
_HOLD = 1.5  # seconds that the finished picture stands


class TimeLapse:
    """A listener that keeps what it is shown, and passes it on: `TimeLapse("making.mp4", then=listener)`.

    Pictures wait on disk, not in memory; `write` makes the film and throws them away, `close` only throws them away.
    """

    def __init__(self, path: str | Path, then: Callable[[Progress], Any] | None = None) -> None:
        """path: the film; its suffix decides the format. Raises UsageError where it cannot be written."""
        from impasto.video.encode import check_target

        check_target(path)
        self.path, self.then = Path(path), then
        self._folder = Path(tempfile.mkdtemp(prefix="impasto-"))
        self._count, self._due = 0, 0.0

    def __call__(self, progress: Progress) -> None:
        """Keep a picture whenever another of the film's frames is due."""
        if progress.preview is not None and progress.step >= self._due:
            np.save(self._folder / f"{self._count:06d}.npy", _samples(progress.preview()))
            self._count += 1
            self._due = progress.step + max(1.0, progress.total / _MOST)
        if self.then is not None:
            self.then(progress)

    def write(self, picture: Array) -> int:
        """Write the film, which ends on the finished picture (H, W, 3); the number of its frames."""
        from impasto.video.encode import Reel, write_film

        count, last = self._count, _samples(picture)
        rate = Fraction(int(min(30, max(4, count / _SECONDS))))

        def frame(number: int) -> Any:
            if number >= count:
                return last
            samples = np.load(self._folder / f"{number:06d}.npy")
            return (
                samples if samples.shape == last.shape else _samples(resize(samples / np.float32(255), last.shape[:2]))
            )

        times = [number / rate for number in range(count + max(1, round(_HOLD * rate)))]
        try:
            write_film(self.path, Reel(frame, times, rate))
        finally:
            self.close()
        return len(times)

    def close(self) -> None:
        """Throw away what was kept."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _samples(picture: Array) -> Any:
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
