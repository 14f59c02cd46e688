"""A film being painted: its frames in, finished ones on disk, so that an interrupted run goes on where it was."""

import io
import json
import math
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from impasto.core import Array, EndOfFilm, FilmOptions, Inputs, RunError, UsageError
from impasto.image import resize
from impasto.image.files import shown, write_atomic
from impasto.video.clip import Clip
from impasto.video.encode import Samples

from .moving import Moving

_CACHED = 4  # frames kept in memory: an engine looks at a frame and at those just before
_ON_THE_WAY = 8  # frames at most that wait for the disk


@dataclass(frozen=True, slots=True)
class Span:
    """Which frames of a clip are painted: their numbers in it, and when each is shown, in seconds from the first."""

    numbers: tuple[int, ...]
    times: tuple[Fraction, ...]
    rate: Fraction
    begin: Fraction
    end: Fraction

    def __len__(self) -> int:
        """How many frames are painted."""
        return len(self.numbers)


def span_of(clip: Clip, settings: FilmOptions) -> Span:
    """The frames from `start` to `end`, one of `every`. Raises UsageError where none is left."""
    # What was typed as 0.1 is a tenth, not the float next to it.
    begin, end = (
        None if s is None else Fraction(s).limit_denominator(1_000_000) for s in (settings.start, settings.end)
    )
    assert begin is not None
    if end is not None and end <= begin:
        raise UsageError(f"end: {settings.end:g} s lies before start, {settings.start:g} s.")
    kept = [n for n, time in enumerate(clip.times) if time >= begin and (end is None or time < end)]
    if not kept:
        raise UsageError(f"start: no frame lies there; {clip.name} lasts {clip.seconds:.2f} s.")
    numbers = tuple(kept[:: settings.every])
    first = clip.times[numbers[0]]
    last = clip.times[kept[-1]] + 1 / clip.rate
    return Span(
        numbers, tuple(clip.times[n] - first for n in numbers), clip.rate / settings.every, clip.begin + first,
        clip.begin + last,
    )  # fmt: skip


@dataclass
class Footage:
    """The `Film` of a run: frames of a clip, and a folder of finished ones."""

    clip: Clip
    span: Span
    settings: FilmOptions
    still: Inputs
    folder: Path
    keys: Mapping[int, Array] = field(default_factory=dict[int, Array])
    moving: Moving = field(default_factory=Moving)
    length: int = 0
    resumed: int = 0
    measured: dict[int, dict[str, float]] = field(default_factory=dict[int, dict[str, float]])
    _contents: dict[int, Array] = field(default_factory=dict[int, Array])
    _paintings: dict[int, Array] = field(default_factory=dict[int, Array])
    _stream: Iterator[Array] | None = None
    _next: int = 0
    _store: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "impasto-store"))
    _storing: dict[Path, Future[None]] = field(default_factory=dict[Path, "Future[None]"])

    def __post_init__(self) -> None:
        """Look what is there already."""
        self.length = self.length or len(self.span)
        self.resumed = sum(self.finished(number) for number in range(self.length))
        if self._measures.exists():
            for line in self._measures.read_text().splitlines():
                row = json.loads(line)
                self.measured[row.pop("frame")] = row

    def __len__(self) -> int:
        """How many frames are painted."""
        return self.length

    @property
    def _measures(self) -> Path:
        return self.folder / "measured.jsonl"

    def inputs(self, number: int) -> Inputs:
        """What a still method would get for that frame."""
        return self.moving.at(replace(self.still, content=self._content(number)), number)

    def _content(self, number: int) -> Array:
        if number not in self._contents:
            spread = self.folder / f"film-{number:06d}.png"
            frame = _read(spread) if spread.exists() else self._decoded(number)
            _remember(self._contents, number, _locked(frame))
        return self._contents[number]

    def _decoded(self, number: int) -> Array:
        """The frame from the clip, at the size of the result; everything before it is passed over."""
        if self._stream is None or self._next > number:
            self._stream, self._next = self.clip.frames(self.span.numbers[number], self.settings.every), number
        while True:
            frame = next(self._stream, None)
            if frame is None:
                raise EndOfFilm(number)
            self._next += 1
            if self._next > number:
                shape = self.still.content.shape[:2]
                return frame if frame.shape[:2] == shape else resize(frame, shape)

    def spread(self) -> None:
        """Put every frame on disk, without loss, so that any can be had at once; a film that ends early gets shorter."""
        try:
            self._spread()
        finally:
            self.settle()

    def _spread(self) -> None:
        for number in range(self.length):
            if not (self.folder / f"film-{number:06d}.png").exists():
                try:
                    self._write(self.folder / f"film-{number:06d}.png", _samples(self._decoded(number)))
                except EndOfFilm:
                    if not number:
                        raise
                    self.length = number
                    return

    def finished(self, number: int) -> bool:
        """Whether that frame is on disk, or on its way there."""
        path = self._path(number)
        return path in self._storing or path.exists()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.png"

    def painted(self, number: int) -> Array:
        """A finished frame, as it was stored."""
        if number not in self._paintings:
            self.settle()
            _remember(self._paintings, number, _locked(_read(self._path(number))))
        return self._paintings[number]

    def samples(self, number: int) -> Samples:
        """A finished frame in 8 bits."""
        self.settle()
        return np.ascontiguousarray(_read_samples(self._path(number)))

    def keep(self, number: int, picture: Array, **measured: float) -> None:
        """Store a finished frame. Raises RunError for one that is no picture."""
        if picture.shape != self.still.content.shape or not np.isfinite(picture).all():
            raise RunError(f"frame {number + 1}: the method left no finite picture. Try another seed or lower weights.")
        samples = _samples(picture)
        if known := {name: value for name, value in measured.items() if math.isfinite(value)}:
            self.measured[number] = known
            with self._measures.open("a") as file:
                file.write(json.dumps({"frame": number, **known}) + "\n")
        self._write(self._path(number), samples)
        _remember(self._paintings, number, _locked(np.float32(samples) / np.float32(255)))

    def lay_by(self, name: str, number: int, picture: Array) -> None:
        """Store a picture of that frame under a name."""
        self._write(self.folder / f"{name}-{number:06d}.png", _samples(picture))

    def laid_by(self, name: str, number: int) -> Array | None:
        """A picture that was laid by."""
        self.settle()
        path = self.folder / f"{name}-{number:06d}.png"
        return _locked(_read(path)) if path.exists() else None

    def note(self, name: str, **arrays: Any) -> None:
        """Store arrays under a name, after the frames they follow."""
        self.settle()
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        write_atomic(self.folder / f"{name}.npz", buffer.getvalue())

    def recall(self, name: str) -> dict[str, Any] | None:
        """Arrays stored under a name."""
        path = self.folder / f"{name}.npz"
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}

    def _write(self, path: Path, samples: Samples) -> None:
        """Store a picture while the run goes on: a disk takes its time to promise that a file will last."""
        for other, storing in list(self._storing.items()):
            if storing.done() or len(self._storing) >= _ON_THE_WAY:
                storing.result()
                del self._storing[other]
        self._storing[path] = self._store.submit(_save, path, samples)

    def settle(self) -> None:
        """Wait until all that was kept is on disk. Raises RunError where the disk refuses."""
        while self._storing:
            path = next(iter(self._storing))
            self._storing.pop(path).result()


def _save(path: Path, samples: Samples) -> None:
    import cv2

    # Runs alone are looked for: half the time of the quickest search for repetitions, and paint has none to be found.
    how = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    _, data = cv2.imencode(".png", np.ascontiguousarray(samples[..., ::-1]), how)
    write_atomic(path, data.tobytes())


def _read(path: Path) -> Array:
    return np.divide(_read_samples(path), np.float32(255), dtype=np.float32)


def _read_samples(path: Path) -> Samples:
    import cv2

    samples = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if samples is None:
        raise RunError(f"{shown(path)}: this finished frame is damaged; delete it, and the run makes it anew.")
    return np.asarray(samples[..., ::-1], np.uint8)


def _samples(picture: Array) -> Samples:
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


def _locked(array: Array) -> Array:
    array = np.ascontiguousarray(array, np.float32).view()
    array.flags.writeable = False
    return array


def _remember(cache: dict[int, Array], number: int, array: Array) -> None:
    cache[number] = array
    while len(cache) > _CACHED:
        cache.pop(next(iter(cache)))


def check_folder(folder: Path, settings: Mapping[str, Any], restart: bool) -> None:
    """Raise UsageError where the folder of finished frames holds those of a run with other settings, or is not ours."""
    record = folder / "settings.json"
    if not folder.exists():
        return
    if not record.exists():
        if not folder.is_dir() or any(folder.iterdir()):
            raise UsageError(f"{shown(folder)}: is needed for finished frames, and holds something else.")
        return
    before = json.loads(record.read_text())
    changed = sorted(name for name in {**before, **settings} if before.get(name) != settings.get(name))
    if changed and not restart:
        name = changed[0]
        done = sum(1 for _ in folder.glob("[0-9]*.png"))
        raise UsageError(
            f"{shown(folder)}: holds {done} finished frames of a run with {name} {before.get(name)}, now "
            f"{settings.get(name)}. Call it as before to go on, or add --restart to begin anew."
        )


def open_folder(folder: Path, settings: Mapping[str, Any], restart: bool) -> None:
    """Make the folder of finished frames, or go on with the one that is there. Checks as `check_folder` does."""
    check_folder(folder, settings, restart)
    if restart and (folder / "settings.json").exists():
        shutil.rmtree(folder)
    try:
        folder.mkdir(exist_ok=True)
        write_atomic(folder / "settings.json", json.dumps(dict(settings), indent=1).encode())
    except OSError as error:
        raise UsageError(f"{shown(folder)}: cannot be made: {error.strerror}.") from None
