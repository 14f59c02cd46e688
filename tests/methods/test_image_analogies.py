"""Image analogies learn a filter, give an identity back, and do what each mode says."""

import cv2
import numpy as np
import pytest

from impasto.core import Context, Inputs, RunOptions, Style, UsageError
from impasto.image.colour import luminance
from impasto.methods.examples.image_analogies import METHOD
from impasto.methods.examples.image_analogies.paint import stylize


def analogous(style, photo=None, guide=None, shape=(50, 66), **options):
    content = np.full((*shape, 3), 0.5, np.float32) if photo is None else photo
    extras = {} if guide is None else {"style_guide": guide}
    inputs = Inputs(content, (Style(style),), extras=extras, blank=photo is None)
    return stylize(inputs, METHOD.make_options(**options), Context(RunOptions(threads=1)))


def blurred(picture):
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


def psnr(one, other):
    return -10 * np.log10(np.mean(np.square(one.astype(np.float64) - other)) + 1e-12)


@pytest.fixture(scope="module")
def first(bundled):
    return bundled("castle.jpg", 96)


@pytest.fixture(scope="module")
def second(bundled):
    return bundled("cat.jpg", 96)


def test_a_blur_is_given_back_on_the_picture_it_was_learnt_from(first):
    made = analogous(blurred(first), first, first, preserve_colour="off")
    assert psnr(made.picture, blurred(first)) >= 35
    assert made.report["mode"] == "filter"


def test_a_blur_is_learnt_for_another_picture(first, second):
    made = analogous(blurred(first), second, first, coherence=0)
    wanted = blurred(second)
    assert psnr(luminance(made.picture), luminance(wanted)) >= psnr(luminance(second), luminance(wanted)) + 3


def test_an_analogy_of_nothing_done_gives_the_photo_back(first):
    made = analogous(first, first, first, tolerance=0, coherence=0)
    assert psnr(made.picture, first) >= 45


def test_a_filters_colours_are_the_photos(first, second):
    made = analogous(1 - first, second, first)
    colours = [p - luminance(p)[..., None] for p in (made.picture, second)]
    inside = (made.picture > 0.02).all(2) & (made.picture < 0.98).all(2)
    assert inside.mean() > 0.5
    assert np.abs(colours[0] - colours[1])[inside].max() < 0.01


def test_lines_are_drawn_where_edges_are_whatever_the_greys():
    y, x = np.mgrid[:64, :72]

    def disc(radius, ground, tone):
        far = np.hypot(y - 31.5, x - 35.5)
        picture = np.where(far < radius, tone, ground)[..., None].repeat(3, 2).astype(np.float32)
        return cv2.GaussianBlur(picture, (0, 0), 1), far

    photo, far = disc(20, 0.1, 0.9)
    drawing = np.where(np.abs(far - 20) < 1.5, 0.0, 1.0)[..., None].repeat(3, 2).astype(np.float32)
    other, there = disc(26, 0.5, 0.7)
    made = analogous(drawing, other, photo, compare="edges").picture[..., 0]
    assert made[np.abs(there - 26) < 1].mean() < 0.3
    assert made[np.abs(there - 26) > 4].mean() > 0.97


def test_numbers_say_what_goes_where():
    random = np.random.default_rng(3)
    grain = 0.15 * random.random((40, 60, 3))
    red, blue = np.array([0.7, 0.1, 0.1]), np.array([0.1, 0.1, 0.7])
    left = (np.arange(60) < 30)[None, :, None]
    texture = (np.where(left, red, blue) + grain).astype(np.float32)
    labels = np.where(left, [1.0, 1, 0], [0, 1.0, 1]).astype(np.float32) * np.ones((40, 1, 1), np.float32)
    below = (np.arange(48) < 20)[:, None, None]
    doodle = np.where(below, [0, 1.0, 1], [1.0, 1, 0]).astype(np.float32) * np.ones((1, 50, 1), np.float32)
    made = analogous(texture, doodle, labels)
    assert made.report["mode"] == "numbers"
    is_blue = made.picture[..., 2] > made.picture[..., 0]
    assert (is_blue == below[..., 0]).mean() > 0.97


def test_a_texture_is_made_of_its_own_pixels_and_another_for_another_seed(first):
    sample = first[20:60, 10:60]
    made = analogous(sample).picture
    assert set(map(bytes, made.reshape(-1, 3))) <= set(map(bytes, np.ascontiguousarray(sample).reshape(-1, 3)))
    assert np.abs(made.mean((0, 1)) - sample.mean((0, 1))).max() < 0.2


def test_enlarging_brings_detail_back(first):
    coarse = cv2.resize(cv2.resize(first, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), first.shape[1::-1])
    made = analogous(first, coarse, mode="enlarge").picture
    assert psnr(luminance(made), luminance(first)) > psnr(luminance(coarse), luminance(first)) + 2


def test_a_transfer_follows_the_photo_the_more_it_weighs(first, second):
    likeness = [
        np.corrcoef(
            luminance(analogous(second, first, mode="transfer", content_weight=w).picture).ravel(),
            luminance(first).ravel(),
        )[0, 1]
        for w in (0.01, 2.0)
    ]
    assert likeness[1] > likeness[0] + 0.1


def test_coherence_copies_larger_pieces(first, second):
    shares = [analogous(second, first, coherence=k).report["levels"][-1]["coherent"] for k in (0, 20)]
    assert shares[1] > shares[0] + 0.2


@pytest.mark.parametrize(
    ("options", "guided", "blank", "message"),
    [
        ({"mode": "numbers"}, False, False, "'numbers' needs a label picture over the style"),
        ({"mode": "texture"}, False, False, "a texture is made without a photo"),
        ({"mode": "filter"}, False, True, "'filter' needs a photo"),
        ({"mode": "enlarge"}, True, False, "'enlarge' makes its own"),
        ({}, True, True, "style_guide: nothing to compare it with"),
    ],
)
def test_mistakes_are_one_line(first, second, options, guided, blank, message):
    with pytest.raises(UsageError, match=message):
        analogous(first, None if blank else second, first if guided else None, **options)


def test_it_paints_the_golden_picture(golden, painted):
    # Errors that differ in the last bit between processors may turn single matches.
    made = analogous(painted(60, 64, seed=4, warmth=0.9), painted(64, 60, seed=3))
    golden(made.picture, "image_analogies", tolerance=0.1)
