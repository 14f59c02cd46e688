import io

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from impasto.core import InputError
from impasto.image import tiff


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_directories_are_read_in_either_order_and_size(order, big, make_tiff, noise):
    data = make_tiff(noise(), order=order, big=big, pages=3, strips=2)
    first, *others = tiff.directories(data)
    assert len(others) == 2
    assert (first.number(tiff.WIDTH, 0), first.number(tiff.HEIGHT, 0)) == (7, 5)
    assert first.numbers(tiff.BITS) == (8, 8, 8)
    assert len(first.numbers(tiff.STRIP_OFFSETS)) == 2
    assert first.number(tiff.COMPRESSION, 0) == 1
    assert first.number(tiff.SOFTWARE, 42) == 42
    assert 0 < tiff.end_of_pixels(first) <= len(data)


def test_the_orientation_tag_can_be_set_upright_in_place(make_tiff, noise):
    for order in "<>":
        data = make_tiff(noise(), order=order, t274=6)
        changed = tiff.without_orientation(data, tiff.directories(data)[0])
        assert tiff.directories(changed)[0].number(tiff.ORIENTATION, 0) == 1
        assert sum(a != b for a, b in zip(data, changed, strict=True)) == 1
    plain = make_tiff(noise())
    assert tiff.without_orientation(plain, tiff.directories(plain)[0]) is plain


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", [(1, 1), (5, 7), (600, 700)])
def test_what_is_written_others_read(channels, size, noise, profiles):
    samples = noise(*size, channels)
    data = tiff.write(samples, software="x 1", description='{"a": 1}', profile=profiles["wide"], dpi=(300, 72.5))
    with Image.open(io.BytesIO(data)) as image:
        assert_array_equal(np.asarray(image), samples)
        assert image.tag_v2[270] == '{"a": 1}' and image.tag_v2[305] == "x 1"
        assert image.info["icc_profile"] == profiles["wide"]
        assert image.info["dpi"] == (300, 72.5)
    assert tiff.end_of_pixels(tiff.directories(data)[0]) <= len(data)


def test_smooth_pictures_are_compressed(smooth):
    assert len(tiff.write(np.tile(smooth, (8, 8, 1)), software="x")) < 0.1 * smooth.size * 64


@pytest.mark.parametrize("length", [0, 3, 7])
def test_a_header_that_breaks_off_is_truncated(length, make_tiff, noise):
    with pytest.raises(InputError, match="truncated TIFF"):
        tiff.directories(make_tiff(noise())[: 4 + length])


def test_a_file_without_any_page_is_damaged():
    with pytest.raises(InputError, match="holds no picture"):
        tiff.directories(b"II*\0\0\0\0\0")
