"""Gram matrices of a region."""

import pytest
import torch

from impasto.textures.covariance import gram, gram_loss


def features(seed=0):
    return torch.randn((1, 4, 6, 8), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def half():
    guide = torch.zeros((1, 1, 6, 8), dtype=torch.float64)
    guide[..., :3] = 1
    return guide


def test_a_guide_of_ones_or_of_any_constant_changes_nothing():
    f = features()
    for value in (1.0, 0.3):
        torch.testing.assert_close(gram(f, torch.full((1, 1, 6, 8), value, dtype=f.dtype)), gram(f))


def test_a_guided_gram_matrix_is_that_of_the_region_cut_out():
    f = features()
    torch.testing.assert_close(gram(f, half()), gram(f[..., :3]))


def test_what_lies_outside_has_no_gradient():
    f = features().requires_grad_()
    (gradient,) = torch.autograd.grad(gram_loss(f, gram(features(1)), half()), f)
    assert gradient[..., 3:].abs().max() == 0
    assert gradient[..., :3].abs().min() > 0
    soft = torch.rand((1, 1, 6, 8), generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: gram_loss(x, gram(features(1)), soft), f)


def test_an_empty_guide_sees_nothing():
    assert gram(features(), torch.zeros((1, 1, 6, 8))).abs().max() == 0


def test_bfloat16_features_keep_a_float32_sum():
    f = torch.randn((1, 8, 64, 64), generator=torch.Generator().manual_seed(0))
    guide = torch.zeros((1, 1, 64, 64))
    guide[..., :20] = 1
    rough = gram(f.bfloat16(), guide)
    assert rough.dtype == torch.float32
    assert ((rough - gram(f, guide)).norm() / gram(f, guide).norm()).item() == pytest.approx(0, abs=4e-3)
