"""Sampling: a batch is a function of seed and step alone."""

import pytest
import torch

from impasto.training.sampling import Prefetcher, Sampler


def test_a_batch_depends_on_seed_and_step_alone(albums):
    one, other = Sampler(albums, 3, 16, seed=5), Sampler(albums, 3, 16, seed=5)
    for step in (7, 2, 900):
        one(step + 1)
        assert torch.equal(one(step)["content"], other(step)["content"])
    assert not torch.equal(one(7)["style"], one(8)["style"])
    assert not torch.equal(one(7)["style"], Sampler(albums, 3, 16, seed=6)(7)["style"])


def test_batches_are_pictures_in_zero_to_one(albums):
    batch = Sampler(albums, 3, 16, seed=0)(0)
    assert set(batch) == {"content", "style"}
    for pictures in batch.values():
        assert pictures.shape == (3, 3, 16, 16)
        assert pictures.dtype == torch.float32
        assert 0 <= pictures.min() < pictures.max() <= 1


def test_a_round_shows_every_training_picture_once_and_no_held_out_one(albums, monkeypatch):
    album, shown = albums["content"], []
    monkeypatch.setattr(
        type(album), "__getitem__", lambda self, i: shown.append(i) or self.pixels[:768].reshape(16, 16, 3)
    )
    sampler = Sampler({"content": album}, 1, 16, seed=1)
    for step in range(len(album.for_training)):
        sampler(step)
    assert sorted(shown) == list(album.for_training)
    assert not set(shown) & set(album.held_out)


def test_prefetched_batches_come_in_order_from_the_step_asked_for():
    with Prefetcher(lambda step: {"step": torch.tensor(step)}, first=41) as batches:
        assert [int(batches()["step"]) for _ in range(6)] == [41, 42, 43, 44, 45, 46]


def test_an_error_while_making_a_batch_reaches_the_loop():
    def broken(step):
        raise OSError(f"no step {step}")

    with Prefetcher(broken, first=3) as batches, pytest.raises(OSError, match="no step 3"):
        batches()
