"""StyLit: the style's patches are given away within a budget, and more of them are used."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from impasto.core import Context, Inputs, RunOptions, Style, UsageError
from impasto.guides.pairs import Guide
from impasto.guides.positions import positions
from impasto.methods.examples.stylit import METHOD
from impasto.methods.examples.stylit.synthesis import stylize
from impasto.reconstruction.budget import give
from impasto.reconstruction.guided import Plan, synthesise


def synthesised(style, photo=None, threads=1, extras=None, **options):
    content = np.full(style.shape, 0.5, np.float32) if photo is None else photo
    inputs = Inputs(content, (Style(style),), extras=extras or {}, blank=photo is None)
    return stylize(inputs, METHOD.make_options(**({"rounds": 1} | options)), Context(RunOptions(threads=threads)))


@pytest.fixture(scope="module")
def style(painted):
    return painted(48, 56, seed=4, warmth=0.9)


def test_guides_that_are_the_same_give_the_style_back(style):
    guide = positions((48, 56))
    made = synthesised(style, extras={"style_guide": guide, "content_guide": guide}, rounds=3)
    assert np.mean(np.abs(made.picture - style).max(2) < 1e-6) > 0.98


def test_it_is_the_same_for_any_number_of_threads(painted):
    style, photo = painted(110, 50, seed=4), painted(64, 60, seed=3)  # tall enough for several tiles
    one, three = (synthesised(style, photo, threads=t, search_passes=2).picture for t in (1, 3))
    assert_array_equal(one, three)


def test_more_of_the_style_is_used_than_where_every_place_chooses(style):
    ramp = np.linspace(0.3, 0.6, 60, dtype=np.float32)[None, :, None].repeat(50, 0).repeat(3, 2)
    guide = [Guide(style.mean(2, keepdims=True).repeat(3, 2), ramp)]
    plans = (Plan(rounds=1, uniformity=0.0), Plan(rounds=1, retrieval="budget"))
    used = [len(np.unique(synthesise(style, guide, (50, 60), p).field.reshape(-1, 2), axis=0)) for p in plans]
    assert used[1] > 1.2 * used[0]


def test_places_go_to_the_best_offers_within_the_budget():
    errors = np.array([[3.0, 1.0, 9.0], [2.0, 5.0, 4.0]], np.float32)
    offers = np.array([[[0, 0], [0, 0], [1, 1]], [[0, 1], [1, 1], [0, 1]]], np.int32)
    assert_array_equal(give(errors, offers, 5.0, 7), [[0, 0, 0, 1], [0, 1, 1, 0], [1, 1, 1, 1]])


def test_patches_without_a_middle_are_refused(style):
    with pytest.raises(UsageError, match="patch_size: 4 has no middle pixel; take 5"):
        synthesised(style, patch_size=4)


def test_it_paints_the_golden_picture(style, painted, golden):
    # Errors that differ in the last bit between processors may turn single matches.
    golden(synthesised(style, painted(64, 60, seed=3)).picture, "stylit", tolerance=0.1)
