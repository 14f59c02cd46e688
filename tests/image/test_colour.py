import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageCms

from impasto.core import UsageError
from impasto.image import colour


@pytest.fixture
def pair():
    """Two pictures whose colours are correlated, each in its own way, of different sizes."""
    random = np.random.default_rng(0)
    mix = random.normal(size=(2, 3, 3)) * 0.06
    source = 0.45 + random.normal(size=(40, 50, 3)) @ mix[0]
    target = np.array([0.6, 0.5, 0.35]) + random.normal(size=(33, 47, 3)) @ mix[1]
    return source.astype(np.float32), target.astype(np.float32)


def test_linear_light_is_the_standards(noise):
    # IEC 61966-2-1: the two pieces meet at 0.04045, and 0.5 is 0.2140.
    assert_allclose(colour.srgb_to_linear(np.array([0, 0.04045, 0.5, 1])), [0, 0.0031308, 0.21404, 1], atol=1e-5)
    picture = noise(20, 20, 3, np.float32)
    assert_allclose(colour.linear_to_srgb(colour.srgb_to_linear(picture)), picture, atol=1e-6)


def test_linear_light_of_stray_values_is_finite():
    assert np.isfinite(colour.srgb_to_linear(np.array([-1.0, 2.0]))).all()
    assert np.isfinite(colour.linear_to_srgb(np.array([-1.0, 2.0]))).all()


def test_luma_and_yuv_are_those_of_bt601(noise):
    assert_allclose(colour.luminance(np.eye(3)), [0.299, 0.587, 0.114])
    # The primaries' differences, by hand: U = 0.436/0.886 (B - Y), V = 0.615/0.701 (R - Y).
    blue = colour.rgb_to_yuv(np.array([0.0, 0.0, 1.0]))
    assert_allclose(blue, [0.114, 0.436, 0.615 / 0.701 * -0.114], rtol=1e-6)
    picture = noise(20, 20, 3, np.float32)
    assert_allclose(colour.yuv_to_rgb(colour.rgb_to_yuv(picture)), picture, atol=1e-6)


def test_lab_agrees_with_known_colours_and_comes_back(noise):
    # Lindbloom's calculator, sRGB, D65.
    known = {(1, 1, 1): (100, 0, 0), (0, 1, 0): (87.73, -86.18, 83.18), (0, 0, 1): (32.30, 79.19, -107.86)}
    for rgb, lab in known.items():
        assert_allclose(colour.rgb_to_lab(np.array(rgb, float)), lab, atol=0.02)
    assert_allclose(colour.rgb_to_lab(np.full((1, 1, 3), 0.3)), [[[32.53, 0, 0]]], atol=0.01)
    picture = noise(20, 20, 3, np.float32)
    assert_allclose(colour.lab_to_rgb(colour.rgb_to_lab(picture)), picture, atol=2e-5)


def test_lightness_agrees_with_little_cms(noise):
    grey = np.repeat(noise(16, 16, 1), 3, 2)  # whose lightness is the same under D50 and D65
    image = Image.fromarray(grey)
    lab = ImageCms.profileToProfile(
        image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    ours = colour.rgb_to_lab(np.asarray(image, np.float32) / 255)[..., 0]
    assert_allclose(np.asarray(lab)[..., 0] / 2.55, ours, atol=0.3)  # 8 bits of lightness are 0.39 apart


@pytest.mark.parametrize(
    "function",
    ["srgb_to_linear", "linear_to_srgb", "luminance", "rgb_to_yuv", "yuv_to_rgb", "rgb_to_lab", "lab_to_rgb"],
)
def test_large_pictures_come_out_as_small_ones_do(function, noise):
    convert = getattr(colour, function)
    picture = noise(1100, 1000, 3, np.float32)  # more than one band
    out = convert(picture)
    assert out.dtype == np.float32
    assert_array_equal(out[700:710], convert(picture[700:710]))
    assert convert(picture[0]).shape == out.shape[1:]
    assert convert(picture[0, 0].astype(np.float64)).dtype == np.float64


@pytest.mark.parametrize("method", ["mkl", "pca", "cholesky"])
def test_matched_colours_have_the_targets_mean_and_covariance(method, pair):
    source, target = pair
    before = source.copy(), target.copy()
    mean, covariance = colour.mean_covariance(colour.match_mean_covariance(source, target, method))
    wanted = colour.mean_covariance(target)
    assert_allclose(mean, wanted[0], atol=1e-5)
    assert_allclose(covariance, wanted[1], atol=2e-4)  # the 1e-5 on the diagonal, stretched; 1e-3 is promised
    assert_array_equal(source, before[0])
    assert_array_equal(target, before[1])


def test_the_moments_are_numpys(pair):
    mean, covariance = colour.mean_covariance(pair[0])
    pixels = pair[0].reshape(-1, 3).astype(np.float64)
    assert_allclose(mean, pixels.mean(0), rtol=1e-12)
    assert_allclose(covariance, np.cov(pixels.T, bias=True), rtol=1e-9)


def test_the_monge_kantorovich_map_is_symmetric_and_moves_colours_least(pair):
    source, target = pair
    moved = {method: colour.match_mean_covariance(source, target, method) for method in ("mkl", "pca", "cholesky")}
    cost = {method: float(np.square(out - source).mean()) for method, out in moved.items()}
    assert cost["mkl"] < cost["pca"] and cost["mkl"] < cost["cholesky"]
    (mean_s, _), (mean_t, _) = colour.mean_covariance(source), colour.mean_covariance(target)
    matrix, *_ = np.linalg.lstsq((source - mean_s).reshape(-1, 3), (moved["mkl"] - mean_t).reshape(-1, 3))
    assert_allclose(matrix, matrix.T, atol=1e-4)


def test_matching_a_picture_to_itself_changes_nothing(pair):
    for method in ("mkl", "pca", "cholesky"):
        assert_allclose(colour.match_mean_covariance(pair[0], pair[0], method), pair[0], atol=1e-5)


def test_flat_and_grey_pictures_match_without_nan(pair):
    flat = np.full((4, 4, 3), 0.2, np.float32)
    grey = np.repeat(pair[0][..., :1], 3, 2)
    for method in ("mkl", "pca", "cholesky"):
        assert_allclose(
            colour.match_mean_covariance(flat, pair[1], method),
            np.broadcast_to(pair[1].mean((0, 1)), flat.shape),
            atol=1e-4,
        )
        assert_allclose(colour.match_mean_covariance(pair[0], flat, method), 0.2, atol=0.05)
        assert np.isfinite(colour.match_mean_covariance(grey, pair[1], method)).all()


def test_clipping_is_the_callers_choice(pair):
    bright = pair[1] * 2
    assert colour.match_mean_covariance(pair[0], bright).max() > 1
    assert colour.match_mean_covariance(pair[0], bright, clip=True).max() == 1


def test_unknown_matching_is_refused(pair):
    with pytest.raises(UsageError, match=r"no colour matching 'sort'\. Use mkl, pca or cholesky"):
        colour.match_mean_covariance(*pair, method="sort")


def test_transferred_luminance_keeps_the_photos_colour_and_the_results_luma(painted):
    content, result = painted(60, 80, seed=1) * 0.5 + 0.25, painted(60, 80, seed=2) * 0.3 + 0.35
    out = colour.rgb_to_yuv(colour.transfer_luminance(result, content))
    assert_allclose(out[..., 0], colour.luminance(result), atol=1e-5)
    assert np.abs(out[..., 1:] - colour.rgb_to_yuv(content)[..., 1:]).max() < 1e-5  # 1/255 is asked for


def test_colours_that_do_not_fit_the_luma_fade_without_changing_hue_or_luma():
    content = np.zeros((1, 3, 3), np.float32) + np.float32([0.1, 0.2, 0.9])
    result = np.float32([[[0.0, 0.0, 0.0], [0.9, 0.9, 0.9], [1.0, 1.0, 1.0]]])
    out = colour.transfer_luminance(result, content)
    assert out.min() >= 0 and out.max() <= 1
    assert_allclose(colour.luminance(out), [[0, 0.9, 1]], atol=1e-6)
    faded = colour.rgb_to_yuv(out[0, 1])[1:]
    wanted = colour.rgb_to_yuv(content[0, 1])[1:]
    assert 0 < faded[0] / wanted[0] < 1
    assert_allclose(faded[0] / wanted[0], faded[1] / wanted[1], rtol=1e-4)
    assert_array_equal(out[0, [0, 2]], [[0, 0, 0], [1, 1, 1]])


def test_pictures_of_different_sizes_have_no_common_luminance():
    with pytest.raises(ValueError, match="do not lie on each other"):
        colour.transfer_luminance(np.zeros((2, 2, 3), np.float32), np.zeros((2, 3, 3), np.float32))


def test_matched_luma_has_the_photos_mean_and_spread(pair):
    style, content = pair
    out = colour.match_luminance(style, content)
    assert out.shape == style.shape and out.dtype == np.float32
    assert_array_equal(out[..., 0], out[..., 2])
    goal = colour.luminance(content)
    assert_allclose([out.mean(), out[..., 0].std()], [goal.mean(), goal.std()], atol=1e-5)
    # The arrangement is the style's: luma changes by one straight line.
    assert np.corrcoef(out[..., 0].ravel(), colour.luminance(style).ravel())[0, 1] > 0.99999


def test_a_flat_style_takes_the_photos_mean_luma(pair):
    flat = np.full((3, 4, 3), 0.7, np.float32)
    assert_allclose(colour.match_luminance(flat, pair[1]), colour.luminance(pair[1]).mean(), atol=1e-5)
    assert colour.match_luminance(pair[0], pair[1] * 3 - 1, clip=True).min() >= 0


def test_a_matched_histogram_is_the_targets_and_the_order_stays(painted):
    source, target = painted(40, 50, seed=1), painted(31, 23, seed=2, warmth=0.6)
    matched = colour.match_histogram(source, target)
    levels = np.linspace(0.02, 0.98, 49)
    for channel in range(3):
        found, asked = (np.quantile(p[..., channel], levels) for p in (matched, target))
        assert np.abs(found - asked).max() < 0.01  # 713 values are spread over 2,000
        order = np.argsort(source[..., channel], axis=None)
        assert (np.diff(matched[..., channel].ravel()[order]) >= 0).all()


def test_equal_values_stay_equal_when_a_histogram_is_matched(painted):
    source = np.zeros((20, 20, 3), np.float32)
    source[:, 10:] = 1
    matched = colour.match_histogram(source, painted(30, 30, seed=2))
    assert len(np.unique(matched[..., 0])) == 2


def test_a_picture_matched_to_itself_is_itself(painted):
    picture = painted(20, 30, seed=3)
    assert np.abs(colour.match_histogram(picture, picture) - picture).max() < 1e-6
