"""Content losses against hand-computed values."""

import pytest
import torch

from impasto.content.features import feature_loss
from impasto.content.smoothness import total_variation


def test_feature_loss_is_the_mean_square_in_float32():
    a, b = torch.zeros(1, 2, 2, 2, dtype=torch.bfloat16), torch.full((1, 2, 2, 2), 3.0)
    assert feature_loss(a, b).item() == 9.0
    assert feature_loss(a, b).dtype == torch.float32


def test_total_variation_of_a_ramp_is_its_slope_squared():
    ramp = torch.arange(5.0).view(1, 1, 1, 5).expand(1, 3, 4, 5) * 0.1
    assert total_variation(ramp).item() == pytest.approx(0.01)  # across 0.1², down nothing


def test_total_variation_of_a_flat_picture_is_zero():
    assert total_variation(torch.full((1, 3, 4, 4), 0.7)).item() == 0
