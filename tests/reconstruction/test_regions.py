"""Masks to regions: every way to give them, and every way to get them wrong."""

import numpy as np
import pytest

from impasto.core import Inputs, Style, UsageError
from impasto.reconstruction.regions import read_regions

SHAPE = (20, 30)


def picture(seed=0):
    return np.random.default_rng(seed).random((*SHAPE, 3), np.float32)


def labels(*levels):
    """Upright stripes of the levels given, 0 to 255."""
    columns = np.repeat(np.array(levels) / 255, -(-SHAPE[1] // len(levels)))[: SHAPE[1]]
    return np.broadcast_to(columns, SHAPE).astype(np.float32)


def soft():
    return np.linspace(0, 1, SHAPE[0] * SHAPE[1], dtype=np.float32).reshape(SHAPE)


def read(styles, masks=(), style_masks=()):
    given = tuple(Style(picture(n), n + 1.0) for n in range(styles))
    return read_regions(Inputs(picture(9), given, tuple(masks), style_masks=tuple(style_masks)))


def test_without_masks_there_are_no_regions():
    assert read(2) == ()


def test_one_mask_for_each_style_takes_them_in_order():
    left, right = read(2, [labels(255, 0), labels(0, 255)])
    assert (left.sources[0].style, right.sources[0].style) == (0, 1)
    assert left.guide[0, 0] == right.guide[0, -1] == 1
    assert left.guide[0, -1] == 0


def test_a_single_mask_for_a_single_style_may_be_soft():
    (region,) = read(1, [soft()])
    assert np.array_equal(region.guide, soft())


def test_the_labels_of_one_picture_take_the_styles_from_dark_to_bright():
    regions = read(3, [labels(200, 10, 90)])
    assert [region.guide[0, 0] for region in regions] == [0, 0, 1]
    assert [region.sources[0].style for region in regions] == [0, 1, 2]
    assert np.array_equal(sum(region.guide for region in regions), np.ones(SHAPE))


def test_labels_on_both_sides_belong_together():
    dark, bright = read(1, [labels(0, 255)], [labels(255, 0, 128)])
    assert dark.guide[0, 0] == 1
    assert dark.sources[0].guide[0, 15] == 1
    assert bright.sources[0].guide[0, 0] == 1


def test_masks_of_styles_alone_say_what_to_take_and_leave_the_place_open():
    (region,) = read(2, [], [labels(255, 0), soft()])
    assert region.guide.min() == 1
    assert [(s.style, round(s.share, 3)) for s in region.sources] == [(0, 0.333), (1, 0.667)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ((2, [labels(255)] * 3), "3 masks for 2 styles; give one mask for each style, in order, or one label picture"),
        ((1, [labels(255)] * 2), "2 masks for 1 style; give one"),
        ((3, [labels(0, 255)]), "the mask has 2 labels (grey levels 0, 255) for 3 styles; give a label for each."),
        ((2, [soft()]), "one mask for 2 styles must be a label picture"),
        ((2, [labels(255, 0), labels(0)]), "mask 2: it is black everywhere, which leaves no place."),
        ((1, [soft()], [labels(0)]), "style mask 1: it is black everywhere"),
        ((2, [], [soft(), labels(0)]), "style mask 2: it is black everywhere"),
        (
            (1, [labels(0, 128, 255)], [labels(0, 255)]),
            "the mask's label 128 is not in the style mask, which has 0, 255.",
        ),
        ((1, [labels(0, 255)], [soft()]), "the mask is a label picture and the style mask is not"),
    ],
)
def test_masks_that_make_no_sense_are_refused_in_one_line(call, message):
    with pytest.raises(UsageError) as caught:
        read(*call)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
