import hashlib
import io
import pathlib

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageOps

from impasto.core import InputError
from impasto.image import decode, resize

LEVEL = 1 / 255


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF", "WEBP"])
def test_lossless_files_give_their_own_values(format, saved, noise):
    samples = noise()
    picture = decode(saved(Image.fromarray(samples), format, lossless=True))
    assert picture.rgb.dtype == np.float32
    assert_array_equal(picture.rgb, samples.astype(np.float32) / 255)
    assert picture.alpha is None and picture.profile is None and picture.depth == 8 and picture.notes == ()


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_lossy_files_are_close_to_what_was_saved(format, saved, smooth):
    picture = decode(saved(Image.fromarray(smooth), format, quality=95))
    assert np.abs(picture.rgb - smooth / 255).mean() < 2 * LEVEL


def test_progressive_and_grey_jpegs_are_read(saved, smooth):
    assert decode(saved(Image.fromarray(smooth), "JPEG", progressive=True)).size == (48, 64)
    grey = decode(saved(Image.fromarray(smooth[..., 0]), "JPEG", quality=95)).rgb
    assert_array_equal(grey[..., 0], grey[..., 2])
    assert_allclose(grey[..., 1], smooth[..., 0] / 255, atol=3 * LEVEL)


def test_grey_becomes_three_equal_channels(saved, noise):
    samples = noise(channels=1)[..., 0]
    rgb = decode(saved(Image.fromarray(samples), "PNG")).rgb
    assert rgb.shape == (5, 7, 3)
    for channel in range(3):
        assert_array_equal(rgb[..., channel], samples.astype(np.float32) / 255)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_kept_beside_straight_colours(format, saved, noise):
    samples = noise(channels=4)
    samples[..., 3] |= 1  # WebP may drop colours nobody sees
    picture = decode(saved(Image.fromarray(samples), format, lossless=True, exact=True))
    assert_array_equal(picture.rgb, samples[..., :3].astype(np.float32) / 255)
    assert_array_equal(picture.alpha, samples[..., 3].astype(np.float32) / 255)


def test_grey_with_alpha_is_kept(saved, noise):
    samples = noise(channels=2)
    picture = decode(saved(Image.fromarray(samples, "LA"), "PNG"))
    assert_array_equal(picture.rgb[..., 1], samples[..., 0].astype(np.float32) / 255)
    assert_array_equal(picture.alpha, samples[..., 1].astype(np.float32) / 255)


def test_palettes_are_looked_up_and_their_transparency_becomes_alpha(saved):
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    opaque = decode(saved(image, "PNG"))
    assert opaque.rgb.tolist() == [[[1, 0, 0], [0, 0, 1]]] and opaque.alpha is None
    assert decode(saved(image, "PNG", transparency=1)).alpha.tolist() == [[1, 0]]
    half = decode(saved(image, "PNG", transparency=bytes([255, 51])))
    assert_allclose(half.alpha, [[1, 0.2]], rtol=1e-6)


@pytest.mark.parametrize(("mode", "key", "colour"), [("RGB", (1, 2, 3), (1, 2, 3)), ("L", 9, 9), ("1", 0, 0)])
def test_a_colour_declared_see_through_becomes_alpha(mode, key, colour, saved):
    image = Image.new(mode, (2, 1), 255 if mode != "RGB" else (250, 250, 250))
    image.putpixel((0, 0), colour)
    assert decode(saved(image, "PNG", transparency=key)).alpha.tolist() == [[0, 1]]


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP"])
def test_one_bit_pictures_are_black_and_white(format, saved):
    image = Image.new("1", (3, 2))
    image.putpixel((1, 1), 1)
    rgb = decode(saved(image, format)).rgb
    assert rgb[1, 1].tolist() == [1, 1, 1] and rgb.sum() == 3


def test_cmyk_without_profile_is_ink_subtracted_from_white(saved):
    inks = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255], [0, 255, 255, 0]]], np.uint8)
    rgb = decode(saved(Image.fromarray(inks, "CMYK"), "TIFF")).rgb
    assert rgb.tolist() == [[[1, 1, 1], [0, 1, 1], [0, 0, 0], [1, 0, 0]]]


def test_inverted_cmyk_jpegs_come_out_the_right_way_round(saved):
    # Pillow, like Adobe's programs, stores the inks inverted behind an Adobe marker.
    data = saved(Image.new("CMYK", (16, 16), (0, 200, 200, 10)), "JPEG", quality=95)
    assert b"Adobe" in data
    assert_allclose(decode(data).rgb[8, 8], [0.96, 0.21, 0.21], atol=0.03)


def test_cmyk_uses_the_profile_it_comes_with_and_the_result_gets_none(saved, profiles):
    data = saved(Image.new("CMYK", (8, 8), (255, 255, 255, 255)), "TIFF", icc_profile=profiles["cmyk"])
    picture = decode(data)
    red, green, blue = picture.rgb[4, 4]
    assert green > 0.4 and green > 2 * red and green > 2 * blue  # the profile's ink is green; plain ink would be black
    assert picture.profile is None and picture.notes == ()


def test_a_cmyk_picture_with_an_rgb_profile_ignores_it_and_says_so(saved, profiles):
    picture = decode(saved(Image.new("CMYK", (8, 8)), "TIFF", icc_profile=profiles["wide"]))
    assert picture.rgb.min() == 1
    assert picture.notes == ("the colour profile is for RGB, not for CMYK and was ignored",)


def test_lab_files_become_srgb(saved):
    # L* 53, a* 80, b* 67 is sRGB red.
    samples = np.full((4, 4, 3), (round(53.24 * 2.55), 80 + 128, 67 + 128), np.uint8)
    rgb = decode(saved(Image.fromarray(samples ^ np.uint8([0, 128, 128]), "LAB"), "TIFF")).rgb
    assert_allclose(rgb[2, 2], [1, 0, 0], atol=0.12)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_orientation_is_turned_upright(orientation, format, saved, smooth):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(smooth)
    lossless = {} if format == "JPEG" else {"lossless": True}
    picture = decode(saved(stored, format, exif=exif, **lossless))
    turned = Image.fromarray(smooth)
    turned.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(turned)) / 255
    assert_allclose(picture.rgb, expected, atol=8 * LEVEL if format == "JPEG" else 1e-6)


def test_alpha_is_turned_with_the_colours(saved, noise):
    exif = Image.Exif()
    exif[0x0112] = 6
    samples = noise(channels=4)
    picture = decode(saved(Image.fromarray(samples), "PNG", exif=exif))
    assert_array_equal(picture.alpha, np.rot90(samples[..., 3], -1).astype(np.float32) / 255)
    assert picture.rgb.shape == (7, 5, 3) and picture.rgb.flags.c_contiguous


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_broken_exif_does_not_stop_a_good_picture(saved, smooth):
    data = saved(Image.fromarray(smooth), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert decode(data).size == (48, 64)


def test_the_extra_pictures_phones_hide_in_a_jpeg_are_left_alone(smooth):
    target = io.BytesIO()
    Image.fromarray(smooth).save(target, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    assert_allclose(decode(target.getvalue()).rgb, smooth / 255, atol=0.15)


def test_paths_bytes_and_open_files_give_the_same_picture(tmp_path, saved, noise):
    path = tmp_path / "photo.png"
    path.write_bytes(saved(Image.fromarray(noise()), "PNG"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    pictures = [decode(path), decode(str(path)), decode(path.read_bytes()), decode(bytearray(path.read_bytes()))]
    with path.open("rb") as file:
        pictures.append(decode(file))
        assert not file.closed
    for picture in pictures:
        assert_array_equal(picture.rgb, pictures[0].rgb)
        assert picture.sha256 == digest
    assert [picture.name for picture in pictures] == ["photo.png", "photo.png", "picture", "picture", "photo.png"]
    assert decode(path, name="content").name == "content"


def test_the_format_is_told_by_the_bytes_not_by_the_name(tmp_path, saved, noise):
    path = tmp_path / "really_a_png.jpg"
    path.write_bytes(saved(Image.fromarray(noise()), "PNG"))
    assert decode(path).size == (5, 7)


def test_reading_leaves_the_file_untouched(tmp_path, saved, smooth):
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(Image.fromarray(smooth), "JPEG"))
    before, stat = path.read_bytes(), path.stat()
    decode(path)
    assert path.read_bytes() == before and path.stat().st_mtime_ns == stat.st_mtime_ns
    assert [entry.name for entry in tmp_path.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "I;16", "I", "F"])
def test_pil_images_of_every_mode_are_taken_and_left_as_they_are(mode):
    image = Image.new(mode, (3, 2))
    before = image.copy()
    picture = decode(image)
    assert picture.rgb.shape == (2, 3, 3) and np.isfinite(picture.rgb).all()
    assert image.mode == mode and image == before
    assert picture.sha256 is None


def test_a_pil_image_from_a_file_is_turned_and_named(tmp_path, smooth):
    exif = Image.Exif()
    exif[0x0112] = 8
    Image.fromarray(smooth).save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as image:
        picture = decode(image)
    assert_array_equal(picture.rgb, np.rot90(smooth).astype(np.float32) / 255)
    assert picture.name == "turned.png"


def test_resolution_is_remembered(saved, noise):
    assert_allclose(decode(saved(Image.fromarray(noise()), "TIFF", dpi=(300, 300))).dpi, (300, 300))
    assert decode(saved(Image.fromarray(noise()), "PNG")).dpi is None


def test_a_wide_gamut_picture_is_converted_and_its_profile_kept(saved, profiles):
    # Adobe RGB green lies outside sRGB; its grey axis is sRGB's, but for the tone curve.
    samples = np.array([[[128, 128, 128], [0, 255, 0], [200, 100, 50]]], np.uint8)
    picture = decode(saved(Image.fromarray(samples), "PNG", icc_profile=profiles["wide"]))
    assert picture.profile == profiles["wide"]
    assert_allclose(picture.rgb[0, 0], 128 / 255, atol=1.5 * LEVEL)
    assert_allclose(picture.rgb[0, 1], [0, 1, 0], atol=LEVEL)
    assert picture.rgb[0, 2, 0] > 205 / 255  # the same numbers mean a more saturated colour


def test_an_srgb_profile_changes_no_value(saved, profiles, noise):
    samples = noise()
    picture = decode(saved(Image.fromarray(samples), "PNG", icc_profile=profiles["srgb"]))
    assert_array_equal(picture.rgb, samples.astype(np.float32) / 255)
    assert picture.profile == profiles["srgb"]


def test_a_grey_profile_is_applied_and_not_kept(saved, profiles):
    image = Image.new("L", (4, 4), 128)
    picture = decode(saved(image, "PNG", icc_profile=profiles["grey"]))
    linear = (128 / 255) ** 1.8
    assert_allclose(picture.rgb, 1.055 * linear ** (1 / 2.4) - 0.055, atol=1e-3)
    assert picture.profile is None


@pytest.mark.parametrize("broken", [b"nonsense", b"\0" * 200, b"A" * 5000])
def test_a_broken_profile_is_ignored_and_noted(broken, saved, noise):
    samples = noise()
    picture = decode(saved(Image.fromarray(samples), "PNG", icc_profile=broken))
    assert_array_equal(picture.rgb, samples.astype(np.float32) / 255)
    assert picture.profile is None
    assert picture.notes == ("the colour profile is broken and was ignored",)


def test_a_profile_that_can_only_be_read_is_used_but_not_kept(saved, profiles):
    picture = decode(saved(Image.new("RGB", (4, 4), (255, 0, 0)), "PNG", icc_profile=profiles["table"]))
    assert_allclose(picture.rgb[0, 0], 0.3, atol=0.03)  # L* = 33 by its table
    assert picture.profile is None and "can only be read" in picture.notes[0]


def test_what_is_no_picture_at_all_is_named_by_its_type():
    with pytest.raises(InputError, match=r"picture: a dict is not a picture\. Pass a file name, bytes"):
        decode({})


def test_a_file_open_as_text_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    with (tmp_path / "a.txt").open() as file, pytest.raises(InputError, match=r"a\.txt: .*'rb'"):
        decode(file)


def test_errors_name_the_path_as_it_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("notes.txt").write_text("hello")
    with pytest.raises(InputError) as caught:
        decode("notes.txt")
    assert str(caught.value) == "notes.txt: not a picture impasto can read (JPEG, PNG, WebP, TIFF, HEIC, BMP)."
    assert caught.value.exit_code == 2


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "HEIF"])
def test_damage_anywhere_gives_a_picture_or_one_clear_line(format, smooth):
    target = io.BytesIO()
    if format == "HEIF":
        pytest.importorskip("pillow_heif").from_pillow(Image.fromarray(smooth)).save(target)
    else:
        Image.fromarray(smooth).save(target, format)
    random = np.random.default_rng(3)
    refused = 0
    for _ in range(60):
        data = bytearray(target.getvalue())
        for place in random.integers(0, min(len(data), 400), 3):  # headers, where damage does the most
            data[place] = random.integers(0, 256)
        try:
            decode(bytes(data), name="x", max_pixels=10**6)
        except InputError as error:
            refused += 1
            assert str(error).startswith("x: ") and "\n" not in str(error)
    assert refused > 5


def test_a_large_jpeg_is_decoded_no_larger_than_needed():
    ramp = np.linspace(0, 255, 1600, dtype=np.float32)
    pixels = np.stack([np.tile(ramp, (900, 1)), np.tile(ramp[:900, None], (1, 1600)), np.full((900, 1600), 90)], -1)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "jpeg", quality=95, exif=exif)
    whole, part = decode(file.getvalue()), decode(file.getvalue(), enough_px=500)
    assert part.size == whole.size == (1600, 900)
    assert part.rgb.shape == (800, 450, 3)  # a third would be too small
    assert np.abs(part.rgb - resize(whole.rgb, (800, 450))).mean() < 0.01
    assert decode(file.getvalue(), enough_px=900).rgb.shape == (1600, 900, 3)
