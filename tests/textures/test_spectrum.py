"""The amplitude spectrum: projections that are nearest, and targets of any size."""

import pytest
import torch
from torch.fft import rfft2

from impasto.textures.spectrum import amplitude, amplitude_target, periodic, project_amplitude, spectrum_loss


def picture(height=24, width=31, seed=0):
    return torch.rand((1, 3, height, width), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def weave(height, width, period=6):
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    lines = 0.5 + 0.25 * torch.sin(2 * torch.pi * x / period) * torch.cos(2 * torch.pi * y / period)
    return lines.double()[None, None].repeat(1, 3, 1, 1)


@pytest.mark.parametrize("size", [(24, 31), (25, 30)])
def test_a_projected_picture_has_the_targets_amplitudes_and_its_own_phases(size):
    target = rfft2(picture(*size, seed=1))
    projected = rfft2(project_amplitude(picture(*size), target))
    torch.testing.assert_close(projected.abs(), target.abs())
    torch.testing.assert_close(project_amplitude(project_amplitude(picture(*size), target), target),
                               project_amplitude(picture(*size), target))  # fmt: skip


def test_no_other_picture_with_that_spectrum_is_nearer():
    x, sample = picture(), picture(seed=1)
    target = rfft2(sample)
    nearest = (x - project_amplitude(x, target)).square().sum()
    for seed in range(20):  # the sample with the phases of another picture also has its spectrum
        other = project_amplitude(picture(seed=10 + seed), target)
        assert (x - other).square().sum() >= nearest


def test_the_gradient_is_the_way_to_the_nearest_picture():
    x, target = picture().requires_grad_(), rfft2(picture(seed=1))
    (gradient,) = torch.autograd.grad(spectrum_loss(x, target), x)
    torch.testing.assert_close(gradient * x.numel(), (x - project_amplitude(x, target)).detach())
    step = torch.randn(x.shape, generator=torch.Generator().manual_seed(3), dtype=x.dtype) * 1e-5
    with torch.no_grad():
        slope = (spectrum_loss(x + step, target) - spectrum_loss(x - step, target)) / 2
    assert slope.item() == pytest.approx((gradient * step).sum().item(), rel=1e-6)


def test_a_shifted_sample_is_at_distance_zero_and_noise_is_not():
    sample = picture()
    target = rfft2(sample)
    assert spectrum_loss(sample.roll((5, 9), (2, 3)), target).item() < 1e-20
    assert spectrum_loss(picture(seed=2), target).item() > 1e-3


@pytest.mark.parametrize("size", [(48, 60), (40, 25), (24, 31), (12, 14)])
def test_a_target_of_any_size_has_the_samples_mean_contrast_and_period(size):
    sample = weave(30, 36)
    target = amplitude_target(sample, size)
    made = torch.fft.irfft2(target, s=size)
    torch.testing.assert_close(made.mean((2, 3)), sample.mean((2, 3)))
    spread = [(p - p.mean((2, 3), keepdim=True)).square().mean().item() for p in (made, sample)]
    # A few frequencies at zero carry what the window left of the mean; the rest is to the letter.
    assert spread[0] == pytest.approx(spread[1], rel=0.02)
    strongest = target[0, 0].abs().flatten()[1:].argmax() + 1
    row, column = divmod(strongest.item(), target.shape[-1])
    row = min(row, size[0] - row)
    assert abs(row / size[0] - 1 / 6) <= 1 / size[0]
    assert abs(column / size[1] - 1 / 6) <= 1 / size[1]


def test_a_sample_of_one_colour_leaves_its_mean():
    target = amplitude_target(torch.full((1, 3, 9, 9), 0.3), (12, 8))
    made = torch.fft.irfft2(target, s=(12, 8))
    torch.testing.assert_close(made, torch.full((1, 3, 12, 8), 0.3))


def test_a_periodic_picture_has_no_jump_at_its_frame_and_keeps_its_mean():
    ramp = torch.linspace(0, 1, 40, dtype=torch.float64)[None, None].expand(1, 30, 40) + 0.1 * picture(30, 40)[0, :1]
    made = periodic(ramp)
    assert (made[..., 0] - made[..., -1]).abs().mean() < 0.15
    torch.testing.assert_close(made.mean(), ramp.mean())
    torch.testing.assert_close(
        periodic(weave(24, 36)), weave(24, 36), atol=0.12, rtol=0
    )  # whole periods: hardly changed
    # What is taken away is smooth inside: its Laplacian is nothing but at the frame.
    gone = ramp - made
    laplacian = 4 * gone - sum(gone.roll(step, way) for step in (1, -1) for way in (-1, -2))
    inner = laplacian[..., 1:-1, 1:-1]
    assert (inner - inner.mean()).abs().max() < 1e-9


@pytest.mark.parametrize("size", [(24, 31), (40, 52)])
def test_noise_under_a_samples_amplitudes_looks_like_it(size):
    sample = torch.nn.functional.avg_pool2d(picture(26, 33), 3, 1)[0] - 0.5  # 24 x 31, smooth
    spectrum = amplitude(sample, size)
    noise = torch.randn((3, *size), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    made = torch.fft.ifft2(torch.fft.fft2(noise) * spectrum)
    assert made.imag.abs().max() < 1e-9
    ours, theirs = made.real.std(), (sample - sample.mean((-2, -1), keepdim=True)).std()
    assert 0.8 < ours / theirs < 1.25
