"""Films in the style of pictures: `impasto.stylize_video`, in the same two halves as a picture's run."""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from impasto import registry
from impasto._version import __version__
from impasto.core import (
    Array,
    Context,
    EndOfFilm,
    FilmOptions,
    ImpastoError,
    InputError,
    Method,
    Progress,
    Result,
    RunError,
    RunOptions,
    UsageError,
    load_target,
    parse_options,
)
from impasto.image import Picture
from impasto.image.files import shown
from impasto.video.clip import Clip, open_clip
from impasto.video.encode import Reel, check_target, refuse_same, write_film
from impasto.video.formats import FOLDER
from impasto.video.sound import Sound
from impasto.video.steady import paint_in_turn

from . import sources
from .footage import Footage, Span, check_folder, open_folder, span_of
from .job import Job, prepare
from .moving import Moving, found_moving
from .report import full_report
from .wording import memory_text, time_text

_HASHED = 4 << 20  # bytes at either end of a film that tell it from others: whole ones may be gigabytes


@dataclass(frozen=True, slots=True)
class FilmJob:
    """Everything the run of a film needs, checked. job: that of its first frame. keys: paintings of frames, by number. moving: masks and guides that
    change from frame to frame.
    """

    clip: Clip
    span: Span
    job: Job
    settings: FilmOptions
    output: Path
    keys: Mapping[int, Array]
    moving: Moving

    @property
    def headline(self) -> str:
        """What the run is and will need, in one line."""
        height, width = self.job.shape
        line = f"{self.job.method.id}, {len(self.span)} frames at {width} x {height}"
        if self.job.estimate is None:
            return line
        line += f": about {memory_text(self.job.estimate.memory_bytes)}"
        seconds = self.job.estimate.seconds
        return line if seconds is None else f"{line} and {time_text(seconds)} a frame, or less"

    @property
    def folder(self) -> Path:
        """Where finished frames lie until the film is complete."""
        return self.output.with_name(self.output.name + ".unfinished")

    def run(self, context: Context | None = None) -> dict[str, Any]:
        """Paint and write the film; the report of it. Interrupted, the finished frames are kept and nothing is written."""
        context = context or Context(self.job.run_options)
        start = perf_counter()
        open_folder(self.folder, self.record(), self.settings.restart)
        footage = Footage(self.clip, self.span, self.settings, self.job.inputs, self.folder, self.keys, self.moving)
        try:
            self._paint(footage, context)
        finally:
            footage.settle()
        sound = None
        finished = all(footage.finished(number) for number in range(len(footage)))
        if finished:
            sound = self._write(footage)
            shutil.rmtree(self.folder)
        elif not context.stopping:
            raise RunError(f"'{self.job.method.id}' left frames unpainted.")
        return self._report(footage, context, sound, finished, perf_counter() - start)

    def _paint(self, footage: Footage, context: Context) -> None:
        method, options = self.job.method, self.job.options
        try:
            if method.sequence is not None and (self.keys or not method.keyframes):
                load_target(method.sequence)(footage, options, context)
            else:
                still = method.load()
                paint_in_turn(footage, lambda inputs, inner: still(inputs, options, inner), context)
        except EndOfFilm as end:
            if end.number == 0:
                raise InputError(f"{self.clip.name}: no frame could be decoded there.") from None
            footage.length = end.number
        except ImpastoError:
            raise
        except MemoryError:
            raise RunError("out of memory. Try a smaller size. The finished frames are kept.") from None
        if len(footage) < len(self.span):
            context.warn(f"{self.clip.name}: ends after {len(footage)} of {len(self.span)} frames.")

    def _write(self, footage: Footage) -> str | None:
        span = self.span
        wanted = self.settings.sound and self.clip.sound
        reel = Reel(
            frame=footage.samples,
            times=span.times[: len(footage)],
            rate=span.rate,
            sound=Sound(self.clip.path, span.begin, span.end) if wanted else None,
            names=[self.clip.files[n].name for n in span.numbers[: len(footage)]] if self.clip.files else (),
        )
        return write_film(self.output, reel, crf=self.settings.crf, quick=self.settings.encoding == "quick")["sound"]

    def record(self) -> dict[str, Any]:
        """All that the frames depend on: a run goes on only where this is the same."""
        run = self.job.run_options
        film = self.settings.model_dump(mode="json", include={"start", "end", "every", "fps", "steady", "keyframes"})
        return {
            "impasto": __version__,
            "method": self.job.method.id,
            "clip": _fingerprint(self.clip),
            "frames": len(self.span),
            **film,
            **self.job.options.model_dump(mode="json"),
            **run.model_dump(mode="json", include={"seed", "device", "engine", "precision"}),
            "pictures": hashlib.sha256(
                repr(
                    [_digest(self.job), _hashes(self.keys.values()), *map(_fingerprint, self.moving.clips.values())]
                ).encode()
            ).hexdigest(),
        }

    def _report(
        self, footage: Footage, context: Context, sound: str | None, finished: bool, seconds: float
    ) -> dict[str, Any]:
        rows = footage.measured.values()
        means = {
            name: float(np.mean([row[name] for row in rows if name in row]))
            for name in sorted({name for row in rows for name in row})
        }
        done = sum(footage.finished(number) for number in range(len(footage))) if not finished else len(footage)
        shown_frame = Result(np.zeros((1, 1, 3), np.float32), {"interrupted": not finished})
        report = full_report(self.job, shown_frame, context, seconds)
        report["inputs"]["content"] = {"name": self.clip.name, "frames": len(self.clip), "seconds": self.clip.seconds}
        return report | {
            "film": self.settings.model_dump(mode="json"),
            "interrupted": not finished,  # a stop that came when all was painted changed nothing
            "frames": done,
            "resumed_frames": footage.resumed,
            "frames_per_second": float(self.span.rate),
            "sound": sound,
            **{name: round(value, 4) for name, value in means.items()},
            "warnings": list(dict.fromkeys([*self.clip.notes, *report["warnings"]])),
        }


def _fingerprint(clip: Clip) -> str:
    """What tells a clip from another: names and sizes, and the beginning and end of a file."""
    found = hashlib.sha256()
    for file in clip.files or (clip.path,):
        size = file.stat().st_size
        found.update(f"{file.name} {size}\n".encode())
        if not clip.files:
            with file.open("rb") as data:
                found.update(data.read(_HASHED))
                data.seek(max(0, size - _HASHED))
                found.update(data.read(_HASHED))
    return found.hexdigest()


def _digest(job: Job) -> list[Any]:
    inputs = job.inputs
    pictures = [
        *(style.picture for style in inputs.styles),
        *inputs.masks,
        *inputs.style_masks,
        *inputs.extras.values(),
    ]
    return [[style.weight for style in inputs.styles], _hashes(pictures), job.shape]


def _hashes(pictures: Any) -> list[str]:
    return [hashlib.sha256(np.ascontiguousarray(picture)).hexdigest() for picture in pictures]


def prepare_video(
    clip: sources.Source,
    styles: Any = (),
    output: Any = None,
    *,
    method: str | Method | None = None,
    preset: str | None = None,
    masks: Sequence[sources.Source] = (),
    style_masks: Sequence[sources.Source] = (),
    extras: Mapping[str, sources.Source] | None = None,
    run: RunOptions | None = None,
    film: FilmOptions | None = None,
    options: Mapping[str, Any] | None = None,
) -> FilmJob:
    """Check everything the run of a film needs, cheapest checks first. Raises UsageError or InputError with one line."""
    settings = film or FilmOptions()
    chosen = (
        method
        if isinstance(method, Method)
        else registry.choose(method, None if method else registry.DEFAULT_FILM_QUALITY)
    )
    chosen.make_options(preset, **(options or {}))
    target = Path(output)
    container = check_target(target)
    refuse_same(target, clip)
    found = open_clip(clip, settings.fps)
    span = span_of(found, settings)
    if container is FOLDER:
        _refuse_mixed(target, found, span)
    first = next(found.frames(span.numbers[0]), None)
    if first is None:
        raise InputError(f"{found.name}: no frame could be decoded there.")
    pairs = sources.weighted(styles)
    keyed = _keyed(chosen, settings, span, len(pairs))
    moving = found_moving(chosen, masks, style_masks, extras or {}, found, span.numbers, settings.fps)
    masks = [moving.first(place) if place in moving.clips else mask for place, mask in enumerate(masks)]
    extras = {name: moving.first(name) if name in moving.clips else one for name, one in (extras or {}).items()}
    job = prepare(
        Picture(np.ascontiguousarray(first), name=found.name),
        pairs[:1] if keyed else pairs,
        method=chosen, preset=preset, masks=masks, style_masks=style_masks, extras=extras, run=run, options=options,
    )  # fmt: skip
    keys = {n: _key(source, found, job) for n, (source, _) in zip(keyed, pairs, strict=True)} if keyed else {}
    made = FilmJob(found, span, job, settings, target, keys, moving)
    check_folder(made.folder, made.record(), settings.restart)
    return made


def _refuse_mixed(folder: Path, clip: Clip, span: Span) -> None:
    """A folder of frames holds one film: what else is numbered in it would become part of this one."""
    if folder.is_dir():
        ours = (
            {f"{Path(clip.files[n].name).stem}.png" for n in span.numbers}
            if clip.files
            else {f"{n + 1:06d}.png" for n in range(len(span))}
        )
        other = next((f.name for f in sorted(folder.iterdir()) if f.name not in ours), None)
        if other is not None:
            raise UsageError(f"{shown(folder)}: holds '{shown(other)}' already; choose an empty folder, or a new name.")


def _keyed(method: Method, settings: FilmOptions, span: Span, styles: int) -> list[int]:
    """The keyframes as numbers of painted frames, in the order of the styles."""
    if not settings.keys:
        if method.keyframes and styles > 1:
            raise UsageError(
                f"keyframes: {styles} paintings for '{method.id}'; say which frames they are of, as in 0,45."
            )
        return []
    if not method.keyframes:
        able = [m.id for m in registry.methods().values() if m.keyframes]
        raise UsageError(f"keyframes: '{method.id}' knows none; {' and '.join(able)} do.")
    if len(settings.keys) != styles:
        raise UsageError(f"keyframes: {len(settings.keys)} numbers for {styles} paintings; there must be one for each.")
    places = {number: place for place, number in enumerate(span.numbers)}
    for key in settings.keys:
        if key not in places:
            raise UsageError(
                f"keyframes: frame {key} is not among those painted, {span.numbers[0]} to {span.numbers[-1]}."
            )
    return [places[key] for key in settings.keys]


def _key(source: sources.Source, clip: Clip, job: Job) -> Array:
    painting = sources.picture(source, "keyframe")
    (height, width), (h, w) = clip.size, painting.size
    if abs(w * height / (h * width) - 1) > 0.02:
        raise InputError(f"{painting.name}: {w} x {h} pixels is not the shape of the film, {width} x {height}.")
    return sources.fitted(sources.opaque(painting), job.shape)


def stylize_video(
    clip: sources.Source,
    styles: Any = (),
    output: Any = None,
    *,
    method: str | Method | None = None,
    preset: str | None = None,
    quality: str | None = None,
    masks: Sequence[sources.Source] = (),
    style_masks: Sequence[sources.Source] = (),
    extras: Mapping[str, sources.Source] | None = None,
    listener: Callable[[Progress], None] | None = None,
    context: Context | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Repaint a film in the style of pictures, write it to `output`, and return the report.

    clip: a film file, or a folder of numbered pictures. output: its suffix decides: .mp4, .mov, .mkv, .webm, .gif, or none
    for a folder of PNG frames. styles, method, preset, masks, style_masks, extras: as for `stylize`; masks and extras that lie
    over the film may be films or folders themselves, with a frame for each of its frames. options: the method's, every run's, and every film's: `start`, `end`, `every`, `fps`, `steady`, `keyframes`, `crf`, `encoding`, `sound`, `restart`.

    Finished frames lie in `output`.unfinished until the film is complete; a run that was interrupted, by Ctrl-C or by a
    power cut, goes on there when it is called again. Raises UsageError or InputError for a wrong call, RunError for a run
    that failed, each with one line.
    """
    shared = {name: options.pop(name) for name in RunOptions.model_fields if name in options}
    film = parse_options(FilmOptions, {name: options.pop(name) for name in FilmOptions.model_fields if name in options})
    if context is None:
        context = Context(parse_options(RunOptions, shared))
    elif shared:
        raise UsageError(f"{next(iter(shared))}: set this in the context's run options, since a context was given.")
    if listener is not None:
        context.listener = listener
    if output is None:
        raise UsageError("output: a film needs a file name to be written to.")
    if not isinstance(method, Method):
        quality = quality if method or quality else registry.DEFAULT_FILM_QUALITY
        method = registry.choose(method, quality)
    job = prepare_video(
        clip, styles, output, method=method, preset=registry.preset_for(quality, preset), masks=masks,
        style_masks=style_masks, extras=extras, run=context.run, film=film, options=options,
    )  # fmt: skip
    return job.run(context)
