"""Diversified textures with their shipped weights: out of nothing, at any size, never the same twice."""

import numpy as np
import pytest
import torch

import impasto
from impasto.core import Context, Inputs, RunOptions, UsageError
from impasto.encoders import encoder
from impasto.image.tensors import to_tensor
from impasto.methods.feedforward.diversified import METHOD
from impasto.methods.feedforward.diversified.weave import stylize
from impasto.reconstruction.networks import diversified
from impasto.training.paintings import textures
from impasto.training.relative import own_texture_error

LAYERS = ("relu1_1", "relu2_1", "relu3_1")


def made(height=64, width=64, seed=0, **options):
    context = Context(RunOptions(device="cpu", precision="float32", threads=1, engine="torch", seed=seed))
    canvas = np.full((height, width, 3), 0.5, np.float32)
    return stylize(Inputs(canvas, blank=True), METHOD.make_options(**options), context).picture


def test_it_makes_the_golden_texture(golden):
    golden(made(), "diversified", tolerance=4 / 255)


def test_seed_and_variation_make_other_pictures_of_the_same_texture():
    one = made()
    assert np.array_equal(one, made())
    for other in (made(seed=1), made(variation=1)):
        assert np.abs(one - other).mean() > 0.03
        assert np.abs(one.mean((0, 1)) - other.mean((0, 1))).max() < 0.15


def test_any_size_is_made_and_cut_from_whole_cells():
    picture = made(50, 70)
    assert picture.shape == (50, 70, 3)
    assert np.abs(np.diff(picture, axis=1)).mean() > 0.005


def test_what_is_made_has_the_samples_texture(bundled):
    look = encoder.load("slim", "relu3_1")
    sample = to_tensor(bundled("starry_night.jpg", 256))
    goals = textures(look, [sample], LAYERS)

    def error(picture):
        with torch.no_grad():
            return own_texture_error(look(to_tensor(picture), LAYERS), goals, dict.fromkeys(LAYERS, 1.0)).item()

    noise = np.random.default_rng(0).random((128, 128, 3), np.float32)
    assert error(made(128, 128)) < 0.25 * error(noise)


def test_a_blend_lies_between_its_textures():
    names = diversified.load().names
    one, other, both = (made(style_name=style) for style in (names[0], names[1], f"{names[0]},{names[1]}"))
    apart = np.abs(one - other).mean()
    assert max(np.abs(both - one).mean(), np.abs(both - other).mean()) < 1.2 * apart


def test_textures_that_are_not_there_are_refused_in_one_line():
    with pytest.raises(UsageError, match=r"no texture 'starry-nigth'.*Did you mean 'starry-night'"):
        made(style_name="starry-nigth")
    with pytest.raises(UsageError, match="style_name"):
        made(style_name={"starry-night": 0.0})


def test_no_picture_is_needed_and_none_is_taken(painted):
    done = impasto.stylize(None, method="diversified", size=64, aspect="2:1", device="cpu", threads=1)
    assert done.picture.shape == (32, 64, 3)
    assert done.report["inputs"]["content"] is None
    with pytest.raises(UsageError, match="takes no photo; it makes its picture from nothing"):
        impasto.stylize(painted(64, 64), method="diversified")
    with pytest.raises(UsageError, match="takes no style picture; it makes its picture out of nothing"):
        impasto.stylize(None, [painted(64, 64)], method="diversified")
