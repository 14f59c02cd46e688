import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from impasto.core import InputError
from impasto.image import decode
from impasto.image.arrays import bands, quantise


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, ">u2", np.float16, np.float32, np.float64, ">f4"])
@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 3), (4, 5, 4)])
def test_arrays_of_every_kind_are_pictures(dtype, shape):
    dtype = np.dtype(dtype)
    white = 1 if dtype.kind == "f" else np.iinfo(dtype).max
    array = (np.random.default_rng(0).random(shape) * white).astype(dtype)
    before = array.copy()
    picture = decode(array)
    full = array.reshape(4, 5, -1).astype(np.float64) / white
    expected = np.repeat(full, 3, 2) if full.shape[2] == 1 else full[..., :3]
    assert_allclose(picture.rgb, expected, rtol=1e-6)
    assert picture.rgb.dtype == np.float32 and picture.rgb.flags.c_contiguous
    if shape[2:] == (4,):
        assert_allclose(picture.alpha, full[..., 3], rtol=1e-6)
    else:
        assert picture.alpha is None
    assert picture.depth == (8 if dtype == np.uint8 else 16)
    assert picture.name == "array" and picture.sha256 is None and picture.profile is None
    picture.rgb[:] = 0
    assert_array_equal(array, before)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ((4,), "must be"),
        ((4, 5, 2), "must be"),
        ((4, 5, 5), "must be"),
        ((3, 40, 50), "channels seem to come first"),
        ((1, 40, 50, 3), "batch of one"),
        ((2, 4, 5, 3), "must be"),
        ((0, 5, 3), "nothing in it"),
        ((), "must be"),
    ],
)
def test_other_shapes_are_refused_with_a_hint(shape, reason):
    with pytest.raises(InputError, match=rf"^array: .*{reason}"):
        decode(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", [bool, np.int32, np.int64, np.uint32, complex, object, "U1"])
def test_other_types_are_refused_by_name(dtype):
    with pytest.raises(InputError, match=r"^array: an array of .* is not a picture\. Use uint8"):
        decode(np.zeros((4, 5, 3), dtype))


@pytest.mark.parametrize(
    ("low", "high", "reason"),
    [
        (0, 255, "look like 0 to 255: divide by 255"),
        (0, 65535, "look like 0 to 65535"),
        (-1, 1, r"look like -1 to 1: use \(x \+ 1\) / 2"),
        (0, 1.2, "run from 0 to 1.2 and must lie within 0 to 1. Scale them, or clip"),
        (-0.05, 1, "clip them if they stray"),
        (0, np.nan, "NaN or infinite"),
        (-np.inf, 1, "NaN or infinite"),
    ],
)
def test_floats_outside_0_to_1_are_refused_with_a_hint(low, high, reason):
    array = np.full((4, 5, 3), 0.5)
    array[0, 0, 0], array[1, 1, 1] = low, high
    with pytest.raises(InputError, match=f"^photo: .*{reason}"):
        decode(array, name="photo")


def test_rounding_beyond_the_ends_is_forgiven_and_clipped():
    rgb = decode(np.array([[-1e-7, 1 + 1e-6]])).rgb
    assert rgb.min() == 0 and rgb.max() == 1


def test_every_level_survives_there_and_back():
    for depth, dtype in ((8, np.uint8), (16, np.uint16)):
        levels = np.arange(2**depth, dtype=dtype).reshape(-1, 256)
        assert_array_equal(quantise(decode(levels).rgb[..., 0], depth), levels)


def test_rounding_is_to_the_nearest_level():
    steps = np.float32([[0.49, 0.51, 1.49, 254.51]]) / 255
    assert quantise(steps, 8).tolist() == [[0, 1, 1, 255]]


@pytest.mark.parametrize("size", [(1, 1), (7, 10**6), (10**6, 3), (1000, 1000)])
def test_bands_cover_every_row_once(size):
    rows = [row for band in bands(*size) for row in range(band.start, band.stop)]
    assert rows == list(range(size[0]))
