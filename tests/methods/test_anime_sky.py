"""The sky is found where it is and painted there; colours grow livelier and nothing is clipped."""

import numpy as np
import pytest

from impasto import assets
from impasto.core import Context, Inputs
from impasto.image import decode, fit_size, resize
from impasto.image.colour import rgb_to_lab
from impasto.methods.filters.anime_sky import METHOD
from impasto.methods.filters.anime_sky.frame import stylize
from impasto.methods.filters.anime_sky.sky import painted_sky, sky_mask


@pytest.fixture(scope="module")
def scene():
    """Hills with a wood and a white house under a hazy sky, 150 x 220, and where the sky is."""
    random = np.random.default_rng(3)
    y, x = np.mgrid[:150, :220].astype(np.float32)
    sky = np.stack([0.35 + 0.003 * y, 0.55 + 0.002 * y, 0.9 - 0.0005 * y], -1)
    land = np.array([0.25, 0.4, 0.15]) + 0.08 * random.standard_normal((150, 220, 1))
    ground = y > 85 + 14 * np.sin(x / 30) + 4 * np.sin(x / 7)
    house = (abs(x - 150) < 14) & (y > 40) & (y < 100)
    picture = np.where(ground[..., None], land, sky)
    picture[house] = (0.9, 0.88, 0.84)
    return np.clip(picture, 0, 1).astype(np.float32), ~(ground | house)


def run(photo, **options):
    context = Context()
    return stylize(Inputs(photo), METHOD.make_options(**options), context), context


def test_the_sky_is_found(scene):
    photo, truth = scene
    found = sky_mask(photo) > 0.5
    assert (found & truth).sum() / (found | truth).sum() > 0.9


def test_only_the_sky_is_painted_over(scene):
    photo, truth = scene
    with_sky, without = (run(photo, sky=sky, bloom=0)[0].picture for sky in (1, 0))
    land = ~truth
    land[:-1] &= ~truth[1:]
    assert np.abs(with_sky - without)[110:].max() < 0.2
    assert np.abs(with_sky - without)[truth].mean() > 0.08


def test_where_there_is_no_sky_none_is_painted_and_it_is_said(painted):
    result, context = run(0.5 * painted(60, 80))
    assert "no sky" in context.warnings[0]
    assert result.report["sky"] == 0


def test_colours_grow_livelier_and_nothing_is_clipped():
    photo = decode(assets.path("castle.jpg")).rgb
    photo = resize(photo, fit_size(photo.shape[:2], 240))
    picture = run(photo)[0].picture
    before, after = (np.hypot(*np.moveaxis(rgb_to_lab(p)[..., 1:], -1, 0)).mean() for p in (photo, picture))
    assert 1.1 < after / before < 1.4
    assert (picture >= 1).mean() < 0.01


def test_clouds_come_as_asked_and_by_the_seed():
    clear, few, many = (painted_sky((90, 140), 0.9, clouds, 4) for clouds in (0, 0.3, 0.9))
    assert np.ptp(clear, axis=1).max() < 1e-6, "an even gradient"
    share = [np.abs(sky - clear).max(-1).__gt__(0.05).mean() for sky in (few, many)]
    assert 0.01 < share[0] < share[1] < 0.98
    assert not np.array_equal(few, painted_sky((90, 140), 0.9, 0.3, 5))
    assert np.array_equal(few, painted_sky((90, 140), 0.9, 0.3, 4))


def test_a_photo_of_sky_alone_becomes_sky(scene):
    photo = np.ascontiguousarray(scene[0][:60, :130])
    assert run(photo)[0].report["sky"] > 0.95
