"""Which picture formats there are, how to tell them apart, and what each can hold."""

from dataclasses import dataclass
from pathlib import Path

from impasto.core import InputError, UsageError, unknown


@dataclass(frozen=True, slots=True)
class Format:
    """One file format: its suffixes and what a written file can carry. `max_side` is in pixels."""

    name: str
    suffixes: tuple[str, ...]
    depths: tuple[int, ...] = (8,)
    alpha: bool = True
    profile: bool = True
    metadata: bool = True
    max_side: int = 2**31 - 1

    def __str__(self) -> str:
        return self.name


JPEG = Format("JPEG", (".jpg", ".jpeg"), alpha=False, max_side=65_500)  # libjpeg's JPEG_MAX_DIMENSION
PNG = Format("PNG", (".png",), depths=(8, 16))
WEBP = Format("WebP", (".webp",), max_side=16_383)  # 14 bits in the VP8 header
TIFF = Format("TIFF", (".tif", ".tiff"), depths=(8, 16))
HEIC = Format("HEIC", (".heic", ".heif"), max_side=16_384)
BMP = Format("BMP", (".bmp",), alpha=False, profile=False, metadata=False)

FORMATS = (JPEG, PNG, WEBP, TIFF, HEIC, BMP)
READABLE = ", ".join(format.name for format in FORMATS)
SUFFIXES = {suffix: format for format in FORMATS for suffix in format.suffixes}

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"}
_SEQUENCE_BRANDS = {b"hevc", b"hevx", b"msf1", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}


def format_of(path: str | Path) -> Format:
    """The format that a file name's suffix stands for.

    >>> format_of("out.JPG").name
    'JPEG'

    Raises UsageError naming the nearest suffix.
    """
    suffix = Path(path).suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    known = ", ".join(suffix for suffix in SUFFIXES)
    if not suffix:
        raise UsageError(f"{path}: a file name with a suffix is needed to know the format. Use one of {known}.")
    raise UsageError(f"{path}: {unknown('picture format', suffix, SUFFIXES, f'Use one of {known}.')}")


def format_named(name: str) -> Format:
    """The format called `name`, by name or suffix, with or without the dot: "png", "PNG", ".png"."""
    key = "." + name.lower().removeprefix(".")
    if key in SUFFIXES:
        return SUFFIXES[key]
    names = [suffix.removeprefix(".") for suffix in SUFFIXES]
    raise unknown("picture format", name, names, f"Use one of {', '.join(names)}.")


def sniff(data: bytes) -> Format:
    """The format of a file's bytes, whatever its name says. Raises InputError for anything impasto does not read."""
    if data.startswith(b"\xff\xd8\xff") or data == b"\xff\xd8":
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return TIFF
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return BMP
    if data[4:8] == b"ftyp":
        return _sniff_boxes(data)
    raise InputError(_describe_stranger(data))


def _sniff_boxes(data: bytes) -> Format:
    """Tell HEIC from its relatives by the brands in the first box (ISO/IEC 14496-12, 4.3)."""
    length = min(int.from_bytes(data[:4]), len(data), 512)
    brands = [data[8:12], *(data[start : start + 4] for start in range(16, length, 4))]
    if brands[0] in _SEQUENCE_BRANDS:
        raise InputError("a HEIC image sequence; impasto paints still pictures. Export one frame as a picture.")
    if not _AVIF_BRANDS.isdisjoint(brands):
        raise InputError(f"an AVIF, which is not a picture impasto can read ({READABLE}).")
    if not _HEIC_BRANDS.isdisjoint(brands):
        return HEIC
    raise InputError(f"a video or other media file, not a picture impasto can read ({READABLE}).")


_STRANGERS = (
    (b"GIF8", "a GIF"),
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop file"),
    (b"<svg", "an SVG drawing"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"PK\x03\x04", "a ZIP archive"),
)


def _describe_stranger(data: bytes) -> str:
    kind = next((f"{name}, which is " for magic, name in _STRANGERS if data.startswith(magic)), "")
    return f"{kind}not a picture impasto can read ({READABLE})."
