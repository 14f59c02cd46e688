"""Balanced weights: every term pulls as hard as asked, whatever its scale."""

import pytest
import torch

from impasto.reconstruction.balance import balanced_weights, probe_picture

PROBE = torch.rand(1, 3, 5, 5, generator=torch.Generator().manual_seed(0))


def terms(picture):
    return {"small": 1e-6 * picture.square().sum(), "large": 1e9 * picture.sum().square(), "flat": picture.sum() * 0}


def pull(name, weight):
    probe = PROBE.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(weight * terms(probe)[name], probe)
    return gradient.norm().item()


def test_gradients_stand_in_the_ratio_asked_for():
    weights = balanced_weights(terms, PROBE, {"small": 1.0, "large": 3.0})
    assert pull("large", weights["large"]) == pytest.approx(3 * pull("small", weights["small"]), rel=1e-4)


def test_the_loss_starts_where_it_was_asked_to():
    weights = balanced_weights(terms, PROBE, {"small": 1.0, "large": 1.0}, start=50.0)
    assert sum(weights[name] * terms(PROBE)[name].item() for name in weights) == pytest.approx(50.0, rel=1e-4)


def test_a_term_without_pull_or_without_gradient_weighs_nothing():
    weights = balanced_weights(terms, PROBE, {"small": 0.0, "large": 1.0, "flat": 5.0})
    assert weights["small"] == weights["flat"] == 0.0


def test_the_probe_is_seeded_and_half_noise():
    content = torch.zeros(1, 3, 40, 40)
    assert torch.equal(probe_picture(content, 7), probe_picture(content, 7))
    assert not torch.equal(probe_picture(content, 7), probe_picture(content, 8))
    assert probe_picture(content, 7).mean().item() == pytest.approx(0.25, abs=0.01)
