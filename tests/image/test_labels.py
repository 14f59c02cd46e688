"""Label maps as people draw them: exact, softened, compressed, or not maps at all."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from impasto.core import InputError
from impasto.image.labels import MOST_LABELS, labels_of, nearest

YELLOW, BLUE, GREY = (1.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.5, 0.5)


def drawn(height=90, width=120):
    """A yellow disc and a grey bar on blue, as whole numbers 0 (blue), 1 (yellow), 2 (grey)."""
    y, x = np.mgrid[:height, :width]
    truth = np.where((y - 40) ** 2 + (x - 45) ** 2 < 30**2, 1, 0)
    truth[70:84, 90:110] = 2
    return truth


def coloured(truth):
    return np.array([BLUE, YELLOW, GREY], np.float32)[truth]


def agreement(picture, truth):
    labels, colours = labels_of(picture)
    assert len(colours) == 3
    order = nearest(colours, np.array([BLUE, YELLOW, GREY], np.float32))
    return (order[labels] == truth).mean()


def test_exact_colours_are_read_exactly():
    assert agreement(coloured(drawn()), drawn()) == 1


def test_softened_borders_are_no_label_of_their_own():
    large = coloured(drawn().repeat(4, 0).repeat(4, 1))
    soft = np.asarray(Image.fromarray((large * 255).astype(np.uint8)).resize((120, 90), Image.Resampling.BICUBIC))
    shifted = np.roll(soft, 1, 0) // 2 + soft // 2  # between yellow and blue lies the very grey of the bar
    # Only pixels on the outlines may go either way: a disc of radius 30 and a bar have about 260 of 10,800.
    assert agreement(shifted.astype(np.float32) / 255, drawn()) > 0.975


def test_jpeg_noise_is_no_label():
    buffer = io.BytesIO()
    Image.fromarray((coloured(drawn()) * 255).astype(np.uint8)).save(buffer, "JPEG", quality=80)
    rough = np.asarray(Image.open(buffer), np.float32) / 255
    assert agreement(rough, drawn()) > 0.96


def test_specks_of_dirt_are_no_label():
    picture = coloured(drawn(200, 200))
    picture[5, 5] = (1.0, 0.0, 1.0)
    labels, colours = labels_of(picture)
    assert len(colours) == 3
    assert labels[5, 5] == labels[4, 4]


def test_labels_come_commonest_first_with_their_colours():
    labels, colours = labels_of(coloured(drawn()))
    np.testing.assert_allclose(colours, [BLUE, YELLOW, GREY], atol=1e-6)
    assert np.bincount(labels.ravel()).tolist() == sorted(np.bincount(labels.ravel()), reverse=True)


def test_a_map_of_one_colour_has_one_label():
    labels, colours = labels_of(np.full((8, 9, 3), 0.25, np.float32))
    assert labels.shape == (8, 9)
    assert len(colours) == 1


def test_a_photo_is_refused_and_so_are_too_many_labels():
    noise = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    with pytest.raises(InputError, match="style_map: a label map has 1 to 24 flat colours, this picture has none"):
        labels_of(noise, "style_map")
    image = Image.new("RGB", (400, 300))
    pen = ImageDraw.Draw(image)
    for number in range(MOST_LABELS + 8):
        left, top, level = number % 8 * 50, number // 8 * 75, number * 7
        pen.rectangle((left, top, left + 50, top + 75), fill=(level, 255 - level, number * 97 % 256))
    with pytest.raises(InputError, match="is it a photo"):
        labels_of(np.asarray(image, np.float32) / 255)
