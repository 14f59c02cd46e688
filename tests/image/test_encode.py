import io
import struct

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from impasto.core import RunError, UsageError
from impasto.image import FORMATS, check_writable, decode, encode, save
from impasto.image.encode import check_size

LOSSLESS = ["png", "tif", "bmp"]
LEVEL = 1 / 255


@pytest.fixture
def picture(noise):
    return noise(24, 33, 3, np.float32)


@pytest.mark.parametrize("format", LOSSLESS)
def test_lossless_formats_hold_the_nearest_level(format, picture):
    pixels = np.asarray(Image.open(io.BytesIO(encode(picture, format))).convert("RGB"))
    assert_array_equal(pixels, np.rint(picture * 255))


@pytest.mark.parametrize("format", ["png", "tiff"])
@pytest.mark.parametrize("alpha", [False, True])
def test_16_bits_hold_the_nearest_level_and_other_programs_read_them(format, alpha, picture):
    data = encode(picture, format, depth=16, alpha=picture[..., 0] if alpha else None)
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert read.dtype == np.uint16
    assert_array_equal(read[..., 2::-1], np.rint(picture * 65535))
    if alpha:
        assert_array_equal(read[..., 3], np.rint(picture[..., 0] * 65535))
    assert_allclose(decode(data).rgb, picture, atol=0.51 / 65535)


def test_values_outside_are_clipped_and_the_picture_handed_in_is_left_alone(picture):
    stray = picture * 3 - 1
    before = stray.copy()
    for format in ("png", "jpg", "tif", "webp"):
        encode(stray, format, alpha=picture[..., 0])
    assert_array_equal(stray, before)
    assert_allclose(decode(encode(stray, "png")).rgb, np.clip(stray, 0, 1), atol=0.51 * LEVEL)


@pytest.mark.parametrize("name", ["jpg", "jpeg", "png", "webp", "tif", "tiff", "bmp", ".PNG", "heic", "HEIF"])
def test_every_suffix_names_its_format(name, picture):
    if "hei" in name.lower():
        pytest.importorskip("pillow_heif")
    assert decode(encode(picture, name)).size == (24, 33)


def test_jpeg_keeps_colour_at_full_resolution_at_quality_95(smooth):
    data = encode(smooth.astype(np.float32) / 255, "jpg")
    at = data.index(b"\xff\xc0")
    assert [data[at + 11 + 3 * component] for component in range(3)] == [0x11] * 3  # sampling factors 1x1: 4:4:4
    reference = io.BytesIO()
    Image.fromarray(smooth).save(reference, "JPEG", quality=95, subsampling=0)
    assert Image.open(io.BytesIO(data)).quantization == Image.open(reference).quantization


def test_quality_changes_the_size(picture):
    for format in ("jpg", "webp"):
        assert len(encode(picture, format, quality=30)) < len(encode(picture, format, quality=95))


@pytest.mark.parametrize("format", ["png", "webp", "tif"])
def test_alpha_is_written_where_the_format_has_it(format, picture):
    alpha = np.linspace(0, 1, 24 * 33, dtype=np.float32).reshape(24, 33)
    assert_allclose(decode(encode(picture, format, alpha=alpha)).alpha, alpha, atol=0.51 * LEVEL)


@pytest.mark.parametrize("format", ["jpg", "bmp"])
def test_without_alpha_in_the_format_the_picture_is_laid_on_white(format):
    red = np.zeros((16, 16, 3), np.float32) + np.float32([1, 0, 0])
    result = decode(encode(red, format, alpha=np.full((16, 16), 0.25, np.float32)))
    assert result.alpha is None
    assert_allclose(result.rgb[8, 8], [1, 0.75, 0.75], atol=2 * LEVEL)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("format", ["png", "tif"])
def test_a_profile_goes_full_circle(format, depth, make_png, profiles, noise):
    # Muted colours: those beyond sRGB cannot come back.
    stored = (noise(24, 33, 3, np.float32) * 0.15 + 0.45) * 65535
    stored = stored.astype(np.uint16)
    import zlib

    first = decode(make_png(stored, (b"iCCP", b"x\0\0" + zlib.compress(profiles["wide"]))))
    data = encode(first.rgb, format, profile=first.profile, depth=depth)
    image = Image.open(io.BytesIO(data))
    assert image.info["icc_profile"] == profiles["wide"]
    again = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)[..., ::-1]
    white = 2**depth - 1
    # Half a level of rounding, and in 16 bits two of the conversion's own float32.
    assert_allclose(again / white, stored / 65535, atol=(0.51 if depth == 8 else 2.5) / white)
    assert np.abs(decode(data).rgb - first.rgb).max() < 2 / white + 1e-4


def test_jpeg_and_webp_embed_the_profile_and_bmp_stays_srgb(picture, profiles):
    for format in ("jpg", "webp"):
        image = Image.open(io.BytesIO(encode(picture, format, profile=profiles["wide"])))
        assert image.info["icc_profile"] == profiles["wide"]
    assert encode(picture, "bmp", profile=profiles["wide"]) == encode(picture, "bmp")


@pytest.mark.parametrize("name", ["grey", "cmyk", "table"])
def test_a_profile_that_no_result_can_be_in_gives_srgb(name, picture, profiles):
    assert encode(picture, "png", profile=profiles[name]) == encode(picture, "png")
    assert encode(picture, "png", profile=b"nonsense") == encode(picture, "png")


@pytest.mark.parametrize("format", ["jpg", "png", "tif", "bmp"])
def test_resolution_is_written(format, picture):
    assert_allclose(decode(encode(picture, format, dpi=(300, 150))).dpi, (300, 150), rtol=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 7)])
@pytest.mark.parametrize("format", ["jpg", "png", "webp", "tif", "bmp"])
def test_the_smallest_and_oddest_sizes_are_written(shape, format):
    picture = np.full((*shape, 3), 0.5, np.float32)
    for depth in (8, 16) if format in ("png", "tif") else (8,):
        assert_allclose(decode(encode(picture, format, depth=depth)).rgb, 0.5, atol=2.5 * LEVEL)


def test_the_same_picture_gives_the_same_bytes(picture):
    for format in ("jpg", "png", "webp", "tif", "bmp"):
        assert encode(picture, format, metadata={"seed": 1}) == encode(picture, format, metadata={"seed": 1})


def test_a_tiff_of_many_strips_is_whole(noise):
    picture = noise(700, 600, 3, np.float32)
    data = encode(picture, "tif")
    assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), np.rint(picture * 255))
    assert struct.unpack_from("<2sH", data) == (b"II", 42)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"format": "gif"}, "no picture format 'gif'"),
        ({"format": "jpgg"}, "Did you mean 'jpg'?"),
        ({"quality": 0}, "quality 0 is not within 1 to 100."),
        ({"quality": 101}, "quality 101 is not within 1 to 100."),
        ({"format": "jpg", "depth": 16}, "JPEG holds 8 bits per sample, not 16. PNG and TIFF hold 16."),
        ({"depth": 12}, "PNG holds 8 or 16 bits per sample, not 12."),
    ],
)
def test_wrong_settings_are_refused_in_one_line(arguments, message, picture):
    with pytest.raises(UsageError) as caught:
        encode(picture, **({"format": "png"} | arguments))
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_picture_with_nan_is_a_failed_run_and_nothing_is_written(value, picture, tmp_path):
    picture[3, 4, 1] = value
    with pytest.raises(RunError, match=r"out\.png: the picture holds NaN or infinite values; it was not written\."):
        save(picture, tmp_path / "out.png")
    assert not list(tmp_path.iterdir())


def test_a_programming_mistake_is_a_value_error(picture):
    for wrong in (picture[..., 0], (picture * 255).astype(np.uint8), picture[:0]):
        with pytest.raises(ValueError, match="a picture is float"):
            encode(wrong, "png")
    with pytest.raises(ValueError, match="does not lie on"):
        encode(picture, "png", alpha=picture[:-1, :, 0])


def test_sides_longer_than_a_format_holds_are_refused_with_the_way_out():
    for format in FORMATS:
        check_size(format, 16_000, 10)
    with pytest.raises(UsageError, match=r"out\.webp: WebP holds at most 16,383 pixels on a side, not 16,400"):
        save(np.zeros((1, 16_400, 3), np.float32), "out.webp")


@pytest.mark.parametrize("name", ["out.jpg", "out.jpeg", "out.PNG", "out.webp", "out.tif", "out.tiff", "out.bmp"])
def test_save_takes_the_format_from_the_suffix(name, picture, tmp_path):
    check_writable(tmp_path / name)
    save(picture, tmp_path / name, metadata={"a": 1})
    expected = {"jpg": "JPEG", "jpeg": "JPEG", "tif": "TIFF", "tiff": "TIFF"}
    suffix = name.rpartition(".")[2].lower()
    assert Image.open(tmp_path / name).format == expected.get(suffix, suffix.upper())
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
