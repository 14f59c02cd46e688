import numpy as np
import pytest
import torch
from torch.testing import assert_close

from impasto.textures import distributions
from impasto.textures.distributions import relaxed_emd


def cloud(n, channels=5, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(n, channels)))


def by_definition(x, y):
    """Plain NumPy, one pair of vectors at a time."""
    cost = [[1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b)) for b in y.numpy()] for a in x.numpy()]
    return max(np.min(cost, 1).mean(), np.min(cost, 0).mean())


def test_the_worse_covered_side_decides():
    both, one = torch.eye(2), torch.tensor([[3.0, 0.0]])
    # The lone vector has its twin (0); of the pair one has its twin (0), one is at a right angle (1): mean 1/2.
    assert_close(relaxed_emd(both, one), torch.tensor(0.5))
    assert_close(relaxed_emd(one, both), torch.tensor(0.5))


def test_opposite_vectors_are_at_distance_two_and_length_does_not_matter():
    x = torch.tensor([[1.0, 2.0]])
    assert_close(relaxed_emd(x, -7 * x), torch.tensor(2.0))
    assert_close(relaxed_emd(x, 7 * x), torch.tensor(0.0))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (17, 9), (9, 17)])
def test_it_agrees_with_the_definition(n, m):
    x, y = cloud(n), cloud(m, seed=1)
    assert float(relaxed_emd(x, y)) == pytest.approx(by_definition(x, y), rel=1e-12)


def test_the_same_cloud_in_another_order_is_at_zero_and_never_below():
    x = cloud(50).float()
    assert 0 <= float(relaxed_emd(x, x.flip(0))) < 1e-6  # float32 rounding of a cosine


def test_working_in_slices_changes_nothing(monkeypatch):
    x, y = cloud(23), cloud(11, seed=1)
    whole = relaxed_emd(x, y)
    monkeypatch.setattr(distributions, "_ENTRIES", 30)  # two rows at a time, the last alone
    assert_close(relaxed_emd(x, y), whole, rtol=1e-12, atol=0)


def test_the_gradient_is_right_and_the_same_in_slices(monkeypatch):
    x, y = cloud(4, 3).requires_grad_(), cloud(3, 3, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(relaxed_emd, (x, y))
    monkeypatch.setattr(distributions, "_ENTRIES", 6)
    assert torch.autograd.gradcheck(relaxed_emd, (x, y))


def test_a_silent_vector_is_at_distance_one_from_everything():
    assert_close(relaxed_emd(torch.zeros(3, 4), torch.ones(2, 4)), torch.tensor(1.0))


def test_half_precision_is_lifted_to_float32():
    assert relaxed_emd(cloud(5).bfloat16(), cloud(5, seed=1).bfloat16()).dtype == torch.float32


@pytest.mark.parametrize(("x", "y"), [((0, 3), (2, 3)), ((2, 3), (0, 3)), ((2, 3), (2, 4))])
def test_empty_or_mismatched_clouds_are_refused(x, y):
    with pytest.raises(ValueError, match="two clouds"):
        relaxed_emd(torch.ones(x), torch.ones(y))
