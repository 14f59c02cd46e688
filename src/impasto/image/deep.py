"""PNG and TIFF of 16 bits and float, whose full precision Pillow would not keep; decoded by OpenCV."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError

from . import png, tiff
from .alpha import unpremultiply
from .arrays import check_range
from .formats import PNG, TIFF
from .pillow import Samples, exif_orientation, open_with, read_image


def _decode(data: bytes) -> NDArray[Any] | None:
    """OpenCV's reading of a file, every bit kept, red first; None when it cannot read it."""
    import cv2

    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if pixels is None or pixels.ndim == 2:
        return pixels
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]


def read_png(data: bytes) -> Samples:
    """A 16-bit PNG: grey, grey with alpha, RGB or RGBA."""
    pixels = _decode(data)
    if pixels is None or pixels.dtype != np.uint16:
        raise InputError("damaged PNG (its pixels cannot be decoded).")
    found = {kind: body for kind, body in png.chunks(data) if kind in (b"tRNS", b"eXIf")}
    if b"tRNS" in found and (pixels.ndim == 2 or pixels.shape[2] == 3):  # one colour is see-through
        key = np.frombuffer(found[b"tRNS"], ">u2").astype(np.uint16)
        colour = pixels.reshape(*pixels.shape[:2], -1)
        alpha = np.where((colour == key).all(-1, keepdims=True), 0, 65535).astype(np.uint16)
        pixels = np.concatenate([colour, alpha], -1)
    header = open_with(PNG, data)
    return Samples(
        pixels,
        65535.0,
        header.info.get("icc_profile") or None,
        _turn(bytes(found.get(b"eXIf", b""))),
        header.info.get("dpi"),
    )


def _turn(exif: bytes) -> int:
    from PIL import Image

    def parse() -> Image.Exif:
        parsed = Image.Exif()
        parsed.load(b"Exif\0\0" + exif)
        return parsed

    return exif_orientation(parse)


def read_tiff(data: bytes) -> Samples:
    """A TIFF of any kind that Pillow or OpenCV knows, in the precision it has."""
    page = tiff.directories(data)[0]
    bits = page.numbers(tiff.BITS, (1,))
    kinds = page.numbers(tiff.SAMPLE_FORMAT, (1,))
    photometric = page.number(tiff.PHOTOMETRIC, 1)
    if max(bits) <= 8 or photometric not in (0, 1, 2):  # CMYK and Lab of 16 bits lose half of them in Pillow
        return _read_shallow(data)
    channels = page.number(tiff.SAMPLES, len(bits))
    planar = channels > 1 and page.number(tiff.PLANAR, 1) == 2  # which OpenCV scrambles without a word
    described = f"{channels} x {max(bits)} bits, {_KINDS.get(kinds[0], 'unknown')}{', plane by plane' * planar}"
    refusal = InputError(f"a kind of TIFF impasto cannot read ({described}). Save it as 16-bit PNG.")
    if bits[0] == 12 and channels == 1:
        samples = _read_shallow(data)
        return Samples(samples.pixels, 4095.0, samples.profile, samples.orientation, samples.dpi)
    if planar or channels not in ((3, 4) if photometric == 2 else (1,)):
        raise refusal
    wanted = {(16, 1): np.uint16, (32, 3): np.float32, (64, 3): np.float64}.get((bits[0], kinds[0]))
    pixels = _decode(tiff.without_orientation(data, page)) if wanted else None
    if wanted is None or pixels is None or pixels.dtype != wanted or pixels.size != _size(page, channels):
        raise refusal
    white = 65535.0
    if wanted is not np.uint16:
        check_range(float(pixels.min()), float(pixels.max()))
        pixels, white = pixels.astype(np.float32), 1.0
    elif photometric == 0:
        pixels = 65535 - pixels  # white is zero
    if page.number(tiff.EXTRA_SAMPLES, 0) == 1 and wanted is np.uint16:
        pixels = unpremultiply(pixels)
    profile = page.tags.get(tiff.PROFILE)
    turned = page.number(tiff.ORIENTATION, 1)
    return Samples(pixels, white, profile if isinstance(profile, bytes) else None, turned)


_KINDS = {1: "whole numbers", 2: "signed numbers", 3: "floating point", 4: "undefined"}


def _size(page: tiff.Directory, channels: int) -> int:
    return page.number(tiff.WIDTH, 0) * page.number(tiff.HEIGHT, 0) * channels


def _read_shallow(data: bytes) -> Samples:
    return read_image(open_with(TIFF, data))
