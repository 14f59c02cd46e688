import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from impasto.image import fit_size, label_levels, resize, resize_mask


@pytest.mark.parametrize(
    ("size", "long_side", "fitted"),
    [((300, 400), 200, (150, 200)), ((400, 300), 200, (200, 150)), ((10, 10), 35, (35, 35)), ((1, 1000), 10, (1, 10)),
     ((3, 2), 2, (2, 1)), ((171, 256), 512, (342, 512)), ((99_999, 100_000), 7, (7, 7))],
)  # fmt: skip
def test_fitted_sizes_have_the_long_side_asked_for(size, long_side, fitted):
    assert fit_size(size, long_side) == fitted


def test_fitting_to_its_own_long_side_changes_no_size():
    random = np.random.default_rng(0)
    for height, width in random.integers(1, 5000, (500, 2)).tolist():
        assert fit_size((height, width), max(height, width)) == (height, width)
        assert max(fit_size((height, width), 777)) == 777


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1), (20, 30, 3), (20, 30, 7)])
@pytest.mark.parametrize("size", [(10, 15), (40, 61), (10, 60), (40, 7), (1, 1), (20, 30)])
def test_any_kind_of_array_goes_to_any_size(shape, size):
    array = np.random.default_rng(0).random(shape, np.float32)
    before = array.copy()
    out = resize(array, size)
    assert out.shape == size + shape[2:] and out.dtype == np.float32
    assert out.min() >= array.min() and out.max() <= array.max()
    assert_array_equal(array, before)
    assert not np.shares_memory(out, array)


def test_shrinking_averages_so_that_fine_stripes_become_grey():
    stripes = np.zeros((64, 64, 3), np.float32)
    stripes[:, ::2] = 1
    for size in (16, 20, 5):  # even and uneven factors, and one beyond the coarse first step
        inner = resize(stripes, (size, size))[:, 1:-1]  # the window is cut off at the border
        assert_allclose(inner, 0.5, atol=0.02)


def test_shrinking_keeps_the_mean(noise):
    picture = noise(60, 90, 3, np.float32)
    for size in ((40, 60), (20, 30), (6, 9)):
        # The window gives pixels at the border more weight, and clipping takes its overshoot.
        assert_allclose(resize(picture, size).mean((0, 1)), picture.mean((0, 1)), atol=5e-3)


def test_enlarging_a_slope_gives_a_slope_and_an_edge_no_halo():
    slope = np.repeat(np.linspace(0, 1, 20, dtype=np.float32)[None], 20, 0)
    big = resize(slope, (40, 40))
    assert (np.diff(big[20]) >= -1e-6).all()
    edge = np.full((8, 8), 0.2, np.float32)
    edge[:, 4:] = 0.8
    assert set(np.quantile(resize(edge, (64, 64)), [0, 1]).round(6)) == {np.float32(0.2), np.float32(0.8)}


def test_masks_with_negative_values_keep_their_range():
    guide = np.linspace(-3, 5, 12, dtype=np.float64).reshape(3, 4)
    out = resize(guide, (9, 12))
    assert out.min() < -2.5 and out.max() > 4.5


def test_a_view_that_is_not_contiguous_is_taken_as_it_looks(noise):
    picture = noise(20, 30, 3, np.float32)
    assert_array_equal(resize(picture[::-1, :, ::-1], (10, 10)), resize(picture[::-1, :, ::-1].copy(), (10, 10)))


def test_a_size_of_nothing_is_a_mistake(noise):
    with pytest.raises(ValueError, match="0 x 5"):
        resize(noise(dtype=np.float32), (0, 5))


def test_labels_stay_labels_at_any_size_and_soft_masks_stay_soft():
    labels = np.repeat(np.array([0, 90, 200]) / 255, 7)[None].repeat(11, 0).astype(np.float32)
    for size in ((23, 64), (5, 9), (11, 21)):
        resized = resize_mask(labels, size)
        assert resized.shape == size
        assert label_levels(resized).tolist() == [0, 90, 200]
        assert abs(float((resized == 0).mean()) - 1 / 3) < 0.05
    soft = np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)
    assert label_levels(soft) is None
    assert len(np.unique(resize_mask(soft, (40, 40)))) > 400
