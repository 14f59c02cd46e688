"""What a file says about itself before any pixel is decoded: size, frames, and whether all of it is there.

Everything here reads headers only, so that a bomb, a film or half a file is refused before it costs memory.
Messages carry no file name; `decode` puts it in front.
"""

import io
import struct
from collections.abc import Iterator

from impasto.core import InputError

from . import formats, png, tiff
from .formats import Format

MAX_PIXELS = 200_000_000
"""Largest picture that is decoded: 200 megapixels, the largest a phone takes."""


def examine(data: bytes, format: Format, max_pixels: int = MAX_PIXELS) -> None:
    """Read a file's headers. Raises InputError for a picture that is too large, moving, truncated or damaged."""
    try:
        _EXAMINERS[format](data, max_pixels)
    except (struct.error, IndexError):
        raise InputError(f"truncated {format} ({len(data):,} bytes; not even its header is complete).") from None


def refuse_bomb(width: int, height: int, max_pixels: int = MAX_PIXELS) -> None:
    """Raise InputError for a picture of too many pixels, or of none."""
    if width < 1 or height < 1:
        raise InputError(f"a picture of {width} x {height} pixels; there is nothing in it.")
    if width * height > max_pixels:
        raise InputError(
            f"{width:,} x {height:,} pixels are {width * height / 1e6:,.0f} megapixels; "
            f"the limit is {max_pixels / 1e6:,.4g}. Make it smaller first."
        )


def refuse_animation(what: str, frames: int) -> None:
    """Raise InputError for a file of several frames or pages."""
    if frames > 1:
        unit = "pages" if "page" in what else "frames"
        raise InputError(
            f"{what} of {frames:,} {unit}; impasto paints still pictures. Export one of them as a picture."
        )


def _truncated(format: Format, have: int, expected: int, least: bool = False) -> None:
    if have < expected:
        raise InputError(f"truncated {format} ({have:,} of {'at least ' * least}{expected:,} bytes).")


def _examine_png(data: bytes, max_pixels: int) -> None:
    if data[12:16] != b"IHDR":
        raise png.truncated(len(data), 45) if len(data) < 45 else InputError("damaged PNG (it has no header).")
    refuse_bomb(*struct.unpack_from(">II", data, 16), max_pixels)
    frames, pixels = 1, False
    for kind, body in png.chunks(data):
        pixels |= kind == b"IDAT"
        if kind == b"acTL":
            frames = struct.unpack_from(">I", body)[0]
    if not pixels:
        raise InputError("damaged PNG (it holds no pixels).")
    refuse_animation("an animated PNG", frames)


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Every JPEG marker up to the first scan, as (marker, offset of its content)."""
    position = 2
    while True:
        while data[position] == 0xFF and data[position + 1] == 0xFF:  # fill bytes
            position += 1
        if data[position] != 0xFF:
            raise InputError(f"damaged JPEG (no marker where one should be, at byte {position:,}).")
        marker = data[position + 1]
        yield marker, position + 4
        if marker == 0xDA:
            return
        position += 2 + (struct.unpack_from(">H", data, position + 2)[0] if not 0xD0 <= marker <= 0xD8 else 0)


def _examine_jpeg(data: bytes, max_pixels: int) -> None:
    width = height = scan = 0
    progressive = False
    for marker, at in _segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header, whatever its coding
            height, width = struct.unpack_from(">HH", data, at + 1)
            refuse_bomb(width, height, max_pixels)
            progressive = marker not in (0xC0, 0xC1)
        scan = at
    if not width:
        raise InputError("damaged JPEG (it does not say how large it is).")
    if data.find(b"\xff\xd9", scan) < 0:  # end of image; within a scan 0xFF is always followed by 0
        guess = None if progressive else _guess_jpeg_bytes(data, scan)
        known = f"of about {guess:,} bytes" if guess else "bytes of an unknown total"
        raise InputError(f"truncated JPEG ({len(data):,} {known}).")


def _guess_jpeg_bytes(data: bytes, scan: int) -> int | None:
    """About how long a cut-off baseline JPEG was, from how far down its pixels reach; None when too little is there.

    The missing rows decode to one flat repetition of the last block, so they are equal to the bottom row.
    """
    import numpy as np
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        image = JpegImageFile(io.BytesIO(data + b"\xff\xd9"))
        image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
        rows = np.asarray(image)
    except Exception:  # a guess is not worth an error of its own
        return None
    different = np.flatnonzero((rows != rows[-1]).any(1))
    reached = (different[-1] + 1) / len(rows) if len(different) else 0.0
    if reached < 0.02:
        return None
    total = scan + (len(data) - scan) / reached
    digits = max(0, len(str(int(total))) - 2)
    return max(len(data) + 1, int(round(total, -digits)))  # two digits: all that such a guess is good for


def _examine_webp(data: bytes, max_pixels: int) -> None:
    (length,) = struct.unpack_from("<I", data, 4)
    width = height = frames = 0
    position, end = 12, min(len(data), length + 8)
    while position + 8 <= end:
        kind, size = struct.unpack_from("<4sI", data, position)
        body = position + 8
        if kind == b"VP8X" and not width:
            width, height = (int.from_bytes(data[body + o : body + o + 3], "little") + 1 for o in (4, 7))
        elif kind == b"VP8 " and not width:
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, body + 6))
        elif kind == b"VP8L" and not width:
            (packed,) = struct.unpack_from("<I", data, body + 1)
            width, height = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
        frames += kind == b"ANMF"
        if width:
            refuse_bomb(width, height, max_pixels)
        position = body + size + size % 2
    refuse_animation("an animated WebP", frames)
    _truncated(formats.WEBP, len(data), length + 8)
    if not width:
        raise InputError("damaged WebP (it does not say how large it is).")


def _examine_tiff(data: bytes, max_pixels: int) -> None:
    pages = tiff.directories(data)
    page = pages[0]
    refuse_bomb(page.number(tiff.WIDTH, 0), page.number(tiff.HEIGHT, 0), max_pixels)
    if page.number(tiff.SUBFILE, 0) & 1:
        raise InputError("a camera raw or similar file; only its small preview is a picture. Develop it first.")
    # Reduced copies (bit 0) and masks (bit 2) of the same picture are not pages.
    refuse_animation("a multi-page TIFF", sum(not other.number(tiff.SUBFILE, 0) & 5 for other in pages))
    _truncated(formats.TIFF, len(data), tiff.end_of_pixels(page), least=True)


def _examine_bmp(data: bytes, max_pixels: int) -> None:
    pixels_at, header = struct.unpack_from("<II", data, 10)
    if header == 12:  # the OS/2 kind
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    width, height = abs(width), abs(height)
    refuse_bomb(width, height, max_pixels)
    if compression in (0, 3, 6):  # plain rows, padded to four bytes; run lengths only decoding can tell
        _truncated(formats.BMP, len(data), pixels_at + (width * bits + 31) // 32 * 4 * height)


def _examine_heic(data: bytes, max_pixels: int) -> None:
    from .heif import heif_size

    position = 0
    while position + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, position + 8)
        if length == 0:  # to the end of the file
            break
        if length < 8:
            raise InputError(f"damaged HEIC (a part of {length} bytes at byte {position:,}).")
        position += length
        _truncated(formats.HEIC, len(data), position, least=True)
    refuse_bomb(*heif_size(data), max_pixels)


_EXAMINERS = {
    formats.PNG: _examine_png,
    formats.JPEG: _examine_jpeg,
    formats.WEBP: _examine_webp,
    formats.TIFF: _examine_tiff,
    formats.BMP: _examine_bmp,
    formats.HEIC: _examine_heic,
}
