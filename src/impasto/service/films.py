"""Films as orders: what a server takes of them, what it checks before the first frame, and how they come about."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impasto import registry
from impasto._version import __version__
from impasto.api.films import FilmJob, prepare_video
from impasto.api.footage import span_of
from impasto.core import Array, FilmOptions, InputError, UsageError, parse_options, unknown
from impasto.video.clip import open_clip

from .options import Limits
from .orders import Order, Reader, check_settings, refuse_large

FILM_FORMATS = ("mp4", "webm", "gif")
ACCEPTED_FILMS = "MP4, QuickTime, WebM, Matroska or GIF"
FILM_SETTINGS = ("start", "end", "every", "steady", "crf", "sound")
"""What a client may set of a film; the rest is about folders and interrupted runs, which are the server's."""
_OUTPUT = "film."


def check_film(values: Mapping[str, Any]) -> FilmOptions:
    """The settings of a film. Raises UsageError for those that are wrong, or none of the client's business."""
    for name in values:
        if name not in FILM_SETTINGS:
            raise unknown("film setting", name, FILM_SETTINGS, f"There are: {', '.join(FILM_SETTINGS)}.")
    return parse_options(FilmOptions, dict(values))


def film_schema() -> dict[str, Any]:
    """The JSON schema of what a client may set of a film."""
    schema = FilmOptions.model_json_schema()
    kept = {name: schema["properties"][name] for name in FILM_SETTINGS}
    return {**schema, "title": "Settings of a film", "properties": kept}


def refuse_strange_film(data: bytes, name: str) -> None:
    """Raise InputError for bytes that do not begin as a film this server reads, whatever the sender says they are."""
    if not data:
        raise InputError(f"{name}: the file is empty.")
    boxes = data[4:8] in (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip")  # ISO 14496-12, and QuickTime before it
    if not (boxes or data[:4] == b"\x1a\x45\xdf\xa3" or data[:6] in (b"GIF87a", b"GIF89a")):
        raise InputError(f"{name}: no film this server reads ({ACCEPTED_FILMS}).")


def prepare_film(order: Order, folder: Path, limits: Limits, threads: int | None = None) -> FilmJob:
    """Decode and check everything the order of a film needs. Raises UsageError or InputError in one line."""
    sheets = order.of("clip")
    if not sheets:
        raise UsageError("clip: no film. Send one to repaint.")
    (clip,) = sheets
    try:
        return _prepared(order, folder, limits, threads, folder / clip.file)
    except (InputError, UsageError) as error:  # its name here says nothing to its sender
        raise type(error)(
            str(error).replace(str(folder / clip.file), clip.name).replace(clip.file, clip.name)
        ) from None


def _prepared(order: Order, folder: Path, limits: Limits, threads: int | None, clip: Path) -> FilmJob:
    method = registry.get(order.method)
    check_settings(method, order.preset, dict(order.options))
    settings = check_film(order.film or {})
    with clip.open("rb") as file:
        refuse_strange_film(file.read(64), clip.name)
    _refuse_long(clip, settings, limits)
    read = Reader(folder, limits.pixels)
    output = folder / (_OUTPUT + order.format)
    job = prepare_video(
        clip,
        read.styles(order),
        output,
        method=method,
        film=settings.model_copy(update={"restart": _outdated(output)}),
        **read.rest(order, threads),
    )
    refuse_large(job.job.shape, limits)
    height, width = job.job.shape
    if height * width * len(job.span) > limits.film_pixels:
        raise UsageError(
            f"size: {len(job.span)} frames of {width} x {height} pixels are more than the "
            f"{limits.film_pixels / 1e6:g} megapixels of film this server paints. Ask for a smaller size, or a part of it."
        )
    return job


def _refuse_long(path: Path, settings: FilmOptions, limits: Limits) -> None:
    """Refuse what is too large or too long before a frame of it is kept."""
    clip = open_clip(path)
    height, width = clip.size
    if height * width > limits.result_pixels:
        raise InputError(
            f"{path.name}: frames of {width} x {height} pixels are more than the {limits.result_pixels / 1e6:g} "
            "megapixels this server reads of a film."
        )
    span = span_of(clip, settings)
    seconds = float(span.end - span.begin)
    if seconds > limits.film_seconds * 1.001:
        raise UsageError(
            f"end: {seconds:.1f} seconds of film are more than the {limits.film_seconds:g} this server paints. "
            "Ask for a part of it with start and end."
        )


def _outdated(output: Path) -> bool:
    """Whether the frames of an interrupted run are another version's, which this one does not go on with."""
    record = output.with_name(output.name + ".unfinished") / "settings.json"
    try:
        return json.loads(record.read_bytes()).get("impasto") != __version__
    except (FileNotFoundError, ValueError):
        return False


def some_frame(path: Path) -> Array:
    """A frame from the middle of a film, to stand for it."""
    clip = open_clip(path)
    frame = next(clip.frames(len(clip) // 2), None)
    if frame is None:
        raise InputError(f"{path.name}: no frame could be decoded there.")
    return frame
