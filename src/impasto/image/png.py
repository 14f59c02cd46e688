"""PNG as a list of chunks: what a file says about itself, and text and profiles put into one.

PNG specification, third edition, sections 5 (structure) and 11 (chunks).
"""

import struct
import zlib
from collections.abc import Iterator, Sequence

from impasto.core import InputError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRAILER = 12  # bytes of an IEND chunk, the least that must still follow


def chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Every chunk as (kind, content), up to and including IEND.

    Raises InputError when the file ends too early or a checksum is wrong.
    """
    view, position = memoryview(data), len(SIGNATURE)
    while True:
        if position + 8 > len(data):
            raise truncated(len(data), position + _TRAILER)
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if not kind.isalpha():
            raise InputError(f"damaged PNG (no chunk where one should start, at byte {position:,}).")
        if end > len(data):
            raise truncated(len(data), end + (_TRAILER if kind != b"IEND" else 0))
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            raise InputError(f"damaged PNG (wrong checksum in the {kind.decode()} chunk at byte {position:,}).")
        yield kind, view[position + 8 : end - 4]
        if kind == b"IEND":
            return
        position = end


def depth(data: bytes) -> int:
    """Bits per sample, as the header says."""
    return data[24]


def truncated(have: int, least: int) -> InputError:
    """The error for a PNG that breaks off; a PNG never says how long it is, only how long its next piece is."""
    return InputError(f"truncated PNG ({have:,} of at least {least:,} bytes).")


def text_chunk(keyword: str, text: str) -> tuple[bytes, bytes]:
    """An international text chunk, uncompressed: keyword of at most 79 Latin-1 characters, text of any kind."""
    return b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")


def profile_chunk(profile: bytes) -> tuple[bytes, bytes]:
    """An embedded ICC profile."""
    return b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)


def resolution_chunk(dpi: tuple[float, float]) -> tuple[bytes, bytes]:
    """The picture's resolution, which PNG counts in dots per metre."""
    return b"pHYs", struct.pack(">IIB", *(round(value / 0.0254) for value in dpi), 1)


def insert(data: bytes, extra: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Put chunks right after the header of a whole PNG: profiles must precede palette and pixels."""
    head = len(SIGNATURE) + 12 + 13
    packed = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in extra
    )
    return data[:head] + packed + data[head:]


def read_text(data: bytes, keyword: str) -> str | None:
    """The text of the first uncompressed international text chunk of that keyword."""
    for kind, body in chunks(data):
        name, _, rest = bytes(body).partition(b"\0") if kind == b"iTXt" else (b"", b"", b"")
        if name == keyword.encode("latin-1") and rest[:1] == b"\0":
            return rest[2:].split(b"\0", 2)[-1].decode("utf-8", "replace")
    return None
