"""`alla_prima` with the weights it is shipped with."""

import subprocess
import sys

import numpy as np
import pytest

import impasto
from impasto import registry
from impasto.core import Context, Inputs, RunOptions, Style
from impasto.image import resize
from impasto.methods.feedforward.alla_prima.looks import Moments, joined

METHOD = registry.get("alla_prima")


def paint(photo, *styles, weights=(), masks=(), precision="float32", **options):
    pairs = tuple(Style(s, w) for s, w in zip(styles, weights or [1.0] * len(styles), strict=True))
    context = Context(RunOptions(threads=1, precision=precision))
    return METHOD.load()(Inputs(photo, pairs, tuple(masks)), METHOD.make_options(**options), context)


def psnr(a, b):
    return -10 * np.log10(np.mean((np.asarray(a) - b) ** 2))


def colours(picture):
    return Moments.of(picture.reshape(-1, 3).T)


@pytest.fixture(scope="module")
def castle(bundled):
    return bundled("castle.jpg", 208)


@pytest.fixture(scope="module")
def starry(bundled):
    return bundled("starry_night.jpg", 208)


def test_it_paints_the_golden_picture(painted, golden):
    golden(paint(painted(64, 64, seed=1), painted(72, 64, seed=4, warmth=0.9)).picture, "alla_prima", tolerance=4 / 255)


def test_the_painting_comes_through(castle, starry, style_ratio):
    painted = paint(castle, starry).picture
    assert style_ratio(painted, castle, starry) < 0.4
    assert np.abs(colours(painted).mean - colours(starry).mean).max() < 0.06


def test_strength_goes_from_photo_to_painting(castle, starry):
    distances = [psnr(paint(castle, starry, strength=s).picture, castle) for s in (0.0, 0.3, 0.6, 1.0)]
    assert distances[0] > 18
    assert distances == sorted(distances, reverse=True)


def test_a_style_of_no_weight_has_no_say(castle, starry, painted):
    other = painted(100, 120, seed=3)
    alone = paint(castle, starry).picture
    with_other = paint(castle, starry, other, weights=(1.0, 1e-9)).picture
    assert psnr(with_other, alone) > 40
    assert psnr(paint(castle, starry, other).picture, alone) < 30


def test_masks_keep_styles_apart(castle, starry, painted):
    left = np.zeros(castle.shape[:2], np.float32)
    left[:, : castle.shape[1] // 2] = 1
    other = painted(100, 120, seed=3)
    both = paint(castle, starry, other, masks=(left, 1 - left)).picture
    half = castle.shape[1] // 2
    assert np.abs(colours(both[:, :half]).mean - colours(starry).mean).max() < 0.08
    assert np.abs(colours(both[:, half:]).mean - colours(other).mean).max() < 0.08


def test_a_mask_over_everything_is_no_mask(castle, starry):
    whole = np.ones(castle.shape[:2], np.float32)
    assert psnr(paint(castle, starry, masks=(whole,)).picture, paint(castle, starry).picture) > 40


@pytest.mark.parametrize("shape", [(16, 16), (17, 250), (300, 19)])
def test_any_shape_comes_back_as_it_was(shape, starry, painted):
    photo = painted(*shape, seed=5)
    picture = paint(photo, starry).picture
    assert picture.shape == photo.shape
    assert np.isfinite(picture).all()


def test_a_style_of_hardly_any_colour_gives_a_picture(castle):
    flat = np.full((40, 40, 3), 0.5, np.float32)
    flat[0, 0] = 0.51
    picture = paint(castle, flat).picture
    assert np.isfinite(picture).all()
    assert np.abs(picture.mean((0, 1)) - 0.5).max() < 0.1


@pytest.fixture
def in_tiles(monkeypatch):
    """in_tiles(photo, style, **changes): painted in tiles of 432 px, however small the photo is."""
    from impasto.methods.feedforward.alla_prima import painter

    def run(photo, style, **changes):
        monkeypatch.setattr(painter, "WHOLE_PIXELS", 0)
        for name, value in changes.items():
            monkeypatch.setattr(painter, name, value)
        return paint(photo, style, tile_px=432).picture

    return run


def test_tiles_by_the_wholes_statistics_are_the_whole(castle, starry, in_tiles):
    photo = resize(castle, (560, 704))
    whole = paint(photo, starry).picture
    tiled = in_tiles(photo, starry, _pieces=lambda picture, guide, _: [(picture, guide)])
    assert np.abs(tiled - whole).max() < 2 / 255


def test_tiles_leave_no_seams(castle, starry, in_tiles):
    photo = resize(castle, (560, 704))
    difference = in_tiles(photo, starry) - paint(photo, starry).picture
    # Measured in pieces, statistics differ a little; a seam would stand out against that.
    assert np.abs(difference).mean() < 1 / 255
    steps = np.abs(np.diff(difference, axis=1)).mean((0, 2))
    assert steps.max() < 3 * np.median(steps)


def test_moments_of_parts_are_moments_of_the_whole():
    points = np.random.default_rng(0).normal(size=(3, 900)) * [[1], [2], [3]]
    whole = Moments.of(points)
    parts = joined([Moments.of(points[:, :300]), Moments.of(points[:, 300:])], np.array([1 / 3, 2 / 3]))
    np.testing.assert_allclose(parts.covariance, whole.covariance, atol=1e-9)
    weights = np.repeat([1.0, 0.0], 450)
    np.testing.assert_allclose(
        Moments.of(points, weights).covariance, Moments.of(points[:, :450]).covariance, atol=1e-9
    )


def test_a_plain_call_needs_no_torch():
    from impasto import assets

    code = f"""
import sys, impasto
impasto.stylize({str(assets.path("castle.jpg"))!r}, {str(assets.path("starry_night.jpg"))!r}, method="alla_prima", size=64)
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_report_names_the_engine(castle, starry):
    report = paint(castle, starry).report
    assert report["engine"] in ("openvino", "onnx", "torch")


def test_the_public_call():
    from impasto import assets

    found = impasto.stylize(assets.path("castle.jpg"), assets.path("starry_night.jpg"), method="alla_prima", size=96)
    assert found.report["method"] == "alla_prima"
