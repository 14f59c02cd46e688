"""Laplacian pyramids: nothing is lost, and what moves in them moves areas."""

import pytest
import torch

from impasto.core import Context
from impasto.reconstruction.minimise import minimise
from impasto.reconstruction.pyramid import collapse, finest_band, laplacian_pyramid, without_detail


def picture(height=37, width=52):
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("size", [(37, 52), (1, 9), (1, 1), (64, 64)])
@pytest.mark.parametrize("bands", [0, 1, 8])
def test_a_pyramid_collapses_to_its_picture(size, bands):
    pyramid = laplacian_pyramid(picture(*size), bands)
    assert len(pyramid) <= bands + 1
    torch.testing.assert_close(collapse(pyramid), picture(*size))


def test_halving_stops_at_one_pixel():
    assert [tuple(band.shape[-2:]) for band in laplacian_pyramid(picture(5, 3), 8)] == [(5, 3), (3, 2), (2, 1), (1, 1)]


def test_a_flat_picture_has_no_detail():
    *bands, rest = laplacian_pyramid(torch.full((1, 3, 21, 34), 0.7), 3)
    assert all(band.abs().max() < 1e-6 for band in bands)
    torch.testing.assert_close(rest, torch.full_like(rest, 0.7))


def test_without_detail_stripes_vanish_and_halves_stay():
    stripes = torch.tensor([0.0, 1.0]).repeat(32).expand(1, 3, 64, 64)
    assert (without_detail(stripes, 2) - 0.5).abs().max() < 1e-5
    halves = (torch.arange(64) < 32).float().expand(1, 3, 64, 64)
    soft = without_detail(halves, 2)
    assert soft[..., :24].min() > 0.99
    assert soft[..., 40:].max() < 0.01


def test_the_finest_band_is_what_halving_loses():
    torch.testing.assert_close(picture() - finest_band(picture()), without_detail(picture(), 1))


def test_gradients_reach_every_band():
    leaves = [band.requires_grad_() for band in laplacian_pyramid(picture(), 4)]
    collapse(leaves).sum().backward()
    assert all(leaf.grad is not None and leaf.grad.abs().sum() > 0 for leaf in leaves)


def test_bands_move_a_large_area_sooner_than_pixels_do():
    start, target = torch.zeros(1, 3, 32, 32), torch.full((1, 3, 32, 32), 0.5)

    def far(moved):
        loss = (moved - target).square().mean()
        return loss, {"far": loss.item()}

    ends = [
        minimise(start, far, 20, Context(), optimiser="adam", learning_rate=0.01, bands=b).terms["far"] for b in (0, 4)
    ]
    assert ends[1] < 0.25 * ends[0]


@pytest.mark.parametrize("optimiser", ["lbfgs", "adam", "rmsprop"])
def test_every_optimiser_can_move_bands(optimiser):
    target = picture() * 0.5 + 0.2
    found = minimise(
        torch.full_like(target, 0.5), lambda p: ((p - target).square().sum(), {}), 60, Context(), optimiser=optimiser,
        learning_rate=0.02, bands=4,
    )  # fmt: skip
    assert found.losses[-1] < 0.2 * found.losses[0]
    assert found.picture.shape == target.shape


def test_the_last_picture_is_kept_where_losses_cannot_be_compared():
    losses = iter([5.0, 1.0, 9.0, 9.0])
    seen = []

    def sampled(moving):
        seen.append(moving.detach().clone())
        return (moving * 0).sum() + moving.mean() + next(losses), {}

    found = minimise(picture() * 0.5 + 0.2, sampled, 4, Context(), optimiser="rmsprop", keep="last")
    torch.testing.assert_close(found.picture, seen[-1].clamp(0, 1))
    assert len(found.losses) == 4
