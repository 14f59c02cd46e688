"""The easel with terms that look at pixels alone: no network is loaded, and the arithmetic can be followed."""

import numpy as np
import pytest
import torch

from impasto.core import Cancelled, Context, Inputs, RunOptions, Style, UsageError
from impasto.encoders import encoder
from impasto.reconstruction.easel import Easel, paint
from impasto.reconstruction.options import FeatureOptions
from impasto.reconstruction.schedule import Scale
from impasto.reconstruction.terms import Aim, Term, content_term, laplacian_term, smoothness_term


def colour_term(pull, goal=0.9, name="colour"):
    def aims(scene):
        assert scene.content.features == {}
        return {name: Aim(lambda view: (view.picture - goal).square().mean(), 2.0)}

    return Term(name, pull, aims)


def context(seed=0):
    return Context(RunOptions(device="cpu", precision="float32", seed=seed))


@pytest.fixture
def inputs(painted):
    return Inputs(painted(40, 56, seed=1), (Style(painted(30, 30, seed=2)),))


def test_a_method_is_its_list_of_terms(inputs):
    options = FeatureOptions(steps=30, scales=1)
    result = paint(inputs, [colour_term(1.0), laplacian_term(0.0, {"4": 1.0})], options, context())
    assert np.abs(result.picture - 0.9).max() < 1e-3
    assert list(result.report["loss_weights"]) == ["colour"]  # what has no pull is not even computed
    assert result.report["stages"][0]["terms"]["colour"] < 1e-6


def test_two_terms_meet_where_their_pulls_say(inputs):
    options = FeatureOptions(steps=40, scales=1)

    def mean(low, high):
        terms = [colour_term(low, 0.2, "low"), colour_term(high, 0.8, "high")]
        return paint(inputs, terms, options, context(), balanced=False).picture.mean()

    assert mean(1.0, 1.0) == pytest.approx(0.5, abs=1e-3)
    assert mean(1.0, 3.0) == pytest.approx(0.2 * 0.25 + 0.8 * 0.75, abs=1e-3)


def test_plain_weights_are_pull_times_share_and_balanced_ones_equal_gradients(inputs):
    terms = [colour_term(3.0), smoothness_term(5.0)]
    easel = Easel(inputs, terms, FeatureOptions(), context(), balanced=False)
    easel.objective(Scale((40, 56), 1), True)
    assert easel.weights == {"colour": 6.0, "tv": 5.0}
    easel = Easel(inputs, terms, FeatureOptions(), context(), balanced=True)
    easel.objective(Scale((20, 28), 1), False)
    pulls = dict(easel.pulls)
    easel.objective(Scale((40, 56), 1), True)
    assert easel.pulls == pulls  # found once, at the coarsest scale
    assert set(pulls) == {"colour", "tv"}


def test_noise_is_seeded(inputs):
    options = FeatureOptions(steps=1, scales=1, init="noise")
    one, same, other = (paint(inputs, [colour_term(1e-3)], options, context(s)).picture for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert np.abs(one - other).max() > 0.1


def test_nothing_to_do_is_refused_with_the_names_of_what_could_be_done(inputs):
    terms = [colour_term(0.0), smoothness_term(0.0)]
    with pytest.raises(UsageError, match="content_weight, style_weight, tv_weight: all the weights are zero"):
        paint(inputs, terms, FeatureOptions(), context())


def test_stopping_before_there_is_a_picture_says_so(inputs):
    stopped = context()
    stopped.stop()
    with pytest.raises(Cancelled):
        paint(inputs, [colour_term(1.0)], FeatureOptions(), stopped)


def test_luminance_mode_gives_the_photos_colours_back(inputs):
    options = FeatureOptions(steps=20, scales=1, preserve_colour="luminance")
    picture = paint(inputs, [colour_term(1.0, 0.5)], options, context()).picture
    chroma = [p - (p @ np.array([0.299, 0.587, 0.114]))[..., None] for p in (picture, inputs.content)]
    inside = ((picture > 0.01) & (picture < 0.99)).all(-1)
    assert np.abs(chroma[0] - chroma[1])[inside].max() < 0.02


def test_options_know_every_layer_they_name():
    options = FeatureOptions(style_layers="relu1_1,relu3_1", content_layers="relu3_1,relu4_2")
    assert set(options.layers) == {"relu1_1", "relu3_1", "relu4_2"}
    assert len(options.layers) == 3


def test_the_scene_has_every_painting_at_the_scales_size(inputs, painted):
    two = Inputs(inputs.content, (Style(painted(30, 60)), Style(painted(50, 50, seed=3), 3.0)))
    scene = Easel(two, [colour_term(1.0)], FeatureOptions(style_scale=2.0), context(), balanced=True).scene(
        (20, 28), None
    )
    assert scene.content.picture.shape == (1, 3, 20, 28)
    assert [tuple(view.picture.shape[2:]) for view, _ in scene.styles] == [(32, 64), (56, 56)]
    assert [share for _, share in scene.styles] == [0.25, 0.75]
    assert all(isinstance(view.picture, torch.Tensor) for view, _ in scene.styles)


def test_vgg19_finishes_what_another_encoder_began(inputs, monkeypatch):
    used = []
    load = encoder.load
    monkeypatch.setattr(encoder, "load", lambda name, *a, **k: used.append(name) or load("vgg19", *a, **k))
    terms = [content_term(1.0, {"relu1_2": 1.0})]
    options = FeatureOptions(encoder="slim", steps=4, finish_steps=3, scales=1, init="noise")
    report = paint(inputs, terms, options, context()).report
    assert used == report["weights"] == ["slim", "vgg19"]
    assert [stage["steps"] for stage in report["stages"]] == [4, 3]
    used.clear()
    plain = paint(inputs, terms, options.model_copy(update={"encoder": "vgg19"}), context()).report
    assert used == plain["weights"] == ["vgg19"]
    assert [stage["steps"] for stage in plain["stages"]] == [4]
