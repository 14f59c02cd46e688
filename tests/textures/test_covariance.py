"""Gram matrices and their gradient, against hand-computed values."""

import pytest
import torch

from impasto.textures.covariance import gram, gram_loss


def random_features(seed: int = 0, shape=(2, 5, 7, 9), dtype=torch.float64) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_gram_of_two_known_channels():
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]])
    torch.testing.assert_close(gram(features), torch.tensor([[[2.5, 0.5], [0.5, 5.0]]]))


def test_gram_is_the_mean_outer_product_in_any_memory_order():
    features = random_features()
    expected = torch.einsum("nchw,ndhw->ncd", features, features) / 63
    torch.testing.assert_close(gram(features), expected)
    torch.testing.assert_close(gram(features.contiguous(memory_format=torch.channels_last)), expected)


def test_gram_does_not_care_where_things_are():
    features = random_features()
    shuffled = features.flatten(2)[:, :, torch.randperm(63)].view_as(features)
    torch.testing.assert_close(gram(shuffled), gram(features))


def test_gradient_is_the_derivative():
    features, target = random_features().requires_grad_(), gram(random_features(1))
    assert torch.autograd.gradcheck(lambda f: gram_loss(f, target), features)


def test_gradient_survives_many_blocks_of_positions():
    features = random_features(shape=(1, 3, 90, 100)).requires_grad_()  # more than one block of rows
    (ours,) = torch.autograd.grad(gram(features).square().sum(), features)
    flat = features.flatten(2)
    (plain,) = torch.autograd.grad((flat @ flat.mT / 9000).square().sum(), features)
    torch.testing.assert_close(ours, plain)


def test_bfloat16_features_give_float32_sums():
    features = random_features(shape=(1, 16, 96, 96), dtype=torch.float32)
    rough = gram(features.bfloat16().contiguous(memory_format=torch.channels_last))
    assert rough.dtype == torch.float32
    # Inputs are rounded to 8 bits, sums are not: the error stays well below one rounding step (2^-8).
    assert (rough - gram(features)).norm() / gram(features).norm() < 2e-3


def test_loss_is_zero_at_the_target_and_sums_squares():
    features = random_features(shape=(1, 2, 3, 3))
    assert gram_loss(features, gram(features)).item() == 0
    off = gram(features) + torch.tensor([[[1.0, 0.0], [2.0, 0.0]]])
    assert gram_loss(features, off).item() == pytest.approx(5.0)
