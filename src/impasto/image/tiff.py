"""TIFF directories: what a file says about itself, and lossless files of 8 or 16 bits written whole.

TIFF 6.0, sections 2 (structure), 8 (baseline tags), 14 (predictor), 18 (extra samples). Pillow writes no 16-bit
colour and OpenCV no profile, hence a writer of our own.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError

SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
DESCRIPTION, STRIP_OFFSETS, ORIENTATION, SAMPLES, STRIP_ROWS, STRIP_BYTES = 270, 273, 274, 277, 278, 279
X_DPI, Y_DPI, PLANAR, DPI_UNIT, SOFTWARE, PREDICTOR = 282, 283, 284, 296, 305, 317
TILE_OFFSETS, TILE_BYTES, EXTRA_SAMPLES, SAMPLE_FORMAT, PROFILE = 324, 325, 338, 339, 34675

_TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "s", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d", 16: "Q"}
_FIRST_PAGE = frozenset(
    {SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, STRIP_OFFSETS, ORIENTATION, SAMPLES, STRIP_BYTES}
    | {DESCRIPTION, PLANAR, SOFTWARE, TILE_OFFSETS, TILE_BYTES, EXTRA_SAMPLES, SAMPLE_FORMAT, PROFILE}
)
_OTHER_PAGES = frozenset({SUBFILE})
_MAX_PAGES = 4096
_MAX_VALUES = 1 << 22  # more strips than any real file has, fewer than would fill the memory
_STRIP = 1 << 20  # bytes of pixels to a strip: large enough to compress well, small enough to stream


@dataclass(frozen=True, slots=True)
class Directory:
    """One page's tags as tuples of numbers or as bytes, and where each tag's value field stands in the file."""

    tags: dict[int, tuple[int, ...] | bytes]
    places: dict[int, int]
    order: str

    def numbers(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """The numbers of a tag."""
        value = self.tags.get(tag, default)
        return value if isinstance(value, tuple) else default

    def number(self, tag: int, default: int) -> int:
        """The first number of a tag."""
        return (self.numbers(tag) or (default,))[0]


def directories(data: bytes) -> list[Directory]:
    """Every page's directory, in file order; of pages after the first, only what kind they are.

    Raises InputError for a file that breaks off or makes no sense.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    try:
        (offset,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
        found: list[Directory] = []
        seen: set[int] = set()
        while offset and offset not in seen and len(found) < _MAX_PAGES:
            seen.add(offset)
            if offset + 2 > len(data):
                raise InputError(f"truncated TIFF ({len(data):,} of at least {offset + 2:,} bytes).")
            page, offset = _directory(data, order, big, offset, _OTHER_PAGES if found else _FIRST_PAGE)
            found.append(page)
    except struct.error:
        raise InputError(f"truncated TIFF ({len(data):,} bytes; its list of contents is cut off).") from None
    if not found:
        raise InputError("damaged TIFF (it holds no picture).")
    return found


def _directory(data: bytes, order: str, big: bool, offset: int, wanted: frozenset[int]) -> tuple[Directory, int]:
    """Read one directory's wanted tags; the second value is the offset of the next, 0 at the end."""
    head, entry, pointer = ("Q", "HHQ8s", "Q") if big else ("H", "HHI4s", "I")
    (count,) = struct.unpack_from(order + head, data, offset)
    offset += struct.calcsize(order + head)
    size = struct.calcsize(order + entry)
    page = Directory({}, {}, order)
    for place in range(offset, offset + min(count, 65_536) * size, size):
        tag, kind, number, field = struct.unpack_from(order + entry, data, place)
        if kind in _TYPES and tag in wanted and number <= _MAX_VALUES:
            value_at = place + size - len(field)
            page.places[tag] = value_at
            page.tags[tag] = _value(data, order, kind, number, value_at, pointer)
    (following,) = struct.unpack_from(order + pointer, data, offset + count * size)
    return page, following


def _value(data: bytes, order: str, kind: int, number: int, place: int, pointer: str) -> tuple[int, ...] | bytes:
    code = _TYPES[kind]
    length = struct.calcsize(order + code) * number
    if length > struct.calcsize(order + pointer):
        (place,) = struct.unpack_from(order + pointer, data, place)
    if place + length > len(data):
        raise InputError(f"truncated TIFF ({len(data):,} of at least {place + length:,} bytes).")
    if code == "s":
        return data[place : place + length]
    return struct.unpack_from(f"{order}{number * len(code)}{code[0]}", data, place)


def end_of_pixels(page: Directory) -> int:
    """The offset just behind the last strip or tile of a page; 0 when the page does not say."""
    strips = zip(page.numbers(STRIP_OFFSETS), page.numbers(STRIP_BYTES), strict=False)
    tiles = zip(page.numbers(TILE_OFFSETS), page.numbers(TILE_BYTES), strict=False)
    return max((start + length for pairs in (strips, tiles) for start, length in pairs), default=0)


def without_orientation(data: bytes, page: Directory) -> bytes:
    """The same file with the orientation tag set to "upright", for readers that differ on whether they turn."""
    place = page.places.get(ORIENTATION)
    if place is None or page.number(ORIENTATION, 1) == 1:
        return data
    return data[:place] + struct.pack(page.order + "H", 1) + data[place + 2 :]


def write(
    samples: NDArray[Any],
    *,
    software: str,
    description: str | None = None,
    profile: bytes | None = None,
    dpi: tuple[float, float] | None = None,
) -> bytes:
    """A little-endian TIFF of uint8 or uint16 samples, (H, W, 3) or (H, W, 4), losslessly compressed (deflate, horizontal predictor).

    A fourth channel is alpha, not premultiplied. description: ASCII text for the ImageDescription tag.
    """
    height, width, channels = samples.shape
    rows = max(1, _STRIP // (width * channels * samples.itemsize))
    strips = [_compress(samples[top : top + rows]) for top in range(0, height, rows)]
    starts = np.cumsum([8] + [len(strip) for strip in strips])
    entries: list[tuple[int, str, list[int] | bytes]] = [
        (WIDTH, "I", [width]),
        (HEIGHT, "I", [height]),
        (BITS, "H", [samples.itemsize * 8] * channels),
        (COMPRESSION, "H", [8]),  # deflate
        (PHOTOMETRIC, "H", [2]),  # RGB
        (STRIP_OFFSETS, "I", starts[:-1].tolist()),
        (ORIENTATION, "H", [1]),
        (SAMPLES, "H", [channels]),
        (STRIP_ROWS, "I", [rows]),
        (STRIP_BYTES, "I", [len(strip) for strip in strips]),
        (PLANAR, "H", [1]),
        (SOFTWARE, "s", software.encode("ascii", "replace") + b"\0"),
        (PREDICTOR, "H", [2]),
        (SAMPLE_FORMAT, "H", [1] * channels),
    ]
    if channels == 4:
        entries.append((EXTRA_SAMPLES, "H", [2]))  # unassociated alpha
    if description is not None:
        entries.append((DESCRIPTION, "s", description.encode("ascii") + b"\0"))
    if profile is not None:
        entries.append((PROFILE, "undefined", profile))
    if dpi is not None:
        entries += [(tag, "II", [round(value * 1000), 1000]) for tag, value in zip((X_DPI, Y_DPI), dpi, strict=True)]
        entries.append((DPI_UNIT, "H", [2]))  # inches
    pad = b"\0" * (int(starts[-1]) % 2)  # directories start on even bytes
    at = int(starts[-1]) + len(pad)
    return b"".join([struct.pack("<2sHI", b"II", 42, at), *strips, pad, _pack_directory(sorted(entries), at)])


def _compress(strip: NDArray[Any]) -> bytes:
    """Deflate rows of samples as differences to the left neighbour (TIFF 6.0, section 14)."""
    difference = strip.copy()
    difference[:, 1:] -= strip[:, :-1]  # wraps around, as the format wants
    return zlib.compress(difference.astype(difference.dtype.newbyteorder("<"), copy=False).tobytes(), 6)


def _pack_directory(entries: list[tuple[int, str, list[int] | bytes]], at: int) -> bytes:
    """A directory that starts at byte `at`, followed by the values too long for their field."""
    kinds = {"s": 2, "H": 3, "I": 4, "II": 5, "undefined": 7}
    table, overflow = [struct.pack("<H", len(entries))], b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, code, value in entries:
        body = value if isinstance(value, bytes) else struct.pack(f"<{len(value)}{code[0]}", *value)
        count = len(value) // len(code) if code == "II" else len(value)
        if len(body) <= 4:
            field = body.ljust(4, b"\0")
        else:
            field = struct.pack("<I", behind + len(overflow))
            overflow += body + b"\0" * (len(body) % 2)
        table.append(struct.pack("<HHI", tag, kinds[code], count) + field)
    return b"".join([*table, struct.pack("<I", 0), overflow])
