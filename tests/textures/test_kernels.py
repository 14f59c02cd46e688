"""Kernels as maps: each must equal the maximum mean discrepancy over all pairs, as the definition has it."""

import numpy as np
import pytest
import torch

from impasto.textures.covariance import gram, gram_loss
from impasto.textures.kernels import (
    gaussian_map,
    gaussian_mmd_loss,
    linear_mmd_loss,
    mean_vector,
    polynomial_embedding,
    polynomial_mmd_loss,
    spread_of,
)


def features(seed=0, shift=0.0, shape=(1, 4, 5, 6), dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype) + shift


def mmd(x, y, kernel):
    """Over all pairs, in plain NumPy: mean k(x, x') + mean k(y, y') - 2 mean k(x, y)."""
    x, y = (f.flatten(2)[0].T.numpy() for f in (x, y))
    mean = [np.mean([[kernel(a, b) for b in q] for a in p]) for p, q in ((x, x), (y, y), (x, y))]
    return mean[0] + mean[1] - 2 * mean[2]


X, Y = features(), features(1, 0.4, (1, 4, 7, 3))  # clouds of unequal size


def test_the_linear_kernel_matches_means():
    found = linear_mmd_loss(X, mean_vector(Y)).item()
    assert found == pytest.approx(mmd(X, Y, np.dot), rel=1e-5)
    assert found == pytest.approx((X.mean((2, 3)) - Y.mean((2, 3))).square().sum().item(), rel=1e-5)


@pytest.mark.parametrize("c", [0.0, 0.7, 3.0])
def test_the_polynomial_kernel_is_its_definition(c):
    found = polynomial_mmd_loss(X, polynomial_embedding(Y), c).item()
    assert found == pytest.approx(mmd(X, Y, lambda a, b: (a @ b + c) ** 2), rel=1e-5)


def test_the_polynomial_kernel_without_offset_is_the_gram_loss():
    found = polynomial_mmd_loss(X, polynomial_embedding(Y)).item()
    assert found == pytest.approx(gram_loss(X, gram(Y)).item(), rel=1e-5)
    plain = [f.flatten(2)[0] @ f.flatten(2)[0].T / f[0, 0].numel() for f in (X, Y)]
    assert found == pytest.approx((plain[0] - plain[1]).square().sum().item(), rel=1e-5)


def test_the_gaussian_kernel_is_its_definition_but_for_the_number_of_waves():
    spread, widths = spread_of(Y), (0.5, 1.0, 2.0)

    def kernel(a, b):
        return np.mean([np.exp(-w / spread * np.sum((a - b) ** 2)) for w in widths])

    embed = gaussian_map(spread, 4, bandwidths=widths, waves=60_000)
    # Monte Carlo: 60,000 waves of order one leave a few thousandths of the kernel, a few hundredths of this distance.
    assert gaussian_mmd_loss(X, (embed, embed(Y))).item() == pytest.approx(mmd(X, Y, kernel), rel=0.05)


def test_the_gaussian_kernel_sees_what_means_and_correlations_do_not():
    generator = torch.Generator().manual_seed(0)
    bell = torch.randn((1, 1, 60, 60), generator=generator)
    coin = torch.randint(0, 2, (1, 1, 60, 60), generator=generator) * 2.0 - 1  # the same mean and square, two values
    bell = (bell - bell.mean()) / bell.std(correction=0)
    coin = (coin - coin.mean()) / coin.std(correction=0)
    embed = gaussian_map(spread_of(coin), 1)
    assert polynomial_mmd_loss(bell, polynomial_embedding(coin), 1.0) < 1e-9
    assert gaussian_mmd_loss(bell, (embed, embed(coin))) > 0.01


def test_every_loss_is_zero_at_its_own_target_and_its_gradient_is_right():
    embed = gaussian_map(spread_of(Y), 4, waves=12)
    embed = type(embed)(embed.waves.double())
    cases = [
        (linear_mmd_loss, mean_vector),
        (lambda f, t: polynomial_mmd_loss(f, t, 0.5), polynomial_embedding),
        (gaussian_mmd_loss, lambda f: (embed, embed(f))),
    ]
    for loss, measure in cases:
        assert loss(X, measure(X)).item() == pytest.approx(0, abs=1e-20)
        target = measure(Y)
        assert torch.autograd.gradcheck(lambda f, loss=loss, t=target: loss(f, t), X.clone().requires_grad_())


def test_spread_is_the_mean_squared_distance_of_pairs():
    vectors = X.flatten(2)[0].T
    expected = torch.cdist(vectors, vectors).square().mean().item()
    assert spread_of(X) == pytest.approx(expected)


def test_waves_are_seeded():
    assert torch.equal(gaussian_map(2.0, 4, seed=3).waves, gaussian_map(2.0, 4, seed=3).waves)
    assert not torch.equal(gaussian_map(2.0, 4, seed=3).waves, gaussian_map(2.0, 4, seed=4).waves)


def test_bfloat16_features_give_float32_sums():
    rough = features(shape=(1, 8, 64, 64), shift=3.0, dtype=torch.float32).bfloat16()
    assert mean_vector(rough).dtype == gaussian_map(1.0, 8)(rough).dtype == torch.float32
    assert (mean_vector(rough) - mean_vector(rough.float())).abs().max() < 1e-4
