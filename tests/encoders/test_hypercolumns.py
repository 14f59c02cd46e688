"""Hypercolumns: every layer's vector for the same place, side by side."""

import pytest
import torch
from torch.testing import assert_close

from impasto.encoders.hypercolumns import as_rows, equal_gains, hypercolumns, on_grid, sampled


def ramp(height, width, channels=1):
    """Features that say where they are: y + 100 x of the centre of each cell, in [0, 1]."""
    y = (torch.arange(height) + 0.5) / height
    x = (torch.arange(width) + 0.5) / width
    return (y[:, None] + 100 * x[None]).expand(1, channels, height, width)


def test_layers_of_different_sizes_meet_at_the_same_place():
    features = {"fine": ramp(32, 48), "middle": ramp(8, 12), "coarse": ramp(4, 6)}
    columns = hypercolumns(features, (8, 12), {"fine": 1.0, "middle": 1.0, "coarse": 2.0}).view(8, 12, 3)
    assert_close(columns[..., 0], columns[..., 1])
    inner = columns[1:-1, 1:-1]  # at the edge there is nothing to interpolate to
    assert_close(inner[..., 2], 2 * inner[..., 1])


def test_shrinking_is_the_mean_of_areas():
    assert_close(on_grid(torch.arange(16.0).view(1, 1, 4, 4), (2, 2))[0, 0], torch.tensor([[2.5, 4.5], [10.5, 12.5]]))


def test_rows_are_places_in_reading_order():
    features = torch.arange(12.0).view(1, 2, 2, 3)
    assert as_rows(features).tolist() == [[0, 6], [1, 7], [2, 8], [3, 9], [4, 10], [5, 11]]


def test_gains_give_each_layer_its_share_of_the_squared_length():
    generator = torch.Generator().manual_seed(0)
    features = {
        "small": 0.01 * torch.rand(1, 3, 8, 8, generator=generator),
        "large": 50 * torch.rand(1, 9, 8, 8, generator=generator),
    }
    gains = equal_gains(features, {"small": 1.0, "large": 3.0})
    energy = {k: (features[k] * gains[k]).square().sum(1).mean().item() for k in features}
    assert energy == pytest.approx({"small": 1.0, "large": 3.0})
    assert equal_gains({"dead": torch.zeros(1, 2, 3, 3)}, {"dead": 1.0})["dead"] < 1e7


def test_a_place_is_read_from_the_unit_that_stands_over_it():
    features = {"fine": torch.arange(80.0).view(1, 1, 8, 10), "coarse": torch.arange(20.0).view(1, 1, 4, 5)}
    places = torch.tensor([[0.0, 0.0], [0.49, 0.55], [0.51, 0.99], [1.0, 1.0]])
    found = sampled(features, places, {"fine": 1.0, "coarse": 2.0})
    assert found.tolist() == [[0, 0], [35, 14], [49, 28], [79, 38]]


def test_sampling_agrees_with_torch_and_has_its_gradient():
    features = torch.randn(1, 3, 7, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64).requires_grad_()
    places = torch.rand(20, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    grid = (places.flip(1) * 2 - 1).view(1, 1, 20, 2)
    plain = torch.nn.functional.grid_sample(features, grid, mode="nearest", align_corners=False)[0, :, 0].T
    ours = sampled({"a": features}, places, {"a": 1.0})
    assert_close(ours, plain)
    assert_close(
        torch.autograd.grad(ours.square().sum(), features)[0], torch.autograd.grad(plain.square().sum(), features)[0]
    )
