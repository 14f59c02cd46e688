import io
import struct

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image, ImageCms

from impasto.image import icc

DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))


@pytest.fixture
def shapers(curves, profiles):
    """Profiles with every kind of tone curve, and with primaries wider than sRGB's."""
    table = np.linspace(0, 1, 1024) ** 2.1
    tail = (1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return {
        "gamma": profiles["wide"],
        "linear": curves["rgb"](b"curv\0\0\0\0\0\0\0\0"),
        "table": curves["rgb"](curves["table"](table)),
        "formula 0": curves["rgb"](curves["formula"](0, (1.8,))),
        "formula 1": curves["rgb"](curves["formula"](1, (2.2, 0.9, 0.1))),
        "formula 2": curves["rgb"](curves["formula"](2, (2.2, 0.9, 0.05, 0.02))),
        "formula 3, Display P3": curves["rgb"](curves["formula"](3, (2.4, *tail)), DISPLAY_P3),
        "formula 4": curves["rgb"](curves["formula"](4, (2.4, *tail, 0.01, 0.0))),
    }


NAMES = ["gamma", "linear", "table", "formula 0", "formula 1", "formula 2", "formula 3, Display P3", "formula 4"]


@pytest.mark.parametrize("name", NAMES)
def test_curves_and_matrices_agree_with_little_cms(name, shapers, noise):
    samples = noise(40, 40)
    image = Image.fromarray(samples)
    source = ImageCms.ImageCmsProfile(io.BytesIO(shapers[name]))
    reference = ImageCms.profileToProfile(
        image, source, ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC
    )
    ours = icc.to_srgb(samples, 255, shapers[name])
    # Little CMS works in 8 and 16 bits here; near black one step of its is several of the encoded picture's.
    error = np.abs(ours * 255 - np.asarray(reference, np.float32))
    assert error.mean() < 0.35 and np.quantile(error, 0.99) < 1.1


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("formula 1", "formula 2", "formula 4")])
def test_there_and_back_is_where_one_started(name, shapers, noise):
    colours = noise(20, 20, 3, np.float32) * 0.15 + 0.45  # inside sRGB whatever the primaries
    back = icc.from_srgb(icc.to_srgb(colours, 1.0, shapers[name]), shapers[name])
    assert_allclose(back, colours, atol=2e-4)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_integers_and_floats_mean_the_same_colours(dtype, profiles, noise):
    samples, white = noise(dtype=dtype), float(np.iinfo(dtype).max)
    as_floats = icc.to_srgb((samples / white).astype(np.float32), 1.0, profiles["wide"])
    assert_allclose(icc.to_srgb(samples, white, profiles["wide"]), as_floats, atol=1e-5)


def test_white_black_and_grey_stay_neutral(profiles):
    grey = np.repeat(np.linspace(0, 1, 11, dtype=np.float32)[None, :, None], 3, 2)
    out = icc.to_srgb(grey, 1.0, profiles["wide"])
    assert np.ptp(out, axis=-1).max() < 1e-3  # profiles hold five digits
    assert_allclose(out[0, [0, -1]], [[0, 0, 0], [1, 1, 1]], atol=1e-3)


def test_srgb_is_recognised_however_it_is_written(curves, profiles):
    srgb = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
    x = np.linspace(0, 1, 1024)
    table = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    assert icc.shaper(profiles["srgb"]).is_srgb
    assert icc.shaper(curves["rgb"](curves["table"](table), srgb)).is_srgb
    assert icc.shaper(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()).is_srgb
    assert not icc.shaper(curves["rgb"](curves["gamma"](2.2), srgb)).is_srgb
    assert not icc.shaper(profiles["wide"]).is_srgb


def test_colours_beyond_srgb_are_clipped_to_it(profiles):
    out = icc.to_srgb(np.float32([[[0, 1, 0]]]), 1.0, profiles["wide"])
    assert out.min() == 0 and 0.9999 < out.max() <= 1


def test_a_table_takes_the_place_of_the_matrix_where_there_are_both(profiles, curves):
    tables = profiles["table"]
    start, length = next(
        struct.unpack_from(">II", tables, place + 4) for place in (132, 144) if tables[place : place + 4] == b"A2B0"
    )
    assert icc.shaper(curves["rgb"](A2B0=tables[start : start + length])) is None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_tables_are_looked_up_whatever_the_samples(dtype, profiles):
    white = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    out = icc.to_srgb(np.array([[[0, 0, 0], [white, white, white]]], dtype), float(white), profiles["table"])
    assert_allclose(out, [[[0, 0, 0], [1, 1, 1]]], atol=0.01)


def test_the_kind_of_space_is_named(profiles):
    assert [icc.space(profiles[name]) for name in ("wide", "grey", "cmyk")] == ["RGB", "GRAY", "CMYK"]


def test_profiles_that_describe_no_picture_are_refused(curves):
    with pytest.raises(icc.ProfileError, match="describes no picture"):
        icc.space(curves["icc"](b"RGB ", b"RGB ", {}, b"link"))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda curves: curves["rgb"]()[:300], "cut off"),
        (lambda curves: curves["rgb"](b"curv\0\0\0\0\0\xff\xff\xff"), "broken"),
        (lambda curves: curves["rgb"](b"xxxx" + b"\0" * 12), "unknown kind"),
        (lambda curves: curves["rgb"](b"para\0\0\0\0\0\x09\0\0"), "broken"),
        (lambda curves: curves["rgb"](curves["formula"](0, (0.0,))), "tone curve that is none"),
        (lambda curves: curves["rgb"](primaries=[(0.3, 0.3, 0.3)] * 3), "span no colours"),
    ],
)
def test_broken_profiles_are_refused_with_a_reason(damage, reason, curves):
    with pytest.raises(icc.ProfileError, match=reason):
        icc.to_srgb(np.zeros((2, 2, 3), np.uint8), 255, damage(curves))


def test_no_damage_to_a_profile_makes_anything_but_a_refusal(profiles, noise):
    random = np.random.default_rng(5)
    samples = noise(3, 3)
    for name in ("wide", "srgb", "table"):
        for _ in range(60):
            data = bytearray(profiles[name])
            for place in random.integers(0, 400, 4):
                data[place % len(data)] = random.integers(0, 256)
            try:
                icc.space(bytes(data))
                out = icc.to_srgb(samples, 255, bytes(data))
            except icc.ProfileError:
                continue
            assert np.isfinite(out).all() and out.min() >= 0 and out.max() <= 1
