"""Histogram matching by sorting, its loss and the gradient of it."""

import pytest
import torch
from torch.testing import assert_close

from impasto.textures import histogram
from impasto.textures.covariance import gram
from impasto.textures.histogram import histogram_loss, quantiles, remap, wasserstein


def features(seed=0, shape=(1, 3, 6, 7), dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_remapping_gives_the_styles_values_in_the_photos_order():
    photo, style = features(), features(1).exp()
    out = remap(photo, quantiles(style, 42))
    assert_close(out.flatten(2).sort(2).values, style.flatten(2).sort(2).values)
    assert torch.equal(out.flatten(2).argsort(2), photo.flatten(2).argsort(2))


def test_the_loss_is_the_mean_squared_way_to_the_remapped_values():
    photo, target = features(), quantiles(features(1) * 2 + 1, 30)
    assert_close(histogram_loss(photo, target), (photo - remap(photo, target)).square().mean())
    assert histogram_loss(photo, quantiles(photo, 42)) == 0


def test_its_gradient_takes_the_remapped_values_as_constants_and_is_a_true_derivative():
    photo, target = features().requires_grad_(), quantiles(features(1) * 2 + 1, 30)
    (gradient,) = torch.autograd.grad(histogram_loss(photo, target), photo)
    assert_close(gradient, 2 * (photo - remap(photo, target)).detach() / photo.numel())
    assert torch.autograd.gradcheck(lambda f: histogram_loss(f, target), photo)


def test_memory_order_and_half_precision_change_nothing_that_matters():
    photo, target = features(dtype=torch.float32), quantiles(features(1, dtype=torch.float32) + 1)
    expected = histogram_loss(photo, target)
    assert_close(histogram_loss(photo.contiguous(memory_format=torch.channels_last), target), expected)
    rough = photo.bfloat16().contiguous(memory_format=torch.channels_last).requires_grad_()
    loss = histogram_loss(rough, target)
    assert loss.dtype == torch.float32
    assert_close(loss.detach(), expected, rtol=0.01, atol=0)  # values are rounded to 8 bits
    (gradient,) = torch.autograd.grad(loss, rough)
    assert gradient.dtype == torch.bfloat16
    assert_close(gradient.float(), 2 * (photo - remap(photo, target)) / photo.numel(), rtol=0.05, atol=2e-4)


@pytest.mark.parametrize("rectified", [True, False])
def test_counting_sixteen_bit_values_finds_what_sorting_finds(monkeypatch, rectified):
    photo = features(shape=(2, 3, 40, 50), dtype=torch.float32).bfloat16()
    photo = photo.relu() if rectified else photo
    target = quantiles(features(1, (1, 3, 30, 30), torch.float32).exp())
    sorted_loss = histogram_loss(photo.float(), target)
    monkeypatch.setattr(histogram, "_COUNT_FROM", 1)
    counted = photo.contiguous(memory_format=torch.channels_last).requires_grad_()
    loss = histogram_loss(counted, target)
    # Equal values go to their common mean, so that the loss is lower by what spreads them: most among the zeros.
    if not rectified:
        assert_close(loss.detach(), sorted_loss, rtol=0.02, atol=0)
        (gradient,) = torch.autograd.grad(loss, counted)
        exact = 2 * (photo.float() - remap(photo.float(), target)) / photo.numel()
        assert (gradient.float() - exact).abs().mean() < 0.02 * exact.abs().mean()
    moved = torch.stack([histogram._counted(p.flatten(1).T.contiguous(), target[0]) for p in photo])
    assert_close(moved.mean(1), target.mean(2).expand(2, -1), rtol=1e-4, atol=0)  # no value is lost
    wanted = remap(photo.float(), target).flatten(2)
    for channel in range(3):  # the mean of what equal values are remapped to
        values = photo[0, channel].flatten()
        same = values == values.max()
        assert_close(moved[0, same, channel].unique()[0], wanted[0, channel, same].mean(), rtol=0.02, atol=0)


def test_it_tells_apart_what_gram_matrices_cannot():
    # A mean of 1 without variance, or a variance of 1 without mean: the same Gram matrix.
    steady, restless = torch.ones(1, 1, 8, 8), torch.ones(1, 1, 8, 8)
    restless[..., ::2] = -1
    assert_close(gram(steady), gram(restless))
    assert histogram_loss(steady, quantiles(restless)) == pytest.approx(2.0, rel=0.01)


def test_wasserstein_is_the_shift_of_a_shifted_histogram():
    photo = features()
    assert wasserstein(photo + 0.3, quantiles(photo)).item() == pytest.approx(0.3)


@pytest.mark.parametrize("levels", [5, 42, 200])
def test_quantiles_keep_the_mean_at_any_number(levels):
    found = quantiles(features(shape=(1, 2, 20, 20)), levels)
    assert found.shape == (1, 2, levels)
    assert (found.diff(dim=2) >= 0).all()
    # The tails are thinned the most: a fifth of a standard deviation in the mean would be a mistake.
    assert_close(found.mean(2), features(shape=(1, 2, 20, 20)).mean((2, 3)), atol=0.05, rtol=0)
