"""Regularisers of natural pictures, against finite differences and by hand."""

import pytest
import torch

from impasto.content.smoothness import extremeness, total_variation_power


def picture(seed=0, shape=(1, 3, 6, 7)):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0, 3.0])
def test_the_gradient_of_tv_is_its_finite_difference(power):
    x = picture().requires_grad_()
    (gradient,) = torch.autograd.grad(total_variation_power(x, power), x)
    flat = x.detach().flatten()
    for place in (0, 20, 41, 100):  # a corner, insides and an edge
        step = torch.zeros_like(flat)
        step[place] = 1e-6
        up, down = (total_variation_power((flat + s).view_as(x), power).item() for s in (step, -step))
        assert gradient.flatten()[place].item() == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-9)


def test_tv_by_hand():
    x = torch.tensor([[[[0.0, 0.3], [0.4, 9.0]]]])  # one pixel has both neighbours: a 3-4-5 triangle
    assert total_variation_power(x, 1.0).item() == pytest.approx(0.5, rel=1e-5)
    assert total_variation_power(x, 2.0).item() == pytest.approx(0.25, rel=1e-5)


def test_a_flat_picture_has_next_to_no_tv_and_a_finite_gradient():
    x = torch.full((1, 3, 5, 5), 0.4, requires_grad=True)
    loss = total_variation_power(x, 1.0)
    (gradient,) = torch.autograd.grad(loss, x)
    assert loss.item() == pytest.approx(1e-4, rel=1e-3)  # the root of the 1e-8 inside
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("shape", [(1, 3, 1, 4), (1, 3, 4, 1), (1, 3, 1, 1)])
def test_a_single_row_or_column_has_no_tv(shape):
    assert total_variation_power(picture(shape=shape), 2.0).item() == 0


def test_extremeness_runs_from_grey_to_black_and_white():
    assert extremeness(torch.full((1, 3, 4, 4), 0.5), 6.0).item() == 0
    assert extremeness(torch.tensor([0.0, 1.0]), 6.0).item() == 1
    assert extremeness(torch.tensor([0.75]), 6.0).item() == pytest.approx(0.5**6)
    assert torch.autograd.gradcheck(lambda x: extremeness(x, 6.0), picture().requires_grad_())
