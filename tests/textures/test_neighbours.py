"""Nearest neighbours: the right ones, in pieces or whole, in half precision too."""

import pytest
import torch
from torch.testing import assert_close

from impasto.textures import neighbours
from impasto.textures.neighbours import centre_of, cosine_loss, lengths_of, nearest, shared_out, unit


def cloud(n, channels=8, seed=0, dtype=torch.float64):
    return torch.randn(n, channels, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_unit_vectors_are_seen_from_the_centre():
    rows = torch.tensor([[4.0, 1.0], [1.0, 3.0], [1.0, 1.0]])
    assert_close(unit(rows, torch.ones(2)), torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]))
    assert_close(centre_of(rows), torch.tensor([2.0, 5 / 3]))


def test_the_nearest_is_the_one_by_definition(monkeypatch):
    monkeypatch.setattr(neighbours, "_QUERIES", 7)
    monkeypatch.setattr(neighbours, "_KEYS", 11)
    queries, keys = unit(cloud(23)), unit(cloud(40, seed=1))
    index, cosine = nearest(queries, keys)
    best = (queries @ keys.T).max(1)
    assert torch.equal(index, best.indices)
    assert_close(cosine, best.values.float())


def test_half_precision_still_tells_near_neighbours_apart(monkeypatch):
    monkeypatch.setattr(neighbours, "_KEYS", 300)
    # Keys so close together that their cosines to a query differ by less than bfloat16 can hold (2^-8).
    centre = 5 * cloud(1, 64, dtype=torch.float32)
    queries, keys = (unit((centre + cloud(n, 64, n, torch.float32)).bfloat16()) for n in (200, 900))
    exact = queries.float() @ keys.float().T
    right = exact.argmax(1)
    careful, hasty = nearest(queries, keys, candidates=8)[0], nearest(queries, keys, candidates=1)[0]
    assert (careful == right).float().mean() > 0.8
    assert (careful == right).float().mean() > (hasty == right).float().mean() + 0.2
    # What it settles for otherwise is all but as near.
    assert (exact.max(1).values - exact.gather(1, careful[:, None])[:, 0]).max() < 0.004


def test_cosine_loss_and_its_gradient():
    rows, targets = cloud(6, 4).requires_grad_(), unit(cloud(6, 4, 1))
    expected = (1 - torch.cosine_similarity(rows, targets)).mean()
    assert_close(cosine_loss(rows, targets), expected.float())
    (ours,) = torch.autograd.grad(cosine_loss(rows, targets), rows)
    (theirs,) = torch.autograd.grad(expected, rows)
    assert_close(ours, theirs, rtol=1e-5, atol=1e-7)  # lengths are taken in float32


def test_lengths_pull_as_well_when_they_are_given():
    rows, targets, lengths = cloud(6, 4).requires_grad_(), unit(cloud(6, 4, 1)), lengths_of(cloud(6, 4, 2))
    ratio = rows.norm(dim=1) / lengths
    expected = (1 - torch.cosine_similarity(rows, targets)).mean() + 0.3 * (ratio - 1).square().mean()
    ours = cosine_loss(rows, targets, lengths, length_pull=0.3)
    assert_close(ours, expected.float())
    assert_close(torch.autograd.grad(ours, rows)[0], torch.autograd.grad(expected, rows)[0], rtol=1e-5, atol=1e-6)


def test_cosine_loss_of_silent_vectors_is_one_and_has_a_finite_gradient():
    rows = torch.zeros(3, 4, requires_grad=True)
    loss = cosine_loss(rows, unit(cloud(3, 4, dtype=torch.float32)))
    assert loss.item() == pytest.approx(1.0)
    assert torch.isfinite(torch.autograd.grad(loss, rows)[0]).all()


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.8, 0.2), (0.2, 0.3, 0.5)])
def test_every_style_gets_its_share_of_the_places(shares):
    # The first style matches better everywhere; without handicaps it would take all.
    cosine = 0.1 * cloud(4000, len(shares)).float() + torch.tensor([1.0] + [0.0] * (len(shares) - 1))
    got = torch.bincount(shared_out(cosine, shares), minlength=len(shares)) / 4000
    assert_close(got, torch.tensor(shares), atol=0.03, rtol=0)


def test_places_go_to_the_style_that_suits_them():
    cosine = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.9, 0.2], [0.1, 0.7]])
    assert shared_out(cosine, (0.5, 0.5)).tolist() == [0, 1, 0, 1]
