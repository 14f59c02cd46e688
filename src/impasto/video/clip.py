"""A film to be read: what it is, and its frames one after another as pictures, in constant memory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from impasto.core import Array, InputError, UsageError
from impasto.image import MAX_PIXELS, decode
from impasto.image.files import read_bytes, shown
from impasto.image.formats import SUFFIXES

from .folders import numbered_frames

DEFAULT_FPS = 24
"""Frames a second of a folder of pictures, which does not say."""
_DEMUXERS = (
    "mov,matroska,webm,avi,gif,mpegts,mpeg,flv,asf,ogg,h264,hevc,m4v,mjpeg,ivf,wtv,mxf,apng,webp,y4m,yuv4mpegpipe"
)
# A film may name further files or web addresses (playlists do); nothing but the file itself is opened.
OPENED_WITH = {"protocol_whitelist": "file", "format_whitelist": _DEMUXERS}


@dataclass(frozen=True, slots=True)
class Clip:
    """A film that can be read.

    size: height and width of its frames as they are shown. times: when each frame is shown, in seconds from the first.
    rate: frames a second on average. files: of a folder of frames. sound: whether there is any. notes: what had to be
    ignored or approximated. turned: quarter turns, counter-clockwise, that stand it upright. begin: the first frame's time
    by the file's own clock, which its sound runs by.
    """

    path: Path
    size: tuple[int, int]
    times: tuple[Fraction, ...]
    rate: Fraction
    files: tuple[Path, ...] = ()
    sound: bool = False
    notes: tuple[str, ...] = ()
    turned: int = field(default=0, repr=False)
    begin: Fraction = field(default=Fraction(0), repr=False)

    @property
    def name(self) -> str:
        """Its file name, as messages show it."""
        return shown(self.path.name)

    def __len__(self) -> int:
        """How many frames it has."""
        return len(self.times)

    @property
    def seconds(self) -> float:
        """How long it lasts, the last frame included."""
        return float(self.times[-1] + 1 / self.rate)

    def frames(self, begin: int = 0, every: int = 1) -> Iterator[Array]:
        """The frames from number `begin` on, one of `every`, each (H, W, 3); the others are passed over cheaply.

        Raises InputError where one is damaged or of another size.
        """
        return self._pictures(begin, every) if self.files else self._decoded(begin, every)

    def _pictures(self, begin: int, every: int) -> Iterator[Array]:
        for file in self.files[begin::every]:
            picture = decode(file)
            if picture.size != self.size:
                raise InputError(f"{shown(file)}: {_text(picture.size)}; the frames before it are {_text(self.size)}.")
            yield picture.rgb

    def _decoded(self, begin: int, every: int) -> Iterator[Array]:
        with _opened(self.path) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            frames = container.decode(stream)
            for number in range(len(self)):
                with _named(self.path):
                    frame = next(frames, None)
                if frame is None:
                    return
                if number >= begin and (number - begin) % every == 0:
                    yield _picture(frame, self)


def open_clip(source: str | os.PathLike[str], fps: float | None = None) -> Clip:
    """Find out what a film or a folder of numbered pictures holds, without decoding all of it.

    fps: frames a second of a folder; films say themselves. Raises InputError or UsageError, in one line, for what is no film.
    """
    path = Path(source)
    if path.is_dir():
        return _folder(path, fps)
    if fps is not None:
        raise UsageError(f"fps: this is for a folder of pictures; {shown(path.name)} says itself how fast it runs.")
    if path.suffix.lower() in SUFFIXES and path.suffix.lower() != ".webp" and path.exists():
        raise InputError(f"{shown(path)}: is a picture, not a film; 'impasto stylize' paints pictures.")
    if not path.is_file() or not path.stat().st_size:
        read_bytes(path, limit=1)  # says what is wrong with it
    return _film(path)


def _folder(path: Path, fps: float | None) -> Clip:
    files = numbered_frames(path)
    first = decode(files[0])
    rate = Fraction(fps or DEFAULT_FPS).limit_denominator(1001)
    times = tuple(number / rate for number in range(len(files)))
    return Clip(path, first.size, times, rate, tuple(files), notes=first.notes)


def _film(path: Path) -> Clip:
    with _opened(path) as container:
        if not container.streams.video:
            raise InputError(f"{shown(path)}: there are no pictures in it, only sound.")
        stream = container.streams.video[0]
        stamps, unit = _stamps(container, stream)
        sound = bool(container.streams.audio)
    with _opened(path) as container, _named(path):
        first = next(container.decode(container.streams.video[0]), None)
        if first is None or not stamps:
            raise InputError(f"{shown(path)}: there is no frame in it that can be decoded.")
        stream = container.streams.video[0]
        if first.width * first.height > MAX_PIXELS:
            raise InputError(
                f"{shown(path)}: frames of {first.width} x {first.height} pixels; the limit is {MAX_PIXELS / 1e6:.0f} million."
            )
        aspect = stream.sample_aspect_ratio or Fraction(1)
        height, width = first.height, max(1, round(first.width * aspect))
        turned = round(first.rotation / 90) % 4
        size = (width, height) if turned % 2 else (height, width)
        usual = stream.average_rate or stream.guessed_rate or Fraction(DEFAULT_FPS)
    times = _times(stamps, unit, Fraction(usual))
    known = [stamp for stamp in stamps if stamp is not None]
    begin = min(known) * unit if known else Fraction(0)
    rate = _rate(times, Fraction(usual), unit)
    return Clip(path, size, times, rate, sound=sound, notes=_notes(path, first), turned=turned, begin=begin)


def _stamps(container: Any, stream: Any) -> tuple[list[int | None], Fraction]:
    """When each frame is shown, as the file's index has it: nothing is decoded for this."""
    with _named(Path(container.name)):
        found = [packet.pts for packet in container.demux(stream) if packet.size and not packet.is_discard]
    return found, Fraction(stream.time_base or Fraction(1, 1000))


def _times(stamps: list[int | None], unit: Fraction, rate: Fraction) -> tuple[Fraction, ...]:
    """Seconds from the first frame, in order; even steps where the file gives none, or gives one twice."""
    known = sorted(stamp for stamp in stamps if stamp is not None)
    if len(known) < len(stamps) or len(set(known)) < len(known):
        return tuple(number / rate for number in range(len(stamps)))
    return tuple((stamp - known[0]) * unit for stamp in known)


def _rate(times: tuple[Fraction, ...], usual: Fraction, unit: Fraction) -> Fraction:
    """Frames a second: what the file says where its frames keep to it within its clock's tick, else what they come to."""
    even = all(abs(time - number / usual) <= unit for number, time in enumerate(times))
    return usual if even or not times[-1] else ((len(times) - 1) / times[-1]).limit_denominator(1001)


def _notes(path: Path, frame: Any) -> tuple[str, ...]:
    # 16 and 18: the transfer curves PQ and HLG of ITU-T H.273.
    if int(frame.color_trc or 0) in (16, 18):
        return (f"{shown(path.name)}: high dynamic range is read as if it were standard; colours will look flat.",)
    return ()


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import av

    with _named(path):
        container = av.open(str(path.absolute()), options=OPENED_WITH)
    try:
        yield container
    finally:
        container.close()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Tell what a decoder raises as one line that names the file."""
    import av

    try:
        yield
    except av.FFmpegError as error:
        reason = " ".join(str(error.strerror or error).split()).rstrip(".")
        raise InputError(f"{shown(path)}: not a film that can be read, or a damaged one ({reason}).") from None


def _picture(frame: Any, clip: Clip) -> Array:
    """A decoded frame as a picture: the right way up, with square pixels, in sRGB's numbers."""
    from av.video.reformatter import Colorspace

    height, width = clip.size if clip.turned % 2 == 0 else clip.size[::-1]
    deep = max(component.bits for component in frame.format.components) > 8
    # A film that does not say is of the older standard where it is small, as players take it.
    unsaid = int(frame.colorspace or 2) == 2
    matrix = (Colorspace.ITU709 if frame.height >= 720 else Colorspace.ITU601) if unsaid else None
    samples = frame.to_ndarray(width=width, height=height, format="rgb48le" if deep else "rgb24", src_colorspace=matrix)
    # The display matrix turns counter-clockwise, as np.rot90 does.
    picture = np.rot90(samples, clip.turned) if clip.turned else samples
    return np.multiply(picture, np.float32(1 / 65535 if deep else 1 / 255), dtype=np.float32)


def _text(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]} pixels"
