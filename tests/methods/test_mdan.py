"""MDAN: a critic learns to tell patches apart, and the picture learns to be mistaken for the painting."""

import numpy as np
import pytest
import torch

from impasto import registry
from impasto.core import Context, Inputs, Keeper, RunOptions, Style, UsageError
from impasto.reconstruction.first_order import Adam
from impasto.textures.critic import Critic


def maps(seed, height=20, width=24, channels=6):
    return torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(seed))


def smooth(x):
    return torch.nn.functional.avg_pool2d(x, 3, 1)


def run(photo, *styles, seed=0, keeper=None, listener=lambda _: None, **options):
    method = registry.get("mdan")
    context = Context(RunOptions(device="cpu", precision="float32", seed=seed), keeper=keeper, listener=listener)
    options = method.make_options("tiny", **options)
    return method.load()(Inputs(photo, tuple(Style(style) for style in styles)), options, context)


def test_the_critic_learns_to_tell_two_textures_apart_patch_by_patch():
    real, made = smooth(maps(0)), maps(1, 18, 22)
    critic = Critic([real], torch.Generator().manual_seed(2))
    assert critic(real).shape == (1, 1, 18 - 5, 22 - 5)
    learner = Adam(critic.tensors, 2e-3)
    losses = []

    def evaluate():
        for tensor in critic.tensors:
            tensor.grad = None
        loss = critic.loss(real, made)
        loss.backward()
        losses.append(loss.item())

    for _ in range(30):
        learner.step(evaluate)
    # 2 is a critic who knows nothing (hinges of one on either side).
    assert 1 < losses[0] < 4
    assert losses[-1] < 0.5
    assert critic(smooth(maps(3))).mean() > critic(maps(4)).mean() + 1


def test_the_critic_sees_features_at_the_paintings_own_scale():
    real = 100 * maps(0) + 40
    critic = Critic([real], torch.Generator().manual_seed(2))
    same = Critic([maps(0)], torch.Generator().manual_seed(2))
    assert (critic(real) - same(maps(0))).abs().max() < 1e-3


def test_a_map_smaller_than_a_patch_is_judged_as_one():
    critic = Critic([maps(0, 4, 3)], torch.Generator().manual_seed(0))
    assert critic(maps(1, 4, 3)).numel() >= 1


def test_the_picture_comes_to_be_liked_by_a_critic_that_stays():
    critic = Critic([smooth(maps(0))], torch.Generator().manual_seed(2))
    made = maps(1).requires_grad_()
    before = critic.dislike(made)
    (gradient,) = torch.autograd.grad(before, made)
    assert critic.dislike(made - 0.1 * gradient / gradient.norm()) < before


@pytest.mark.weights
def test_texture_comes(bundled, style_ratio):
    photo, painting = bundled("castle.jpg", 96), bundled("starry_night.jpg", 96)
    done = run(photo, painting, steps=20)
    assert style_ratio(done.picture, photo, painting) < 0.6
    assert done.report["stages"][0]["terms"]["critic"] > 0.2  # it has not won outright: the picture still learns


class Killed(BaseException):
    """Not an Exception, as nothing may catch it."""


@pytest.mark.weights
def test_a_killed_run_goes_on_to_the_same_picture_and_another_seed_makes_another(photo64, painting64, monkeypatch):
    monkeypatch.setattr(Keeper, "_SHARE", 0)  # however long writing takes here
    laid_down, heard = {}, []
    keeper = Keeper(lambda arrays: laid_down.update({k: v.copy() for k, v in arrays.items()}), every_s=0)

    def die(progress):
        if progress.step > progress.total * 0.7:
            raise Killed

    with pytest.raises(Killed):
        run(photo64, painting64, steps=8, scales=2, keeper=keeper, listener=die)
    again = run(photo64, painting64, steps=8, scales=2, keeper=Keeper(lambda _: None, laid_down), listener=heard.append)
    assert heard[0].step > heard[0].total * 0.4, "it began anew"
    whole, other = (run(photo64, painting64, steps=8, scales=2, seed=seed) for seed in (0, 1))
    np.testing.assert_array_equal(again.picture, whole.picture)
    assert again.report["stages"] == whole.report["stages"]
    assert np.abs(whole.picture - other.picture).max() > 0.01


def test_weights_that_are_all_zero_are_refused(photo64, painting64):
    with pytest.raises(UsageError, match="style_layers"):
        run(photo64, painting64, style_layers={"relu3_1": 0.0})
