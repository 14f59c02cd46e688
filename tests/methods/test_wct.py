"""WCT with its trained decoders: levels, strength, masks, texture from noise."""

import numpy as np
import pytest

import impasto
from impasto.core import Context, Inputs, RunError, RunOptions, Style
from impasto.methods.feedforward.wct import METHOD


def paint(photo, *styles, masks=(), blank=False, seed=0, **options):
    """The picture of the tiny preset, by torch, and its report."""
    inputs = Inputs(photo, tuple(Style(picture) for picture in styles), tuple(masks), blank=blank)
    context = Context(RunOptions(device="cpu", threads=1, engine="torch", seed=seed))
    return METHOD.load()(inputs, METHOD.make_options("tiny", **options), context)


@pytest.fixture(scope="module")
def painting(painted):
    return painted(72, 64, seed=4, warmth=0.9)


def test_it_paints_the_golden_picture(photo64, painting, golden):
    golden(paint(photo64, painting).picture, "wct", tolerance=0.02)


def test_it_computes_in_float32_unless_told_otherwise(photo64, painting):
    assert paint(photo64, painting, levels=1).report["precision"] == "float32"


def test_more_strength_brings_more_of_the_painting(bundled, style_ratio):
    photo, picture = bundled("castle.jpg"), bundled("starry_night.jpg")
    ratios = [
        style_ratio(paint(photo, picture, strength=s, size=160, levels=4).picture, photo, picture) for s in (0, 0.5, 1)
    ]
    assert ratios[0] > ratios[1] > ratios[2]


def test_one_level_moves_colours_to_the_paintings(photo64, painting):
    made = paint(photo64, painting, levels=1, strength=1).picture
    before = np.abs(photo64.mean((0, 1)) - painting.mean((0, 1))).sum()
    assert np.abs(made.mean((0, 1)) - painting.mean((0, 1))).sum() < 0.3 * before


def test_the_deeper_it_begins_the_farther_it_goes(photo64, painting):
    reports = [paint(photo64, painting, levels=levels).report["levels"] for levels in (1, 3, 5)]
    assert reports[0] == ["relu1_1"]
    assert reports[1] == ["relu3_1", "relu2_1", "relu1_1"]
    assert len(reports[2]) == 5


def test_without_a_photo_noise_becomes_a_texture_of_any_seed(painting):
    grey = np.full((64, 64, 3), 0.5, np.float32)
    one, same, other = (paint(grey, painting, blank=True, seed=seed).picture for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert np.abs(one - other).mean() > 0.03
    assert np.abs(one.mean((0, 1)) - painting.mean((0, 1))).max() < 0.1
    done = impasto.stylize(None, painting, method="wct", preset="tiny", size=72, aspect="2:1", engine="torch")
    assert done.picture.shape == (36, 72, 3)


def test_swapping_at_the_top_changes_the_picture(photo64, painting):
    plain, swapped = paint(photo64, painting).picture, paint(photo64, painting, swap=True).picture
    assert np.isfinite(swapped).all()
    assert np.abs(plain - swapped).mean() > 0.005


def test_a_region_of_the_mask_is_all_that_changes(photo64, painting):
    top = np.zeros((64, 64), np.float32)
    top[:16] = 1
    made, plain = paint(photo64, painting, masks=[top]).picture, paint(photo64, painting, strength=0).picture
    assert np.abs(made - plain)[56:].mean() < 0.02
    assert np.abs(made - plain)[:16].mean() > 2 * np.abs(made - plain)[56:].mean()


def test_decoders_that_are_not_shipped_are_asked_for_in_one_line(photo64, painting):
    with pytest.raises(RunError, match="'inverse_vgg19_deep' are not on this machine: make them with 'impasto train"):
        paint(photo64, painting, encoder="vgg19", levels=5)
