"""Channel moments, their gradient and AdaIN."""

import pytest
import torch
from torch.testing import assert_close

from impasto.textures.moments import EPS, adain, moments, moments_loss


def random_features(seed=0, shift=0.0, shape=(2, 5, 7, 9), dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype) * (1 + shift) + shift


def test_moments_of_two_known_channels():
    mean, std = moments(torch.tensor([[[[1.0, 3.0]], [[2.0, 2.0]]]]))
    assert_close(mean.flatten(), torch.tensor([2.0, 2.0]))
    assert_close(std.flatten(), torch.tensor([1 + EPS, EPS]).sqrt())


def test_moments_are_the_same_in_any_memory_order():
    features = random_features(shift=2.0)
    for ordered in (features, features.contiguous(memory_format=torch.channels_last)):
        mean, std = moments(ordered)
        assert mean.shape == std.shape == (2, 5, 1, 1)
        assert_close(mean, features.mean((2, 3), keepdim=True))
        assert_close(std, (features.var((2, 3), correction=0, keepdim=True) + EPS).sqrt())


def test_the_loss_is_the_papers_sum_divided_by_channels():
    x, y = random_features(shape=(1, 4, 6, 6)), random_features(1, 0.5, shape=(1, 4, 6, 6))
    expected = sum(
        (x[0, c].mean() - y[0, c].mean()) ** 2 + (moments(x)[1] - moments(y)[1])[0, c, 0, 0] ** 2 for c in range(4)
    )
    assert_close(moments_loss(x, moments(y)), expected / 4)
    assert moments_loss(x, moments(x)) == 0


def test_gradient_is_the_derivative():
    features, target = random_features(shape=(2, 3, 4, 3)).requires_grad_(), moments(random_features(1, 1.0)[:, :3])
    assert torch.autograd.gradcheck(lambda f: moments_loss(f, target), features)


def test_bfloat16_features_give_float32_moments():
    features = random_features(shape=(1, 8, 64, 64), shift=4.0, dtype=torch.float32)
    rough = features.bfloat16().contiguous(memory_format=torch.channels_last)
    # Rounding each of 4096 values to 8 bits leaves their mean far better than 2^-8.
    assert_close(moments(rough)[0], moments(features)[0], rtol=1e-3, atol=1e-3)
    assert moments(rough)[0].dtype == moments(rough)[1].dtype == torch.float32


def test_adain_gives_the_styles_moments_exactly_and_keeps_the_arrangement():
    content, style = random_features(), random_features(1, 3.0)
    out = adain(content, moments(style))
    mean, std = moments(out)
    assert_close(mean, moments(style)[0], rtol=1e-5, atol=0)
    assert_close(std, moments(style)[1], rtol=1e-3, atol=0)  # EPS enters twice
    assert torch.equal(out.flatten(2).argsort(2), content.flatten(2).argsort(2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_adain_keeps_the_features_dtype(dtype):
    content = random_features(dtype=torch.float32).to(dtype)
    assert adain(content, moments(content)).dtype == dtype
