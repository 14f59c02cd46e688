"""Whitening and colouring: the spec's acceptance checks of WCT, with features of no network."""

import pytest
import torch

from impasto.textures.covariance import colour, spectrum, whiten, with_spectrum
from impasto.textures.moments import adain, moments


def features(channels=24, size=(40, 30), *, seed=0, shift=0.0, gain=1.0):
    """Correlated, rectified features (1, C, h, w), a few of them dead."""
    random = torch.Generator().manual_seed(seed)
    mixing = torch.randn((channels, channels), generator=random)
    mixing[-2:] = 0
    flat = mixing @ torch.randn((channels, size[0] * size[1]), generator=random)
    return gain * torch.relu(flat + shift).view(1, channels, *size)


def covariance(x):
    flat = x[0].flatten(1).double()
    flat = flat - flat.mean(1, keepdim=True)
    return flat @ flat.T / (flat.shape[1] - 1)


@pytest.mark.parametrize(("dtype", "most"), [(torch.float64, 1e-9), (torch.float32, 5e-5)])
def test_whitened_features_vary_alike_in_every_direction_that_varies(dtype, most):
    x = features().to(dtype)
    found = spectrum(x)
    assert found.vectors.shape == (24, 22)  # the dead two have no direction
    identity = found.vectors @ found.vectors.T
    assert (covariance(whiten(x, found)) - identity).abs().max() < most


def test_coloured_features_have_the_styles_mean_and_covariance_far_closer_than_adain_brings_them():
    content, style = features(), features(seed=1, shift=2.0, gain=30.0)
    made = with_spectrum(content, spectrum(content), spectrum(style))

    def error(x):
        return (covariance(x) - covariance(style)).norm() / covariance(style).norm()

    assert error(made) < 1e-3
    assert error(adain(content, moments(style))) > 100 * error(made)
    assert torch.allclose(made.mean((2, 3)), style.mean((2, 3)), rtol=1e-4, atol=1e-3)


def test_a_picture_coloured_by_itself_stays_what_it_is():
    x = features(gain=100.0)
    own = spectrum(x)
    assert (with_spectrum(x, own, own) - x).norm() / x.norm() < 5e-3
    assert torch.allclose(colour(whiten(x, own), own), with_spectrum(x, own, own), atol=1e-2)


def test_fewer_places_than_channels_have_that_many_directions_less_one():
    found = spectrum(features(size=(3, 4)))
    assert found.vectors.shape[1] == 11
    white = whiten(features(size=(3, 4)), found)
    assert white.isfinite().all()
    assert white.square().mean() < 2


def test_flat_features_and_single_places_are_no_trouble():
    flat = torch.full((1, 5, 4, 4), 3.0)
    own, style = spectrum(flat), spectrum(features(5, seed=3, shift=1.0))
    assert own.vectors.shape[1] == 0
    made = with_spectrum(flat, own, style)
    assert torch.allclose(made, style.mean.float().view(1, 5, 1, 1).expand_as(made))
    assert spectrum(torch.ones(1, 5, 1, 1)) is None


def test_a_guide_measures_its_region_alone():
    x = features()
    guide = torch.zeros(1, 1, 40, 30)
    guide[..., :10] = 1
    part = spectrum(x[..., :10])
    found = spectrum(x, guide)
    assert torch.allclose(found.mean, part.mean)
    assert torch.allclose(found.power(1.0), part.power(1.0))
    assert spectrum(x, torch.zeros_like(guide)) is None
