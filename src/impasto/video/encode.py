"""Films written frame by frame: MP4, QuickTime, Matroska, WebM, GIF, or a folder of numbered pictures.

A file is complete or absent: it grows under a temporary name and takes its place at the end.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impasto.core import RunError, UsageError
from impasto.image.encode import encode
from impasto.image.files import check_place, shown, write_atomic

from .folders import frame_names
from .formats import FOLDER, GIF, WEBM, Container, container_of
from .palettes import common_palette, with_palette
from .sound import Sound, add_sound

Samples: TypeAlias = NDArray[np.uint8]
DEFAULT_CRF = 16
"""Quality of H.264: 0 loses nothing, 51 nearly everything; at 16 the eye sees no loss."""
_VP9 = 8  # VP9's scale runs to 63: so much lies between settings that look alike
_CLOCK = Fraction(1, 90_000)  # of films whose frames do not come at even steps


@dataclass(frozen=True, slots=True)
class Reel:
    """A finished film on its way out: frames by number, uint8 (H, W, 3), and when each is shown, in seconds from 0."""

    frame: Callable[[int], Samples]
    times: Sequence[Fraction]
    rate: Fraction
    sound: Sound | None = None
    names: Sequence[str] = ()

    def __len__(self) -> int:
        """How many frames."""
        return len(self.times)

    @property
    def even(self) -> bool:
        """Whether the frames come at even steps, to a twentieth of one."""
        return all(abs(time - number / self.rate) * self.rate < 0.05 for number, time in enumerate(self.times))


def check_target(path: str | os.PathLike[str]) -> Container:
    """What a film of that name will be; refuses, before a long run, what could not be written after it."""
    container = container_of(path)
    # In a folder that is there, a file of any name; beside one that is not, the same.
    check_place(Path(path) / "frame" if Path(path).is_dir() else path)
    return container


def write_film(
    path: str | os.PathLike[str], reel: Reel, *, crf: int = DEFAULT_CRF, quick: bool = False
) -> dict[str, Any]:
    """Write a film, and tell what became of its sound: {"sound": "copied", "converted" or None}.

    The suffix decides the format; without one it is a folder of PNG pictures. Odd sides get one pixel more, the border
    repeated, where H.264 wants even ones. crf: quality, as for H.264. quick: H.264 in a third of the time, an eighth larger. Raises RunError when the disk or an encoder refuses.
    """
    target, container = Path(path), container_of(Path(path))
    if container is FOLDER:
        return _write_folder(target, reel)
    target = Path(os.path.realpath(target))
    with _temporary(target) as temporary:
        report = _write_container(temporary, container, reel, _settings(container, crf, quick))
        temporary.replace(target)
    return report


def _write_folder(folder: Path, reel: Reel) -> dict[str, Any]:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise RunError(f"{shown(folder)}: cannot be made: {error.strerror}.") from None
    names = reel.names or list(frame_names(len(reel)))
    for number, name in zip(range(len(reel)), names, strict=True):
        write_atomic(folder / Path(name).with_suffix(".png"), encode(np.float32(reel.frame(number)) / 255, "png"))
    return {"sound": None}


@contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """A name nobody has, beside the target; whatever goes wrong, it is gone afterwards."""
    import av

    temporary = target.parent / f".impasto-{secrets.token_hex(8)}{target.suffix}"
    try:
        yield temporary
    except (av.FFmpegError, OSError) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split()).rstrip(".")
        raise RunError(f"{shown(target)}: cannot be written: {reason}. Nothing was changed.") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_container(path: Path, container: Container, reel: Reel, settings: dict[str, str]) -> dict[str, Any]:
    import av

    options = {"movflags": "faststart"} if container.muxer in ("mp4", "mov") else {}
    height, width = reel.frame(0).shape[:2]
    with av.open(str(path), "w", format=container.muxer, options=options) as output:
        stream = output.add_stream(container.codec, rate=reel.rate.limit_denominator(1001), options=settings)
        stream.width, stream.height = (width + width % 2, height + height % 2) if container.even else (width, height)
        make = _frames(container, stream, reel)
        even = reel.even
        stream.codec_context.time_base = stream.time_base = 1 / reel.rate if even else _CLOCK
        sound = add_sound(output, reel.sound, container)
        for number, time in enumerate(reel.times):
            frame = make(reel.frame(number))
            frame.time_base = stream.codec_context.time_base
            frame.pts = number if even else round(time / _CLOCK)
            output.mux(stream.encode(frame))
            sound.until(time)
        output.mux(stream.encode(None))
        sound.until(None)
    return {"sound": sound.kind}


def _settings(container: Container, crf: int, quick: bool) -> dict[str, str]:
    if container is WEBM:
        return {"crf": str(min(63, crf + _VP9)), "b:v": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1"}
    return {} if container is GIF else {"crf": str(crf), "preset": "superfast" if quick else "medium"}


def _frames(container: Container, stream: Any, reel: Reel) -> Callable[[Samples], Any]:
    """How samples become frames of this container."""
    import av
    from av.video.reformatter import ColorRange, Colorspace, Interpolation

    if container is GIF:
        stream.pix_fmt = "pal8"
        palette = common_palette([reel.frame(number) for number in _spread(len(reel))])
        return lambda samples: with_palette(samples, palette)
    context = stream.codec_context
    stream.pix_fmt = "yuv420p"
    # ITU-R BT.709 throughout (1 in H.273), and said so: small films are otherwise read as BT.601.
    context.colorspace, context.color_primaries, context.color_trc = 1, 1, 1
    context.color_range = ColorRange.MPEG
    careful = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT

    def make(samples: Samples) -> Any:
        more = ((0, stream.height - len(samples)), (0, stream.width - samples.shape[1]), (0, 0))
        padded = np.ascontiguousarray(np.pad(samples, more, mode="edge") if any(pad[1] for pad in more) else samples)
        frame = av.VideoFrame.from_ndarray(padded, format="rgb24")
        return frame.reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG, interpolation=careful
        )

    return make


def _spread(count: int, most: int = 8) -> list[int]:
    """At most so many numbers, spread over all frames."""
    return sorted({round(number * (count - 1) / max(1, most - 1)) for number in range(most)})


def refuse_same(target: str | os.PathLike[str], source: str | os.PathLike[str]) -> None:
    """Raise UsageError where a film would be written over what it is made from."""
    one, other = Path(target), Path(source)
    if one.exists() and other.exists() and one.samefile(other):
        raise UsageError(f"{shown(one)}: this is one of the inputs; choose another name for the output.")
