"""Guided synthesis: guides that agree give the style back, threads change nothing, patches are used alike."""

import numpy as np
import pytest

from impasto.core import UsageError
from impasto.guides.pairs import Guide
from impasto.guides.positions import positions
from impasto.reconstruction.guided import Plan, level_sizes, synthesise


@pytest.fixture(scope="module")
def style(painted):
    return painted(50, 60, seed=4, warmth=0.9)


def test_guides_that_are_the_same_give_the_style_back_bit_for_bit(style):
    guide = positions((50, 60))
    made = synthesise(style, [Guide(guide, guide, 4.0)], (50, 60), Plan(stop_threshold=0.0))
    assert np.array_equal(made.picture, style)


def test_it_is_the_same_for_any_number_of_threads(style, painted):
    photo = painted(72, 64, seed=1)
    one, three = (synthesise(style, [Guide(style, photo)], (72, 64), Plan(rounds=2, threads=t)) for t in (1, 3))
    assert np.array_equal(one.picture, three.picture)
    assert np.array_equal(one.field, three.field)


def test_uniformity_uses_more_of_the_style(style):
    flat = np.full((60, 60, 3), 0.4, np.float32)
    used = [
        len(np.unique(synthesise(style, [Guide(style, flat)], (60, 60), Plan(rounds=2, uniformity=u)).field.reshape(-1, 2), axis=0))
        for u in (0.0, 3500.0)
    ]  # fmt: skip
    assert used[1] > 1.5 * used[0]


def test_scales_end_before_they_hold_less_than_two_patches():
    sizes = level_sizes((50, 60), (200, 90), Plan())
    assert sizes[-1] == ((50, 60), (200, 90))
    assert len(sizes) == 3
    assert min(sizes[0][0]) >= 11


PLANE = np.zeros((50, 60, 3), np.float32)
SPOILT = PLANE.copy()
SPOILT[3, 4] = np.nan


@pytest.mark.parametrize(
    ("guides", "changes", "message"),
    [
        ([Guide(PLANE, PLANE[:40])], {}, "guide 1: 60 x 40 pixels over a result of 60 x 50"),
        ([Guide(PLANE, PLANE), Guide(PLANE[:, :9], PLANE)], {}, "guide 2: 9 x 50 pixels over a style of 60 x 50"),
        ([Guide(PLANE, PLANE[..., :1])], {}, "guide 1: 3 channels over the style, 1 over the result"),
        ([Guide(PLANE, SPOILT)], {}, "guide 1: values over the result are not finite numbers"),
        ([Guide(PLANE, PLANE, 0.0)], {"style_weight": 0.0}, "all the weights are zero"),
        ([], {"patch": 51}, "patch_size: 51 is more than the 60 x 50 pixels that there are"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(style, guides, changes, message):
    with pytest.raises(UsageError, match=message) as error:
        synthesise(style, guides, (50, 60), Plan(**changes))
    assert "\n" not in str(error.value)


def test_an_empty_mask_is_refused(style):
    with pytest.raises(UsageError, match="style mask: it is empty"):
        synthesise(style, [], (50, 60), Plan(), valid=np.zeros((50, 60), bool))
