"""Where a result goes: a file, whole or not at all, or standard output. Checked before the run that fills it."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

from pydantic import Field

from impasto.core import BaseOptions, RunError, UsageError

from .pictures import STREAM

if TYPE_CHECKING:
    from impasto.api import Stylized
    from impasto.image.formats import Format


class OutputOptions(BaseOptions):
    """How a result is written."""

    depth: Literal["8", "16"] | None = None
    """Bits per channel; left alone, the photo's own where the format can hold them."""
    jpeg_quality: Annotated[int | None, Field(ge=1, le=100)] = None
    """Quality of JPEG, WebP and HEIC files; left alone, the eye sees no loss."""
    format: Literal["png", "jpg", "webp", "tiff"] | None = None
    """Format on standard output, png unless you say otherwise; a file's suffix decides its own."""
    overwrite: bool = True
    """Whether a file that exists may be replaced. Inputs never are."""
    time_lapse: str | None = None
    """Also write a film of the picture being made, such as making.mp4; the suffix decides its format."""
    further: bool = False
    """Write the further pictures that some methods make beside the result, as OUT.error.png."""
    metadata: bool = True
    """Write down in the file how it was made: method, options, seed, versions, hashes of the inputs."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a picture goes and how it is written. path: None for standard output. named: by the caller, not by us."""

    path: Path | None
    settings: OutputOptions = OutputOptions()
    named: bool = True

    @property
    def label(self) -> str:
        """The name messages and reports use."""
        from impasto.image.files import shown

        return shown(self.path) if self.path else "standard output"

    @property
    def preview(self) -> Path | None:
        """The file beside the result that shows it while it grows."""
        return self.path and self.path.with_suffix(f".preview{self.path.suffix}")

    @property
    def format(self) -> "Format":
        """The file format, from the suffix or, on standard output, from the options."""
        from impasto.image.formats import format_named, format_of

        return format_of(self.path) if self.path else format_named(self.settings.format or "png")

    def check(self, inputs: Iterable[str]) -> None:
        """Refuse, before a long run, what could not be written after it, or what would destroy an input."""
        from impasto.image import check_writable

        if self.path is None:
            if self.settings.further:
                raise UsageError(
                    "further: further pictures are written beside the output, and '-o -' has no such place."
                )
            if sys.stdout.isatty():
                raise UsageError("'-o -' writes a picture to standard output, which is a terminal here.")
        else:
            check_writable(self.path)
            self._refuse_overwriting(inputs)
        depth = int(self.settings.depth or 8)
        if depth not in self.format.depths:
            raise UsageError(f"depth: {self.format} holds 8 bits per channel. PNG and TIFF hold {depth}.")

    def _refuse_overwriting(self, inputs: Iterable[str]) -> None:
        assert self.path is not None
        for name in inputs:
            if name != STREAM and _same_file(self.path, Path(name)):
                raise UsageError(f"{self.label}: this is one of the inputs; choose another name for the output.")
        if not self.settings.overwrite and self.path.exists():
            raise UsageError(f"{self.label}: exists already, and --no-overwrite was given.")

    def check_size(self, shape: tuple[int, int]) -> None:
        """Refuse a picture (height, width) too large for the format."""
        from impasto.image.encode import check_size

        try:
            check_size(self.format, *shape)
        except UsageError as error:
            raise UsageError(f"{self.label}: {error}") from None

    def write(self, result: "Stylized") -> None:
        """Write the picture: a file is complete or absent."""
        how = self.settings
        depth = int(how.depth) if how.depth else None
        if self.path is not None:
            result.save(self.path, metadata=how.metadata, quality=how.jpeg_quality, depth=depth)
            self._write_further(result)
            return
        data = result.encode(how.format or "png", metadata=how.metadata, quality=how.jpeg_quality, depth=depth)
        try:
            _write_whole(sys.stdout.buffer, data)
        except OSError as error:
            drop_stdout()
            raise RunError(f"standard output: not all of the picture could be written ({error.strerror}).") from None

    def _write_further(self, result: "Stylized") -> None:
        import numpy as np

        from impasto.image import save

        for name, picture in result.further.items() if self.settings.further else ():
            assert self.path is not None
            planes = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)
            save(planes, self.path.with_suffix(f".{name}.png"))


def _write_whole(stream: BinaryIO, data: bytes) -> None:
    # Unbuffered (PYTHONUNBUFFERED, as in many containers) a stream may take a part and report how much.
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]
    stream.flush()


def drop_stdout() -> None:
    """Point standard output nowhere, so that the interpreter does not fail again when it flushes it at its end."""
    with suppress(OSError, ValueError):  # a stand-in without a file descriptor needs no dropping
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def destination(output: str | None, stem: str, settings: OutputOptions | None = None) -> Destination:
    """Where `-o` says; without it, the first free name made from `stem` in the current folder."""
    settings = settings or OutputOptions()
    if output == STREAM:
        return Destination(None, settings)
    if settings.format is not None:
        raise UsageError("format: this is for '-o -'; a file's format follows from its suffix.")
    if output is not None:
        return Destination(Path(output), settings)
    names = (Path(f"{stem}{f'-{number}' if number > 1 else ''}.png") for number in count(1))
    return Destination(next(name for name in names if not name.exists()), settings, named=False)


def _same_file(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()
