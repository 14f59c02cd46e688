"""Colour transfer moves the palette, exactly, and moves nothing else."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import impasto
from impasto import registry
from impasto.core import Context, Inputs, Style
from impasto.methods.filters.colour_transfer import METHOD, estimate, stylize


def run(content, *styles, **options):
    inputs = Inputs(content, tuple(styles))
    return stylize(inputs, METHOD.make_options(**options), Context()).picture


def moments(picture):
    pixels = picture.reshape(-1, 3).astype(np.float64)
    return pixels.mean(0), np.cov(pixels.T, bias=True)


@pytest.fixture
def content(painted):
    """Colours in the middle of the range, so that no test meets the clipping at its ends unless it wants to."""
    return 0.35 + 0.3 * painted(45, 64, seed=1)


@pytest.fixture
def style(painted):
    return 0.4 + 0.2 * painted(50, 40, seed=2, warmth=0.8)


@pytest.mark.parametrize("transform", ["mkl", "pca", "cholesky"])
def test_the_result_has_the_styles_mean_and_covariance(content, style, transform):
    mean, covariance = moments(run(content, Style(style), transform=transform))
    wanted_mean, wanted_covariance = moments(style)
    assert_allclose(mean, wanted_mean, atol=1e-5)  # float32 sums
    assert_allclose(covariance, wanted_covariance, atol=2e-5)  # 1e-5 is added to both before they are matched


def test_strength_goes_straight_from_the_photo_to_the_full_transfer(content, style):
    full, half = run(content, Style(style)), run(content, Style(style), strength=0.5)
    assert_allclose(half, (content + full) / 2, atol=1e-6)
    assert_allclose(run(content, Style(style), strength=0), content, atol=1e-7)


def test_a_photo_that_is_its_own_style_stays_as_it_is(content):
    assert_allclose(run(content, Style(content)), content, atol=1e-5)


def test_weights_shift_the_mean_between_the_styles(content, style):
    other = 0.3 + 0.3 * style[::-1, :, ::-1]
    mean, _ = moments(run(content, Style(style, 3.0), Style(other, 1.0)))
    assert_allclose(mean, 0.75 * moments(style)[0] + 0.25 * moments(other)[0], atol=1e-5)


def test_pixels_of_one_colour_stay_of_one_colour(painted):
    content = painted(30, 40)
    content[:10, :10] = content[0, 0]
    result = run(content, Style(painted(30, 30, seed=3, warmth=-1)))
    assert np.ptp(result[:10, :10], axis=(0, 1)).max() < 1e-6


def test_colours_beyond_the_range_are_clipped_and_counted(painted):
    dark, bright = 0.1 * painted(20, 20), painted(20, 20, seed=1) > 0.5
    result = stylize(Inputs(dark, (Style(bright.astype(np.float32)),)), METHOD.make_options(), Context())
    assert (result.picture.min(), result.picture.max()) == (0, 1)
    assert 0 < result.report["clipped"] < 1


def test_the_estimate_grows_with_the_picture_and_the_styles():
    small, large = (estimate(side, side, 1, METHOD.make_options(), None) for side in (100, 200))
    assert large.memory_bytes == 4 * small.memory_bytes
    assert estimate(100, 100, 2, METHOD.make_options(), None).seconds == 2 * small.seconds


@pytest.mark.parametrize("transform", ["reinhard", "sliced", "histogram", "lab_histogram", "palette"])
def test_every_transform_moves_the_mean_towards_the_styles(content, style, transform):
    result = run(content, Style(style), transform=transform)
    wanted = moments(style)[0]
    before, after = (np.abs(moments(picture)[0] - wanted).max() for picture in (content, result))
    assert after < 0.4 * before
    assert np.isfinite(result).all()


def test_it_is_found_without_being_listed_anywhere():
    assert registry.methods()["colour_transfer"] is METHOD


def test_golden(painted, golden):
    done = impasto.stylize(
        painted(48, 64, seed=1), painted(40, 40, seed=2, warmth=0.8), method="colour_transfer", preset="tiny"
    )
    # One affine map, no network: half a level is lost to 8 bits, and other processors differ in the last bits only.
    golden(done.picture, "colour_transfer", tolerance=1 / 255)


def test_the_walkthrough_in_contributing_shows_the_code_as_it_is():
    root = Path(__file__).parents[2]
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = (root / "src/impasto/methods/filters/colour_transfer.py").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        assert block in code
