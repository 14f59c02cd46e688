"""Style-Swap by its network and by descent."""

import numpy as np
import pytest

from impasto.core import Context, Inputs, RunOptions, Style, UsageError
from impasto.methods.feedforward.style_swap import METHOD


def paint(photo, *styles, **options):
    """The picture of the tiny preset, by torch, and its report."""
    inputs = Inputs(photo, tuple(Style(picture) for picture in styles))
    context = Context(RunOptions(device="cpu", threads=1, engine="torch", precision="float32"))
    return METHOD.load()(inputs, METHOD.make_options("tiny", **options), context)


@pytest.fixture(scope="module")
def painting(painted):
    return painted(72, 64, seed=4, warmth=0.9)


def test_it_paints_the_golden_picture(photo64, painting, golden):
    golden(paint(photo64, painting).picture, "style_swap", tolerance=0.02)


def test_a_painting_that_is_the_photo_gives_the_photo_back(bundled):
    photo = bundled("castle.jpg", 96)
    found = paint(photo, photo)
    assert found.report["similarity"] == pytest.approx(1, abs=1e-5)
    assert np.abs(found.picture - photo).mean() < 0.08


def test_descent_brings_the_features_to_the_swapped_ones(photo64, painting):
    found = paint(photo64, painting, by="descent", steps=60, tv_weight=0)
    assert found.report["loss"] < 0.2 * found.report["first_loss"]


def test_the_network_comes_as_near_as_it_was_taught(photo64, painting):
    both = [paint(photo64, painting, by=by, steps=60).picture for by in ("network", "descent")]
    assert np.abs(both[0] - both[1]).mean() < 0.25


def test_larger_patches_are_less_alike(photo64, painting):
    assert (
        paint(photo64, painting, patch=1).report["similarity"] > paint(photo64, painting, patch=5).report["similarity"]
    )


def test_the_network_knows_one_layer(photo64, painting):
    with pytest.raises(UsageError, match="the network shows relu3_1 alone, not relu4_1; add --by descent"):
        paint(photo64, painting, layer="relu4_1")


def test_repeats_and_strides_paint(photo64, painting):
    plain = paint(photo64, painting).picture
    for options in ({"repeats": 2}, {"stride": 3}, {"strength": 0.5}):
        assert np.abs(paint(photo64, painting, **options).picture - plain).mean() > 0.003
