import io
import re
import struct
from importlib import import_module

import numpy as np
import pytest
from PIL import Image, ImageFile

from impasto.core import InputError, RunError
from impasto.image import MAX_PIXELS, decode

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "HEIF"]


def refusal(data: bytes, name: str = "photo.x", **limits: int) -> str:
    with pytest.raises(InputError) as caught:
        decode(data, name=name, **limits)
    message = str(caught.value)
    assert message.startswith(f"{name}: ") and message.endswith(".") and "\n" not in message
    return message.removeprefix(f"{name}: ")


@pytest.fixture
def file_of(saved):
    def make(samples, format):
        if format != "HEIF":
            return saved(Image.fromarray(samples), format)
        target = io.BytesIO()
        pytest.importorskip("pillow_heif").from_pillow(Image.fromarray(samples)).save(target)
        return target.getvalue()

    return make


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.995])
def test_cut_off_files_are_refused_as_truncated_with_their_size(format, share, file_of, noise):
    data = file_of(noise(64, 96), format)
    cut = data[: int(len(data) * share)]
    message = refusal(cut)
    assert message.startswith(f"truncated {'HEIC' if format == 'HEIF' else 'WebP' if format == 'WEBP' else format} (")
    assert f"{len(cut):,}" in message


@pytest.mark.parametrize("format", FORMATS)
def test_the_first_few_bytes_of_a_file_are_refused_in_one_line(format, file_of, noise):
    data = file_of(noise(16, 16), format)
    for length in [*range(1, 64), 100, 150]:
        refusal(data[:length])


@pytest.mark.parametrize("format", ["WEBP", "BMP"])
def test_formats_that_say_their_length_are_quoted(format, file_of, noise):
    data = file_of(noise(64, 96), format)
    assert f"(100 of {len(data):,} bytes)" in refusal(data[:100])


def test_a_cut_off_jpeg_tells_about_how_long_it_was(saved):
    random = np.random.default_rng(0)  # equally busy everywhere, so that rows and bytes go together
    data = saved(Image.fromarray(random.integers(0, 256, (256, 256, 3), np.uint8)), "JPEG", quality=90)
    for share in (0.3, 0.6, 0.9):
        message = refusal(data[: int(len(data) * share)], "photo.jpg")
        guess = int(re.search(r"of about ([\d,]+) bytes", message)[1].replace(",", ""))
        assert abs(guess - len(data)) < 0.15 * len(data)  # two digits, and whole blocks of 16 rows


def test_a_cut_off_progressive_jpeg_admits_that_nobody_knows(saved, smooth):
    data = saved(Image.fromarray(smooth), "JPEG", progressive=True)
    assert refusal(data[:-200]) == f"truncated JPEG ({len(data) - 200:,} bytes of an unknown total)."


def test_truncation_is_found_even_where_a_program_told_pillow_to_look_away(monkeypatch, file_of, noise):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for format in FORMATS:
        data = file_of(noise(64, 96), format)
        assert "truncated" in refusal(data[: len(data) * 2 // 3])


def test_png_that_lost_a_byte_in_the_middle_is_damaged_not_decoded(saved, noise):
    data = bytearray(saved(Image.fromarray(noise(64, 64)), "PNG"))
    data[len(data) // 2] ^= 1
    assert refusal(bytes(data)).startswith("damaged PNG (wrong checksum in the IDAT chunk")


def test_png_without_pixels_is_damaged(make_png, noise):
    data = make_png(noise())
    start = data.index(b"IDAT") - 4
    assert "holds no pixels" in refusal(data[:start] + data[data.index(b"IEND") - 4 :])


def test_deep_png_whose_pixels_make_no_sense_is_damaged(make_png, noise):
    import zlib

    whole = make_png(noise(dtype=np.uint16))
    start = whole.index(b"IDAT")
    body = zlib.compress(b"too short")
    chunk = struct.pack(">I", len(body)) + b"IDAT" + body + struct.pack(">I", zlib.crc32(b"IDAT" + body))
    assert "damaged PNG" in refusal(whole[: start - 4] + chunk + whole[whole.index(b"IEND") - 4 :])


def test_a_jpeg_whose_tables_are_gone_is_damaged_and_named_by_its_format(saved, smooth):
    data = saved(Image.fromarray(smooth), "JPEG")
    message = refusal(data.replace(b"\xff\xdb", b"\xff\xfe"))  # quantisation tables, turned into comments
    assert message.startswith("damaged JPEG (")


def bomb(format: str, width: int, height: int, file_of, samples) -> bytes:
    """A small file whose header claims a huge picture."""
    data = bytearray(file_of(samples, format))
    if format == "PNG":
        import zlib

        data[16:24] = struct.pack(">II", width, height)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    elif format == "JPEG":
        at = data.index(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    elif format == "BMP":
        data[18:26] = struct.pack("<ii", width, -height)  # upside down, as some programs write
    elif format == "TIFF":
        from impasto.image import tiff

        places = tiff.directories(bytes(data))[0].places
        for tag, value in ((256, width), (257, height)):
            data[places[tag] - 6 : places[tag]] = struct.pack("<HI", 4, 1)
            data[places[tag] : places[tag] + 4] = struct.pack("<I", value)
    elif format == "WEBP":
        data[20:25] = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)
        data[12:16] = b"VP8L"
    return bytes(data)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_bombs_are_refused_by_their_header_before_anything_is_decoded(format, file_of, noise, monkeypatch):
    data = bomb(format, 16_000, 15_000, file_of, noise(16, 16))

    def explode(*_: object, **__: object) -> None:
        raise AssertionError("decoding began")

    monkeypatch.setattr(ImageFile.ImageFile, "load", explode)
    monkeypatch.setattr(import_module("impasto.image.decode"), "open_with", explode)
    monkeypatch.setattr(import_module("impasto.image.deep"), "open_with", explode)
    message = refusal(data)
    assert message == "16,000 x 15,000 pixels are 240 megapixels; the limit is 200. Make it smaller first."


@pytest.mark.parametrize("format", FORMATS)
def test_the_limit_is_the_callers_to_set_and_itself_allowed(format, file_of, noise):
    data = file_of(noise(16, 24), format)
    assert decode(data, max_pixels=16 * 24).size == (16, 24)
    assert "24 x 16 pixels" in refusal(data, max_pixels=16 * 24 - 1)


def test_the_largest_phone_photo_passes_where_pillows_own_guard_would_not(monkeypatch, file_of, noise):
    assert MAX_PIXELS >= 16320 * 12240
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    for format in ("PNG", "JPEG", "BMP"):
        assert decode(file_of(noise(16, 24), format)).size == (16, 24)


def test_a_refusal_by_pillows_own_guard_is_one_line_too(monkeypatch, file_of, noise):
    def guard(*_: object) -> None:
        raise Image.DecompressionBombError("Image size exceeds limit")

    monkeypatch.setattr(import_module("impasto.image.decode"), "open_with", guard)
    assert refusal(file_of(noise(), "PNG")) == "too large for Pillow (Image size exceeds limit)."


def test_too_little_memory_is_a_failed_run_not_a_bad_picture(monkeypatch, file_of, noise):
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(import_module("impasto.image.decode"), "open_with", fail)
    with pytest.raises(RunError, match=r"^x: there is not enough memory to decode it\.$"):
        decode(file_of(noise(), "PNG"), name="x")


def test_pil_images_and_arrays_keep_to_the_limit_too():
    with pytest.raises(InputError, match="array: 4 x 4 pixels"):
        decode(np.zeros((4, 4), np.uint8), max_pixels=15)
    with pytest.raises(InputError, match="picture: 4 x 4 pixels"):
        decode(Image.new("L", (4, 4)), max_pixels=15)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_moving_pictures_are_refused_with_the_number_of_frames(format, saved):
    first, *rest = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, 100, 200)]
    message = refusal(saved(first, format, save_all=True, append_images=rest))
    what = {
        "PNG": "an animated PNG of 3 frames",
        "WEBP": "an animated WebP of 3 frames",
        "TIFF": "a multi-page TIFF of 3 pages",
    }
    assert message == f"{what[format]}; impasto paints still pictures. Export one of them as a picture."


def test_gifs_are_refused_by_name(saved):
    message = refusal(saved(Image.new("P", (4, 4)), "GIF"))
    assert message == "a GIF, which is not a picture impasto can read (JPEG, PNG, WebP, TIFF, HEIC, BMP)."


def test_an_animation_of_one_frame_is_a_picture(make_png, noise):
    control = (b"acTL", struct.pack(">II", 1, 0))
    assert decode(make_png(noise(), control)).size == (5, 7)


def test_a_small_copy_inside_a_tiff_is_no_second_page(make_tiff, noise):
    assert decode(make_tiff(noise(), page_kinds=[0, 1])).size == (5, 7)
    assert decode(make_tiff(noise(), page_kinds=[0, 4])).size == (5, 7)
    assert "of 2 pages" in refusal(make_tiff(noise(), page_kinds=[0, 0, 1]))


def test_a_tiff_that_is_only_a_preview_is_refused_as_raw(make_tiff, noise):
    assert "camera raw" in refusal(make_tiff(noise(), page_kinds=[1, 0]))


def test_a_tiff_whose_pages_go_in_circles_ends(make_tiff, noise):
    data = bytearray(make_tiff(noise()))
    data[-4:] = data[4:8]  # the only page is its own successor
    assert decode(bytes(data)).size == (5, 7)


def test_a_picture_of_no_pixels_is_refused(file_of, noise):
    assert "there is nothing in it" in refusal(bomb("PNG", 0, 5, file_of, noise(16, 16)))


def test_a_header_that_claims_more_values_than_the_file_holds_is_truncated(make_tiff, noise):
    from impasto.image import tiff

    data = bytearray(make_tiff(noise(), strips=5))
    place = tiff.directories(bytes(data))[0].places[273]
    data[place - 4 : place] = struct.pack("<I", 4_000_000)
    assert "truncated TIFF" in refusal(bytes(data))
