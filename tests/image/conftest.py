"""Files of every kind, written byte by byte where no library writes them."""

import io
import struct
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

D50 = (0.9642, 1.0, 0.8249)
# Adobe RGB (1998) and sRGB primaries under D50, columns red, green, blue.
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))

Build = Callable[..., bytes]


def _xyz(values: Iterable[float]) -> bytes:
    return struct.pack(">3i", *(round(value * 65536) for value in values))


def gamma_curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def table_curve(values: Iterable[float]) -> bytes:
    stored = [round(value * 65535) for value in values]
    return b"curv\0\0\0\0" + struct.pack(f">I{len(stored)}H", len(stored), *stored)


def formula_curve(kind: int, parameters: Iterable[float]) -> bytes:
    numbers = [round(value * 65536) for value in parameters]
    return b"para\0\0\0\0" + struct.pack(f">HH{len(numbers)}i", kind, 0, *numbers)


def icc(space: bytes, connection: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr") -> bytes:
    """An ICC profile of the given tags (ICC.1, section 7)."""
    tags = {b"wtpt": b"XYZ \0\0\0\0" + _xyz(D50)} | tags
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for tag, content in tags.items():
        padded = content + b"\0" * (-len(content) % 4)
        table += tag + struct.pack(">II", start + len(body), len(content))
        body += padded
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x02400000, kind, space, connection)
    head = (head + b"\0" * 12 + b"acsp").ljust(68, b"\0") + _xyz(D50)
    return head.ljust(128, b"\0") + table + body


def rgb_profile(curve: bytes | None = None, primaries: Iterable[Iterable[float]] = ADOBE, **tags: bytes) -> bytes:
    curve = curve or gamma_curve(2.2)
    names = (b"rXYZ", b"gXYZ", b"bXYZ")
    columns = {name: b"XYZ \0\0\0\0" + _xyz(column) for name, column in zip(names, primaries, strict=True)}
    more = {name.encode(): content for name, content in tags.items()}
    return icc(b"RGB ", b"XYZ ", columns | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve) | more)


def grey_profile(gamma: float = 1.8) -> bytes:
    return icc(b"GRAY", b"XYZ ", {b"kTRC": gamma_curve(gamma)})


def table_profile(
    space: bytes, colour_of: Callable[[tuple[int, ...]], tuple[float, float, float]], tag: str = "A2B0"
) -> bytes:
    """A profile of one 8-bit table with two grid points per channel, to Lab (ICC.1, 10.11)."""
    channels = 4 if space == b"CMYK" else 3
    body = (
        b"mft1\0\0\0\0"
        + bytes([channels, 3, 2, 0])
        + struct.pack(">9i", *(65536 * np.eye(3, dtype=int).ravel()).tolist())
    )
    body += bytes(range(256)) * channels
    for corner in np.ndindex(*[2] * channels):
        lightness, a, b = colour_of(corner)
        body += bytes([round(lightness * 2.55), round(a) + 128, round(b) + 128])
    return icc(space, b"Lab ", {tag.encode(): body + bytes(range(256)) * 3}, b"prtr")


@pytest.fixture
def profiles() -> dict[str, bytes]:
    """Profiles by name: wide (Adobe RGB), srgb, grey, cmyk (black is green, to be recognised), table (RGB, read only)."""
    return {
        "wide": rgb_profile(),
        "srgb": rgb_profile(formula_curve(3, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)), SRGB),
        "grey": grey_profile(),
        # Paper is white; full ink of any kind is a mid green.
        "cmyk": table_profile(b"CMYK", lambda inks: (100, 0, 0) if not any(inks) else (50, -60, 50)),
        "table": table_profile(b"RGB ", lambda rgb: (100 * sum(rgb) / 3, 0, 0)),
    }


@pytest.fixture
def curves() -> dict[str, Callable[..., bytes]]:
    """Builders of tone curves and of the profiles around them."""
    return {"gamma": gamma_curve, "table": table_curve, "formula": formula_curve, "rgb": rgb_profile, "icc": icc}


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(samples: NDArray[Any], *extra: tuple[bytes, bytes], late: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """A PNG of 8 or 16 bits and 1 to 4 channels, with chunks before and after the pixels."""
    height, width, channels = samples.shape
    bits = samples.itemsize * 8
    rows = samples.astype(samples.dtype.newbyteorder(">")).reshape(height, -1).view(np.uint8)
    raw = np.concatenate([np.zeros((height, 1), np.uint8), rows], 1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, bits, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(raw)), *late, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


@pytest.fixture
def make_png() -> Build:
    """Bytes of a PNG from (H, W, C) samples: make_png(samples, (kind, body), ..., late=[...])."""
    return png


def tiff(
    samples: NDArray[Any],
    *,
    order: str = "<",
    big: bool = False,
    pages: int = 1,
    planar: bool = False,
    strips: int = 1,
    page_kinds: Iterable[int] = (),
    **tags: int | tuple[int, ...] | bytes,
) -> bytes:
    """An uncompressed TIFF or BigTIFF of (H, W, C) samples of any type; further tags as t274=6."""
    height, width, channels = samples.shape
    stored = samples.astype(samples.dtype.newbyteorder(order))
    if planar:
        pieces = [stored[..., channel].tobytes() for channel in range(channels)]
    else:
        rows = -(-height // strips)
        pieces = [stored[top : top + rows].tobytes() for top in range(0, height, rows)]
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    head, entry_head, pointer, field = ("Q", "HHQ", "Q", 8) if big else ("H", "HHI", "I", 4)
    out = bytearray((b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42))
    out += struct.pack(order + "HHQ", 8, 0, 0) if big else struct.pack(order + "I", 0)
    link = len(out) - field
    kinds = list(page_kinds) or [0] * pages
    for page_kind in kinds:
        offsets = []
        for piece in pieces:
            offsets.append(len(out))
            out += piece + b"\0" * (len(piece) % 2)
        values: dict[int, Any] = {
            254: ("I", (page_kind,)), 256: ("I", (width,)), 257: ("I", (height,)),
            258: ("H", (samples.itemsize * 8,) * channels), 259: ("H", (1,)), 262: ("H", (2 if channels > 2 else 1,)),
            273: ("I", tuple(offsets)), 277: ("H", (channels,)), 278: ("I", (height if planar else rows,)),
            279: ("I", tuple(len(piece) for piece in pieces)), 284: ("H", (2 if planar else 1,)),
            339: ("H", (kind,) * channels),
        }  # fmt: skip
        for name, value in tags.items():
            code = "B" if isinstance(value, bytes) else "H"
            values[int(name[1:])] = (code, tuple(value) if isinstance(value, bytes | tuple) else (value,))
        entries, here = b"", {}
        for tag, (code, numbers) in sorted(values.items()):
            body = struct.pack(f"{order}{len(numbers)}{code}", *numbers)
            if len(body) > field:
                here[tag] = len(out)
                out += body + b"\0" * (len(body) % 2)
                body = struct.pack(order + pointer, here[tag])
            number = {"B": 7, "H": 3, "I": 4}[code]
            entries += struct.pack(order + entry_head, tag, number, len(numbers)) + body.ljust(field, b"\0")
        struct.pack_into(order + pointer, out, link, len(out))
        out += struct.pack(order + head, len(values)) + entries
        link = len(out)
        out += b"\0" * field
    return bytes(out)


@pytest.fixture
def make_tiff() -> Build:
    """Bytes of an uncompressed TIFF from (H, W, C) samples of any type, order and layout."""
    return tiff


def save(image: Image.Image, format: str, **settings: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, format, **settings)
    return target.getvalue()


@pytest.fixture
def saved() -> Build:
    """Bytes of a PIL image saved in a format: saved(image, "JPEG", quality=90)."""
    return save


@pytest.fixture
def noise() -> Callable[..., NDArray[Any]]:
    """Seeded samples of the whole range: noise(height, width, channels, dtype)."""

    def make(height: int = 5, width: int = 7, channels: int = 3, dtype: Any = np.uint8) -> NDArray[Any]:
        random = np.random.default_rng(7)
        if np.dtype(dtype).kind == "f":
            return random.random((height, width, channels)).astype(dtype)
        return random.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True)

    return make


@pytest.fixture
def smooth() -> NDArray[np.uint8]:
    """A picture (48, 64, 3) that lossy formats keep well: slow gradients, every corner different."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([x * 3 + 20, y * 4 + 10, 200 - x - y], -1).astype(np.uint8)
