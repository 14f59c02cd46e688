"""Which films there are: by the suffix of what is written, by the contents of what is read."""

from dataclasses import dataclass
from pathlib import Path

from impasto.core import UsageError, unknown
from impasto.image.files import shown


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of film file: its codec, the sound it takes as it is, and the one other sound is turned into."""

    name: str
    suffixes: tuple[str, ...]
    muxer: str = ""
    codec: str = ""
    sounds: frozenset[str] = frozenset()
    sound_codec: str = ""
    even: bool = False

    def __str__(self) -> str:
        return self.name


_MP4_SOUNDS = frozenset({"aac", "mp3", "mp3float", "ac3", "eac3", "alac", "opus"})
MP4 = Container("MP4", (".mp4", ".m4v"), "mp4", "libx264", _MP4_SOUNDS, "aac", even=True)
MOV = Container("QuickTime", (".mov",), "mov", "libx264", _MP4_SOUNDS | {"pcm_s16le", "pcm_s24le"}, "aac", even=True)
MKV = Container(
    "Matroska", (".mkv",), "matroska", "libx264", _MP4_SOUNDS | {"vorbis", "flac", "pcm_s16le"}, "aac", even=True
)
WEBM = Container("WebM", (".webm",), "webm", "libvpx-vp9", frozenset({"opus", "vorbis"}), "libopus")
GIF = Container("GIF", (".gif",), "gif", "gif")
FOLDER = Container("folder of frames", ())

CONTAINERS = (MP4, MOV, MKV, WEBM, GIF)
READ = frozenset({".avi", ".mpg", ".mpeg", ".ogv", ".ts", ".m2ts", ".wmv", ".y4m"})
"""Suffixes of films that are read and not written."""
_SUFFIXES = {suffix: container for container in CONTAINERS for suffix in container.suffixes}


def names_a_film(path: str | Path) -> bool:
    """Whether a name is that of a film: of those that are written, or of those that are only read.

    >>> names_a_film("guides.MOV"), names_a_film("guide.png")
    (True, False)
    """
    return Path(path).suffix.lower() in _SUFFIXES.keys() | READ


def container_of(path: str | Path) -> Container:
    """What a film of that name is written as; a name without a suffix, or a folder that exists, is a folder of frames.

    >>> container_of("out.MP4").name, container_of("frames").name
    ('MP4', 'folder of frames')

    Raises UsageError naming the nearest suffix.
    """
    given = Path(path)
    suffix = given.suffix.lower()
    if not suffix or given.is_dir():
        return FOLDER
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    hint = f"Use one of {', '.join(_SUFFIXES)}, or a name without a suffix for a folder of frames."
    raise UsageError(f"{shown(path)}: {unknown('film format', suffix, _SUFFIXES, hint)}")
