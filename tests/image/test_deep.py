import itertools
import struct
import zlib

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from impasto.core import InputError
from impasto.image import decode


def scaled(samples):
    return samples.astype(np.float32) / np.float32(65535)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_of_16_bits_keeps_every_one(channels, make_png, noise):
    samples = noise(channels=channels, dtype=np.uint16)
    picture = decode(make_png(samples))
    colours = samples[..., :3] if channels > 2 else np.repeat(samples[..., :1], 3, 2)
    assert_array_equal(picture.rgb, scaled(colours))
    if channels in (2, 4):
        assert_array_equal(picture.alpha, scaled(samples[..., -1]))
    else:
        assert picture.alpha is None
    assert picture.depth == 16


@pytest.mark.parametrize("channels", [1, 3])
def test_a_see_through_colour_in_16_bits_becomes_alpha(channels, make_png, noise):
    samples = noise(channels=channels, dtype=np.uint16)
    key = struct.pack(f">{channels}H", *samples[2, 3].tolist())
    alpha = decode(make_png(samples, (b"tRNS", key))).alpha
    assert alpha[2, 3] == 0 and alpha.sum() == alpha.size - 1


@pytest.mark.parametrize("late", [False, True])
def test_png_of_16_bits_is_turned_upright_wherever_its_exif_stands(late, make_png, noise):
    samples = noise(dtype=np.uint16)
    exif = Image.Exif()
    exif[0x0112] = 6
    chunk = (b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    data = make_png(samples, late=[chunk]) if late else make_png(samples, chunk)
    assert_array_equal(decode(data).rgb, np.rot90(scaled(samples), -1))


def test_png_of_16_bits_is_converted_by_its_profile_without_losing_levels(make_png, profiles):
    ramp = np.repeat(np.arange(0, 65536, 16, dtype=np.uint16)[None, :, None], 3, 2)
    picture = decode(make_png(ramp, (b"iCCP", b"x\0\0" + zlib.compress(profiles["wide"]))))
    assert len(np.unique(picture.rgb[..., 1])) > 4000  # 8 bits on the way would leave 256
    assert picture.profile == profiles["wide"] and picture.depth == 16


def test_png_of_16_bits_with_a_table_profile_says_that_it_went_through_8(make_png, profiles, noise):
    picture = decode(make_png(noise(dtype=np.uint16), (b"iCCP", b"x\0\0" + zlib.compress(profiles["table"]))))
    assert "converted at 8 bits" in picture.notes[0]


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("order", "big"), [*itertools.product("<>", [False, True])])
def test_tiff_of_16_bits_keeps_every_one_in_any_layout(channels, order, big, make_tiff, noise):
    samples = noise(channels=channels, dtype=np.uint16)
    alpha = {"t338": 2} if channels == 4 else {}
    picture = decode(make_tiff(samples, order=order, big=big, strips=2, **alpha))
    colours = samples[..., :3] if channels > 1 else np.repeat(samples, 3, 2)
    assert_array_equal(picture.rgb, scaled(colours))
    assert picture.depth == 16
    if channels == 4:
        assert_array_equal(picture.alpha, scaled(samples[..., 3]))


def test_deep_tiff_stored_plane_by_plane_is_refused_rather_than_scrambled(make_tiff, noise):
    with pytest.raises(InputError, match=r"cannot read \(3 x 16 bits, whole numbers, plane by plane\)"):
        decode(make_tiff(noise(dtype=np.uint16), planar=True))


def test_shallow_tiff_may_be_stored_plane_by_plane(make_tiff, noise):
    samples = noise()
    assert_array_equal(decode(make_tiff(samples, planar=True)).rgb, samples.astype(np.float32) / 255)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiff_of_16_bits_is_turned_exactly_once(channels, orientation, make_tiff, noise):
    samples = noise(channels=channels, dtype=np.uint16)
    alpha = {"t338": 2} if channels == 4 else {}
    picture = decode(make_tiff(samples, t274=orientation, **alpha))
    upright = np.repeat(samples, 3, 2) if channels == 1 else samples[..., :3]
    if orientation > 4:
        upright = upright.swapaxes(0, 1)
    upright = upright[::-1] if orientation in (3, 4, 7, 8) else upright
    upright = upright[:, ::-1] if orientation in (2, 3, 6, 7) else upright
    assert_array_equal(picture.rgb, scaled(upright))


def test_tiff_whose_white_is_zero_is_not_a_negative(make_tiff, noise):
    deep = noise(channels=1, dtype=np.uint16)
    assert_array_equal(decode(make_tiff(deep, t262=0)).rgb[..., 0], scaled(65535 - deep)[..., 0])
    shallow = noise(channels=1)
    assert_array_equal(decode(make_tiff(shallow, t262=0)).rgb[..., 0], (255 - shallow[..., 0]).astype(np.float32) / 255)


def test_alpha_that_was_multiplied_into_the_colours_is_taken_out(make_tiff):
    samples = np.array([[[30000, 15000, 0, 32768], [0, 0, 0, 0], [65535, 1, 2, 65535]]], np.uint16)
    picture = decode(make_tiff(samples, t338=1))
    assert_allclose(picture.rgb[0, 0], [30000 / 32768, 15000 / 32768, 0], atol=1 / 65535)
    assert picture.rgb[0, 1].tolist() == [0, 0, 0]
    assert_allclose(picture.alpha[0], [32768 / 65535, 0, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_float_tiffs_are_taken_as_they_are(dtype, channels, make_tiff, noise):
    samples = noise(channels=channels, dtype=dtype)
    picture = decode(make_tiff(samples, **({"t338": 2} if channels == 4 else {})))
    colours = samples[..., :3] if channels > 1 else np.repeat(samples, 3, 2)
    assert_allclose(picture.rgb, colours, rtol=1e-7)
    assert picture.depth == 16
    assert (picture.alpha is not None) == (channels == 4)


@pytest.mark.parametrize(
    ("value", "reason"),
    [(np.nan, "NaN or infinite"), (np.inf, "NaN or infinite"), (200.0, "look like 0 to 255"), (-0.5, "-1 to 1")],
)
def test_float_tiffs_outside_0_to_1_are_refused_with_a_hint(value, reason, make_tiff, noise):
    samples = noise(dtype=np.float32)
    samples[1, 1, 1] = value
    with pytest.raises(InputError, match=rf"^x\.tif: .*{reason}"):
        decode(make_tiff(samples), name="x.tif")


@pytest.mark.parametrize("dtype", [np.int16, np.uint32, np.float16])
def test_tiffs_whose_white_nobody_knows_are_refused_by_kind(dtype, make_tiff, noise):
    samples = noise(dtype=np.uint16).astype(dtype)
    with pytest.raises(InputError, match=r"a kind of TIFF impasto cannot read \(3 x \d+ bits, .*16-bit PNG"):
        decode(make_tiff(samples))


def test_tiff_of_12_bits_runs_to_its_own_white(make_tiff):
    # Two samples of 12 bits, 0xFFF and 0x800, in three bytes; then a row of zeros.
    packed = np.array([[[0xFF], [0xF8], [0x00]], [[0], [0], [0]]], np.uint8)
    rgb = decode(make_tiff(packed, t258=12, t256=2)).rgb
    assert_allclose(rgb[..., 0], [[1, 0x800 / 0xFFF], [0, 0]], rtol=1e-6)


def test_a_profile_in_a_16_bit_tiff_is_used(make_tiff, profiles):
    samples = np.full((2, 2, 3), 65535, np.uint16) * np.uint16([0, 1, 0])
    picture = decode(make_tiff(samples, t34675=profiles["wide"]))
    assert picture.profile == profiles["wide"]
    assert_allclose(picture.rgb[0, 0], [0, 1, 0], atol=1e-3)


def test_a_profile_for_grey_in_a_16_bit_tiff_is_used(make_tiff, profiles):
    samples = np.full((2, 2, 1), 32768, np.uint16)
    picture = decode(make_tiff(samples, t34675=profiles["grey"]))
    linear = (32768 / 65535) ** (461 / 256)  # 1.8, as profiles count gammas
    assert_allclose(picture.rgb, 1.055 * linear ** (1 / 2.4) - 0.055, atol=1e-5)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_grey_of_16_bits_keeps_every_one(compression, saved, noise):
    samples = noise(64, 64, 1, np.uint16)[..., 0]
    rgb = decode(saved(Image.fromarray(samples), "TIFF", compression=compression)).rgb
    assert_array_equal(rgb[..., 0], scaled(samples))
