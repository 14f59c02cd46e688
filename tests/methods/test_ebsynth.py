"""EbSynth as a method: guides by name and number, a photo and a painting alone, and mistakes in one line."""

import numpy as np
import pytest

from impasto.core import Context, InputError, Inputs, RunOptions, Style, UsageError
from impasto.guides.pairs import read_guides
from impasto.guides.positions import positions
from impasto.image.colour import luminance
from impasto.methods.examples.ebsynth import METHOD
from impasto.methods.examples.ebsynth.synthesis import stylize


def inputs_of(style, photo=None, shape=None, style_mask=None, **extras):
    content = np.full((*(shape or style.shape[:2]), 3), 0.5, np.float32) if photo is None else photo
    masks = () if style_mask is None else (style_mask,)
    return Inputs(content, (Style(style),), extras=extras, style_masks=masks, blank=photo is None)


def synthesised(inputs, seed=0, **options):
    return stylize(inputs, METHOD.make_options(**({"rounds": 2} | options)), Context(RunOptions(seed=seed, threads=1)))


@pytest.fixture(scope="module")
def style(painted):
    return painted(48, 56, seed=4, warmth=0.9)


def test_guides_that_are_the_same_give_the_style_back(style):
    guide = positions((48, 56))
    inputs = inputs_of(style, style_guide=guide, content_guide=guide)
    made = synthesised(inputs, guide_weights={"1": 4.0}, rounds=6, extra_pass=False)
    assert np.array_equal(made.picture, style)


def test_a_photo_and_a_painting_alone_are_enough(style, painted):
    photo = painted(60, 64, seed=3)
    made = synthesised(inputs_of(style, photo))
    assert made.report["guides"] == 1
    assert np.corrcoef(luminance(made.picture).ravel(), luminance(photo).ravel())[0, 1] > 0.7


def test_without_anything_more_of_the_style_is_made(style):
    made = synthesised(inputs_of(style, shape=(40, 70)))
    assert made.report["guides"] == 0
    assert made.picture.shape == (40, 70, 3)
    assert np.abs(made.picture.mean((0, 1)) - style.mean((0, 1))).max() < 0.15


def test_weights_go_to_the_guides_by_number(style):
    guide = positions((48, 56))
    inputs = inputs_of(style, style_guide=guide, content_guide=guide, style_guide_3=guide, content_guide_3=guide)
    found = read_guides(inputs, style, METHOD.make_options(guide_weights="3:2").guide_weights)
    assert [g.weight for g in found] == [0.5, 2.0]


def test_only_what_the_mask_allows_is_used(style):
    half = np.zeros(style.shape[:2], np.float32)
    half[:, :28] = 1
    painting = style.copy()
    painting[:, 31:] = (1, 0, 1)  # a patch may reach two pixels over
    made = synthesised(inputs_of(painting, shape=(40, 40), style_mask=half), extra_pass=False).picture
    assert np.abs(made - (1, 0, 1)).max(2).min() > 0.1


def test_stopping_early_leaves_a_whole_picture(style, painted):
    context = Context(RunOptions(threads=1))
    context.listener = lambda _: context.stop()
    result = stylize(inputs_of(style, painted(64, 50)), METHOD.make_options(), context)
    assert result.picture.shape == (64, 50, 3)
    assert len(result.report["levels"]) == 1


@pytest.mark.parametrize(
    ("given", "options", "kind", "message"),
    [
        ({"style_guide_2": positions((48, 30))}, {}, InputError, "style_guide_2: 30 x 48 pixels do not lie over the style"),
        ({"content_guide_2": positions((48, 56))}, {}, UsageError, "content_guide_2: nothing to compare it with; give style_guide_2"),
        ({}, {"guide_weights": "2:1"}, UsageError, "guide_weights: there is no guide '2'; there are: none"),
        ({}, {"patch_size": 4}, UsageError, "patch_size: 4 has no middle pixel; take 5"),
        ({"style_mask": np.zeros((48, 56), np.float32)}, {}, UsageError, "style mask: it is empty"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_one_line(style, given, options, kind, message):
    with pytest.raises(kind, match=message) as error:
        synthesised(inputs_of(style, **given), **options)
    assert "\n" not in str(error.value)


def test_it_paints_the_golden_picture(style, painted, golden):
    # Errors that differ in the last bit between processors may turn single matches.
    golden(synthesised(inputs_of(style, painted(64, 60, seed=3))).picture, "ebsynth", tolerance=0.1)


def test_the_error_map_is_dark_where_the_style_was_found_and_light_where_there_is_nothing_like_it(painted):
    style = painted(48, 48, seed=3)
    guide = style.copy()
    guide[:, 24:] = 1 - guide[:, 24:].clip(0, 0.5)  # the right half is asked for what the style has not
    guide[:, 24:, 0], guide[:, 24:, 2] = 1, 0
    inputs = Inputs(style, (Style(style),), extras={"style_guide": style, "content_guide": guide})
    made = stylize(inputs, METHOD.make_options("tiny", uniformity=0.0), Context(RunOptions(threads=1)))
    error = made.further["error"]
    assert error.shape == (48, 48)
    assert error.min() >= 0
    assert error.max() <= 1
    assert error[:, :18].mean() < 0.2 < 2 * error[:, 30:].mean()
    assert error[:, 30:].mean() > 3 * error[:, :18].mean()
