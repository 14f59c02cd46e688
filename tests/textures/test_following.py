"""Matches that follow those of a smaller picture, against the whole search."""

import pytest
import torch

from impasto.textures.following import carried, follow
from impasto.textures.patches import exemplars, match


def features(seed: int, height: int, width: int, channels: int = 6) -> torch.Tensor:
    """Rectified noise that changes slowly, as a network's features do."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn((1, channels, height + 4, width + 4), generator=generator)
    return torch.nn.functional.avg_pool2d(noise, 5, stride=1).mul(5).relu_()


def test_from_a_rough_guess_it_finds_the_piece_the_picture_was_cut_from():
    painting = features(0, 40, 50)
    picture, source = painting[..., 7:33, 9:41], exemplars([features(1, 24, 20), painting])
    true = match(picture, source)
    assert true.similarity.min() > 0.9999, "the whole search finds the piece itself"
    half = torch.nn.functional.avg_pool2d(picture, 2)
    small = exemplars(
        [torch.nn.functional.avg_pool2d(features(1, 24, 20), 2), torch.nn.functional.avg_pool2d(painting, 2)]
    )
    guess = carried(match(half, small), small.shapes, source, (26, 32))
    found = follow(picture, source, guess)
    assert (found.first == true.first).float().mean() > 0.95
    assert found.similarity.mean() > 0.99
    assert torch.equal(found.width, true.width) and found.shape == true.shape


def test_from_nothing_it_comes_close_to_the_whole_search():
    picture, source = features(2, 21, 33), exemplars([features(3, 30, 26), features(4, 25, 31)])
    true, found = match(picture, source).similarity, follow(picture, source).similarity
    assert (found <= true + 1e-5).all()
    assert found.mean() > true.mean() - 0.05
    assert torch.equal(found, follow(picture, source).similarity)


def test_it_never_leaves_a_match_for_a_worse_one():
    picture, source = features(5, 16, 18), exemplars([features(6, 20, 17)])
    true = match(picture, source)
    assert torch.equal(follow(picture, source, true).first, true.first)


def test_labels_bind_and_worn_pieces_are_left():
    picture, painting = features(7, 18, 20), features(8, 18, 20)
    left = torch.zeros((1, 2, 18, 20))
    left[:, 0, :, :10], left[:, 1, :, 10:] = 1, 1
    source = exemplars([painting], [left])
    found = follow(picture, source, None, left, label_weight=10.0)
    column = (found.first % 20 + 1).view(16, 18)
    assert (column[:, :8] < 10).float().mean() > 0.95 and (column[:, 10:] >= 10).float().mean() > 0.95
    twice = exemplars([painting, painting])
    worn = torch.zeros(len(twice.table))
    worn[: 18 * 20] = 0.5
    assert (follow(picture, twice, handicap=worn).first >= 18 * 20).float().mean() > 0.95


def test_nothing_is_carried_between_different_exemplars():
    maps = [features(9, 12, 12), features(10, 12, 14)]
    small, source = exemplars(maps), exemplars(maps[:1])
    assert carried(match(features(11, 9, 9), small), small.shapes, source, (18, 18)) is None


def test_a_map_without_room_for_a_patch_is_refused():
    with pytest.raises(ValueError, match="no room for a patch of 3 x 3"):
        follow(features(12, 2, 9), exemplars([features(13, 9, 9)]))
