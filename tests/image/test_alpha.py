import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from impasto.image import composite
from impasto.image.alpha import unpremultiply


def test_a_picture_is_laid_on_the_ground_by_its_opacity(noise):
    rgb = noise(4, 5, 3, np.float32)
    before = rgb.copy()
    alpha = np.float32([[0, 0.25, 0.5, 0.75, 1]]).repeat(4, 0)
    out = composite(rgb, alpha, 0.2)
    assert_allclose(out, rgb * alpha[..., None] + 0.2 * (1 - alpha[..., None]), atol=1e-6)
    assert_array_equal(composite(rgb, np.zeros((4, 5), np.float32)), np.ones((4, 5, 3)))
    assert_array_equal(rgb, before)


def test_multiplied_colours_are_divided_again():
    pixels = np.array([[[100, 50, 0, 200], [0, 0, 0, 0], [9, 9, 9, 3]]], np.uint8)
    wanted = [
        [[128, 64, 0, 200], [0, 0, 0, 0], [255, 255, 255, 3]]
    ]  # 100/200 of 255 is 127.5, to even; the last is over
    assert unpremultiply(pixels).tolist() == wanted
