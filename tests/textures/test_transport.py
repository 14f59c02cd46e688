"""The style terms of STROTSS against their definitions."""

import pytest
import torch
from torch.testing import assert_close

from impasto.textures.distributions import relaxed_emd
from impasto.textures.neighbours import unit
from impasto.textures.transport import moments_loss, moments_of, palette_loss, transport_loss


def cloud(n, channels=6, seed=0):
    return torch.randn(n, channels, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("n", "m"), [(30, 50), (50, 30)])
def test_transport_is_the_relaxed_emd_with_its_gradient(n, m):
    x, y = cloud(n).requires_grad_(), cloud(m, seed=1)
    ours, plain = transport_loss(x, unit(y)), relaxed_emd(x, y)
    assert_close(ours, plain)
    assert_close(torch.autograd.grad(ours, x)[0], torch.autograd.grad(plain, x)[0])


def test_moments_by_hand():
    mean, covariance = moments_of(torch.tensor([[0.0, 1.0], [2.0, 1.0]]))
    assert_close(mean, torch.tensor([1.0, 1.0]))
    assert_close(covariance, torch.tensor([[1.0, 0.0], [0.0, 0.0]]))
    target = torch.tensor([2.0, 1.0]), torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert moments_loss(torch.tensor([[0.0, 1.0], [2.0, 1.0]]), target).item() == pytest.approx(0.5 + 0.5)


def test_moments_have_the_gradient_of_their_definition():
    x, target = cloud(12, 5).double().requires_grad_(), moments_of(cloud(12, 5, 1).double())
    centred = x - x.mean(0)
    plain = (x.mean(0) - target[0]).abs().mean() + (centred.T @ centred / 12 - target[1]).abs().mean()
    assert_close(moments_loss(x, target), plain)
    assert_close(torch.autograd.grad(moments_loss(x, target), x)[0], torch.autograd.grad(plain, x)[0])


def test_moments_notice_contrast_which_directions_do_not():
    x = cloud(40)
    assert transport_loss(3 * x, unit(x)).item() < 1e-6
    assert moments_loss(3 * x, moments_of(x)).item() > 0.5


def test_the_palette_is_the_same_in_any_order_and_both_sides_count():
    colours = torch.rand(20, 3, generator=torch.Generator().manual_seed(0))
    assert palette_loss(colours, colours.flip(0)).item() < 1e-3  # the root of a rounding error
    grey, both = torch.zeros(1, 3), torch.tensor([[0.0, 0, 0], [1.0, 1, 1]])
    assert palette_loss(grey, both).item() == pytest.approx(3**0.5 / 2, rel=1e-4)
    assert palette_loss(both, grey).item() == pytest.approx(3**0.5 / 2, rel=1e-4)
