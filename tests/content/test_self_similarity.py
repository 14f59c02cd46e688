"""Self-similarity: what looks alike, whatever it looks like."""

import pytest
import torch
from torch.testing import assert_close

from impasto.content.self_similarity import self_similarity, self_similarity_loss


def rows(n=20, channels=5):
    return torch.randn(n, channels, generator=torch.Generator().manual_seed(0))


def test_three_places_by_hand():
    # The first two look the same, the third is at a right angle to them: distances 0, 0, 1 and 1, 1, 0.
    found = self_similarity(torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0]]))
    assert_close(found, torch.tensor([[0.0, 0.0, 0.5], [0.0, 0.0, 0.5], [1.0, 1.0, 0.0]]))


def test_another_look_with_the_same_likenesses_is_no_loss():
    turn, _ = torch.linalg.qr(rows(5))
    assert self_similarity_loss(7 * rows() @ turn, self_similarity(rows())).item() < 1e-4


def test_likenesses_that_change_are_a_loss_by_definition():
    target, other = self_similarity(rows()), rows().flip(0)
    assert self_similarity_loss(other, target).item() == pytest.approx(
        20 * (self_similarity(other) - target).abs().mean().item()
    )
    assert self_similarity_loss(other, target).item() > 0.1


def test_a_picture_of_one_look_is_finite():
    flat = torch.ones(6, 3, requires_grad=True)
    loss = self_similarity_loss(flat, self_similarity(rows(6, 3)))
    assert torch.isfinite(torch.autograd.grad(loss, flat)[0]).all()
