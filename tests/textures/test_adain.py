"""AdaIN: the spec's acceptance checks, with features of no network."""

import pytest
import torch

from impasto.textures.moments import adain, moments, moments_within, with_moments


def features(seed=0, *, spread=3.0, mean=5.0):
    random = torch.Generator().manual_seed(seed)
    return mean + spread * torch.randn((1, 16, 20, 24), generator=random) * torch.linspace(0.02, 1, 16).view(
        1, 16, 1, 1
    )


def test_features_take_on_the_styles_moments():
    content, style = features(), features(1, spread=0.7, mean=-2.0)
    (mean, std), (wanted_mean, wanted_std) = moments(adain(content, moments(style))), moments(style)
    assert (mean - wanted_mean).abs().max() < 1e-5
    assert ((std - wanted_std) / wanted_std).abs().max() < 0.04  # the EPS on the variance
    lively = torch.minimum(moments(content)[1], wanted_std) > 0.05
    assert ((std - wanted_std) / wanted_std)[lively].abs().max() < 0.002


def test_a_style_that_is_the_content_changes_nothing():
    content = features()
    assert (adain(content, moments(content)) - content).abs().max() < 1e-5


def test_a_dead_channel_stays_finite():
    content = torch.zeros(1, 3, 8, 8)
    made = adain(content, moments(features()[:, :3]))
    assert made.isfinite().all()
    assert moments(made)[1].max() < 0.01


def test_a_guide_measures_its_region_alone_and_white_is_no_guide():
    content = features()
    left = torch.zeros(1, 1, 20, 24)
    left[..., :9] = 1
    for mine, theirs in zip(moments_within(content, left), moments(content[..., :9]), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-5)
    for mine, theirs in zip(moments_within(content, torch.ones_like(left)), moments(content), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-5)
    assert moments_within(content, torch.zeros_like(left)) is None


def test_known_moments_give_what_measured_ones_do():
    content, style = features(), moments(features(1))
    assert torch.equal(with_moments(content, moments(content), style), adain(content, style))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_the_arithmetic_of_the_features_is_kept(dtype):
    assert adain(features().to(dtype), moments(features(1))).dtype == dtype
