"""Joint statistics of waves, against numbers worked out by hand, and their adjustment, against what was asked for."""

import pytest
import torch

from impasto.textures import joint_projection as projection
from impasto.textures import joint_statistics as statistics
from impasto.textures.joint_statistics import Plan, centred, measure, neighbours, products


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def edges(side=32):
    """Soft stripes of two widths, the finer in step with the coarser."""
    x = torch.arange(side) * (2 * torch.pi / side)
    wave = torch.cos(2 * x) + 0.5 * torch.cos(4 * x) + 0.25 * torch.cos(8 * x)
    return (wave[None, None].expand(1, side, side) + 0.02 * noise(1, side, side)).contiguous()


def test_a_grey_picture_has_the_papers_710_numbers():
    found = measure(noise(1, 256, 256), Plan(4, 4, 7))
    symmetric = {"low_correlation", "length_correlation"}
    count = 0
    for name, _, array in found.parts():
        if name in symmetric:
            count += array.shape[0] * (array.shape[1] ** 2 + 1) // 2
        elif name == "beside":
            count += array.shape[0] * (array.shape[0] - 1) // 2  # the variances are among the correlations
        elif name not in {"lengths", "real"}:  # not in the paper's list: see the module
            count += array.numel()
    assert count == 710


def test_skewness_and_kurtosis_are_those_of_the_textbook():
    values = centred(torch.tensor([[[0.0, 0.0, 0.0, 1.0]]]))
    assert statistics.skewness(values).item() == pytest.approx(2 / 3**0.5, rel=1e-5)
    assert statistics.kurtosis(values).item() == pytest.approx(7 / 3, rel=1e-5)


def test_neighbours_are_products_with_the_moved_picture():
    plane = noise(1, 12, 17)
    found = neighbours(plane, 5)[0]
    for dy, dx in [(0, 0), (1, -2), (-2, 1), (2, 2)]:
        moved = torch.roll(plane, (-dy, -dx), (-2, -1))
        assert found[2 + dy, 2 + dx].item() == pytest.approx((plane * moved).mean().item(), abs=1e-6)
    assert neighbours(noise(1, 8, 40), 9).shape == (1, 5, 5), "no more steps than there are"


def test_waves_in_step_are_told_from_waves_out_of_step():
    x = torch.arange(32) * (2 * torch.pi / 32)
    found = []
    for late in (0.0, torch.pi / 2):
        wave = torch.cos(4 * x) + 0.5 * torch.cos(8 * x + late)
        found.append(measure(wave[None, None].expand(1, 32, 32).contiguous(), Plan(3, 2, 5)))
    in_step, late = found
    for name in ("low_correlation", "length_correlation", "beside", "above"):
        for ours, theirs in zip(getattr(in_step, name), getattr(late, name), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)
    # Columns: real parts of both directions, then imaginary ones; the waves run along the first direction.
    real, imaginary = (max(float(p[0, n].abs()) for p in in_step.phase) for n in (0, 2))
    assert real > 0.05 > 100 * imaginary
    real, imaginary = (max(float(p[0, n].abs()) for p in late.phase) for n in (0, 2))
    assert imaginary > 0.05 > 100 * real


def test_the_distance_has_the_right_gradient():
    target = measure(edges(16).double(), Plan(1, 2, 3))
    picture = noise(1, 16, 16, seed=3).double().requires_grad_()
    value = statistics.distance(measure(picture, Plan(1, 2, 3)), target)
    (gradient,) = torch.autograd.grad(value, picture)
    way = noise(1, 16, 16, seed=4).double() * 1e-5
    with torch.no_grad():
        ahead, behind = (statistics.distance(measure(picture + sign * way, Plan(1, 2, 3)), target) for sign in (1, -1))
    assert (ahead - behind).item() / 2 == pytest.approx((gradient * way).sum().item(), rel=1e-3)


def test_mixing_sets_products_with_themselves_and_with_others():
    planes, others = noise(1, 3, 20, 21), noise(1, 2, 20, 21, seed=1)
    wanted = torch.tensor([[2.0, 0.5, 0.1], [0.5, 1.0, -0.2], [0.1, -0.2, 0.7]])
    shared = torch.tensor([[0.4, 0.0], [-0.1, 0.3], [0.2, 0.1]])
    made = projection.with_products(planes, wanted, others, shared)
    torch.testing.assert_close(products(made, made), wanted, atol=1e-4, rtol=0)
    torch.testing.assert_close(products(made, others), shared, atol=1e-4, rtol=0)
    alone = projection.with_products(planes, wanted)
    torch.testing.assert_close(products(alone, alone), wanted, atol=1e-4, rtol=0)


def test_filtering_sets_the_products_of_neighbours():
    smooth = torch.nn.functional.avg_pool2d(noise(2, 34, 40), 3, 1)  # 32 x 38
    wanted = neighbours(smooth, 5)
    made = projection.with_correlations(noise(2, 40, 44, seed=2), wanted)
    now = neighbours(made, 5)
    # The filter is small, so that what it reaches is near, not exact.
    assert (now - wanted).abs().max() < 0.05 * wanted.max()


@pytest.mark.parametrize("goal", [-0.7, 0.0, 0.9])
def test_skewness_is_set_and_mean_and_variance_are_kept(goal):
    plane = centred(noise(1, 30, 31).pow(2))
    made = projection.with_skewness(plane, torch.tensor([goal]))
    assert statistics.skewness(made).item() == pytest.approx(goal, abs=2e-3)
    assert abs(made.mean().item()) < 1e-5
    torch.testing.assert_close(made.square().mean(), plane.square().mean(), rtol=1e-4, atol=0)


@pytest.mark.parametrize("goal", [2.0, 3.0, 6.0])
def test_kurtosis_is_set(goal):
    made = projection.with_kurtosis(centred(noise(1, 30, 31)), torch.tensor([goal]))
    assert statistics.kurtosis(made).item() == pytest.approx(goal, rel=2e-3)


def test_a_kurtosis_that_no_picture_has_is_come_near_to():
    plane = centred(noise(1, 30, 31))
    made = projection.with_kurtosis(plane, torch.tensor([0.5]))  # at least 1 for any plane
    assert torch.isfinite(made).all()
    assert 1 <= statistics.kurtosis(made).item() < statistics.kurtosis(plane).item()


def test_a_round_leaves_the_sample_as_it_is():
    sample = edges(64)
    target = measure(sample, Plan(2, 4, 7))
    made = projection.sweep(sample, target, Plan(2, 4, 7))
    assert (made - sample).square().mean().sqrt() < 0.02 * sample.std()


def test_flat_planes_stay_flat():
    flat = torch.zeros(1, 16, 16)
    assert torch.equal(projection.with_skewness(flat, torch.ones(1)), flat)
    assert torch.isfinite(projection.sweep(flat, measure(edges(16), Plan(1, 2, 3)), Plan(1, 2, 3))).all()
