"""`johnson`, `cin` and `johnson_super_resolution` with their shipped weights."""

import numpy as np
import pytest

import impasto
from impasto import assets
from impasto.core import UsageError
from impasto.image import decode, resize

PLAIN = {"engine": "torch", "precision": "float32", "device": "cpu"}


@pytest.fixture(scope="module")
def photo():
    return resize(decode(assets.path("cat.jpg")).rgb, (43, 64))


def test_johnson_paints_as_it_did(photo, golden):
    golden(
        impasto.stylize(photo, method="johnson", style_name="great-wave", **PLAIN).picture, "johnson", tolerance=2 / 255
    )


def test_cin_paints_as_it_did(photo, golden):
    golden(
        impasto.stylize(photo, method="cin", style_name="udnie,metzinger", **PLAIN).picture, "cin", tolerance=2 / 255
    )


def test_strength_and_luminance_lead_back_to_the_photo(photo):
    for method in ("johnson", "cin"):
        still = impasto.stylize(photo, method=method, strength=0, **PLAIN).picture
        assert np.abs(still - photo).max() < 1e-6
        grey = impasto.stylize(photo, method=method, preserve_colour="luminance", **PLAIN).picture
        chroma = grey - grey.mean(2, keepdims=True)
        own = photo - photo.mean(2, keepdims=True)
        assert np.corrcoef(chroma.ravel(), own.ravel())[0, 1] > 0.8


def test_equal_shares_lie_between_the_styles(photo):
    a, b, both = (
        impasto.stylize(photo, method="cin", style_name=names, **PLAIN).picture
        for names in ("great-wave", "the-scream", "great-wave:2,the-scream:2")
    )
    apart = np.abs(a - b).mean()
    assert max(np.abs(both - a).mean(), np.abs(both - b).mean()) < apart


def test_super_resolution_makes_a_picture_four_times_as_large_and_sharper(golden):
    photo = resize(decode(assets.path("castle.jpg")).rgb, (128, 192))
    small = resize(photo, (32, 48))
    sharp = impasto.stylize(small, method="johnson_super_resolution", **PLAIN).picture
    smooth = impasto.stylize(small, method="johnson_super_resolution", strength=0, **PLAIN).picture
    assert sharp.shape == smooth.shape == (128, 192, 3)
    assert np.square(sharp - photo).mean() < np.square(smooth - photo).mean()
    golden(sharp, "johnson_super_resolution", tolerance=2 / 255)


def test_super_resolution_in_tiles_is_super_resolution(photo):
    big = {"method": "johnson_super_resolution", "size": 320, **PLAIN}
    whole = impasto.stylize(photo, tile_px=1024, **big).picture
    assert np.abs(impasto.stylize(photo, tile_px=256, **big).picture - whole).max() < 2 / 255


def test_a_style_of_cin_is_not_taken_for_one_of_johnson(photo):
    with pytest.raises(UsageError, match=r"'dragon' has no network of its own .* method 'cin' knows it"):
        impasto.stylize(photo, method="johnson", style_name="dragon")


def test_large_pictures_are_painted_in_tiles_like_the_whole():
    photo = resize(decode(assets.path("castle.jpg")).rgb, (120, 240))
    call = {"method": "cin", "style_name": "the-scream,udnie", **PLAIN}
    whole, tiled = (impasto.stylize(photo, tile_px=tile_px, **call) for tile_px in (512, 180))
    assert whole.report["tiles"] == 1 < tiled.report["tiles"]
    # The tiles see the statistics of a smaller copy: another picture by a little, and no seam.
    assert np.abs(tiled.picture - whole.picture).mean() < 0.1
