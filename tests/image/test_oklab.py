"""OkLab against its author's published values, and palettes moved in it."""

import numpy as np
import pytest

from impasto.image.colour import srgb_to_linear
from impasto.image.oklab import mapped_colours, oklab_to_rgb, rgb_to_oklab


def test_there_and_back():
    picture = np.random.default_rng(0).random((7, 9, 3))
    assert np.abs(oklab_to_rgb(rgb_to_oklab(picture)) - picture).max() < 1e-5


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [((1, 0, 0), (0.628, 0.225, 0.126)), ((0, 1, 0), (0.866, -0.234, 0.179)), ((0, 0, 1), (0.452, -0.032, -0.312))],
)
def test_the_primaries_are_where_their_author_has_them(rgb, lab):
    assert np.abs(rgb_to_oklab(np.array(rgb, float)) - lab).max() < 1e-3


def test_mapped_colours_have_the_paintings_moments_and_the_strokes_light(painted):
    photo, painting = 0.3 + 0.4 * painted(48, 60, seed=1), 0.3 + 0.4 * painted(50, 40, seed=2, warmth=0.5)
    strokes = (0.35 + 0.3 * painted(48, 60, seed=3)).astype(np.float32)
    result = mapped_colours(strokes, photo.astype(np.float32), painting.astype(np.float32))
    found, wanted = rgb_to_oklab(result), rgb_to_oklab(painting)
    inside = ((result > 0) & (result < 1)).all(-1)
    assert np.abs(found[..., 0] - rgb_to_oklab(strokes)[..., 0])[inside].max() < 1e-3
    # Kept within the painting's range and smoothed along the strokes, the moments are near, not exact.
    assert np.abs(found[..., 1:].mean((0, 1)) - wanted[..., 1:].mean((0, 1))).max() < 0.01
    assert found[..., 1:].std((0, 1)) == pytest.approx(wanted[..., 1:].std((0, 1)), rel=0.35)


def test_a_grey_painting_leaves_the_picture_as_it_is(painted):
    picture, grey = painted(20, 30), np.repeat(painted(20, 30, seed=4)[..., :1], 3, 2)
    assert np.array_equal(mapped_colours(picture, painted(20, 30, seed=1), grey), picture)


def test_lightness_of_greys_is_the_cube_root_of_their_light():
    grey = np.full((1, 1, 3), 0.5)
    assert rgb_to_oklab(grey)[0, 0, 0] == pytest.approx(np.cbrt(srgb_to_linear(np.array(0.5))), rel=1e-6)
