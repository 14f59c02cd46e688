"""A film on its way through a method: what a sequence engine is handed, and the settings all films share."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, field_validator

from .inputs import Array, Inputs
from .options import UI, BaseOptions


class FilmOptions(BaseOptions):
    """What is painted of a film, how steadily, and how it is written."""

    start: Annotated[float, Field(ge=0)] = 0.0
    """Seconds into the film at which to begin."""
    end: Annotated[float | None, Field(gt=0)] = None
    """Seconds into the film at which to stop; left alone, all of it."""
    every: Annotated[int, Field(ge=1, le=10_000)] = 1
    """Paint one frame of so many; the film keeps its speed."""
    fps: Annotated[float | None, Field(gt=0, le=1000)] = None
    """Frames a second of a folder of pictures, 24 unless you say otherwise; films say themselves."""
    steady: Annotated[float, Field(ge=0, le=1)] = 0.9
    """How much of the painting before is kept where it can be followed from frame to frame: 0 paints each frame by itself, more flickers less."""
    keyframes: str | None = None
    """Frames that the styles are paintings of, by number in the film, as in 0,45: the method then carries these paintings through it."""
    crf: Annotated[int, Field(ge=0, le=51)] = 16
    """Quality of the written film, as x264 has it: 0 loses nothing, lower is larger."""
    encoding: Literal["careful", "quick"] = "careful"
    """How long H.264 is searched for: quick takes a third of the time, and the film is an eighth larger."""
    sound: bool = True
    """Whether the film's sound comes along."""
    restart: Annotated[bool, UI(advanced=True)] = False
    """Throw away the finished frames of an interrupted run and begin anew."""

    @field_validator("keyframes")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value is not None:
            key_numbers(value)
        return value

    @property
    def keys(self) -> tuple[int, ...]:
        """The numbers of the frames that the styles are paintings of, as given."""
        return () if self.keyframes is None else key_numbers(self.keyframes)


def key_numbers(text: str) -> tuple[int, ...]:
    """The frame numbers of a list such as "0,45", each once. Raises ValueError for anything else."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isdecimal() for word in words) or len(set(map(int, words))) < len(words):
        raise ValueError(f"'{text}' is no list of frame numbers; write them as in 0,45,90, each once")
    return tuple(int(word) for word in words)


class EndOfFilm(Exception):
    """A film has fewer frames than its index says; those before `number` are all there are."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Film(Protocol):
    """What a sequence engine, (film, options, context) -> None, paints: frames by number, kept as they are finished.

    What is kept survives an interruption: the same call goes on after it. Frames come back as they were stored, in 8
    bits, whether the run was interrupted or not, so that both give the same film.
    """

    settings: FilmOptions
    keys: Mapping[int, Array]

    def __len__(self) -> int:
        """How many frames are painted."""
        ...

    def inputs(self, number: int) -> Inputs:
        """What a still method would get for that frame. Quick in order, slow backwards. Raises EndOfFilm."""
        ...

    def spread(self) -> None:
        """Make frames quick to get in any order, for disk space."""
        ...

    def finished(self, number: int) -> bool:
        """Whether that frame has been kept."""
        ...

    def painted(self, number: int) -> Array:
        """A frame that has been kept, (H, W, 3)."""
        ...

    def keep(self, number: int, picture: Array, **measured: float) -> None:
        """Store a finished frame, and what was measured of it."""
        ...

    def lay_by(self, name: str, number: int, picture: Array) -> None:
        """Store a picture of that frame that is not the finished one, under a name, in 8 bits."""
        ...

    def laid_by(self, name: str, number: int) -> Array | None:
        """A picture that was laid by, None if there is none."""
        ...

    def note(self, name: str, **arrays: Any) -> None:
        """Store what is needed to go on, in place of what had that name."""
        ...

    def recall(self, name: str) -> dict[str, Any] | None:
        """What was noted under that name, None if nothing was."""
        ...
