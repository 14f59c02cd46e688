"""Patch matching, style swap and the Markov loss, against plain NumPy."""

import numpy as np
import pytest
import torch

from impasto.textures import patches
from impasto.textures.patches import exemplars, match, mrf_loss, swap, wear


def features(seed: int, height: int, width: int, channels: int = 6, dtype=torch.float64) -> torch.Tensor:
    """Rectified noise, as a network's features are."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((1, channels, height, width), generator=generator, dtype=dtype).relu_()


def unfolded(feature: torch.Tensor, patch: int) -> np.ndarray:
    """(patches, patch² C), row by row, by plain loops."""
    array = feature[0].double().numpy()
    _, height, width = array.shape
    return np.stack([
        array[:, y : y + patch, x : x + patch].ravel()
        for y in range(height - patch + 1) for x in range(width - patch + 1)
    ])  # fmt: skip


def unit(vectors: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)


def starts(source) -> np.ndarray:
    """Place in the table where each patch begins, patch by patch."""
    places, start = [], 0
    for height, width in source.shapes:
        grid = start + np.arange(height * width).reshape(height, width)
        places.append(grid[: height - source.patch + 1, : width - source.patch + 1].ravel())
        start += height * width
    return np.concatenate(places)


def plain_match(picture, styles, patch=3):
    """Similarities and numbers of the best exemplar patches by brute force."""
    table = unit(unfolded(picture, patch)) @ unit(np.concatenate([unfolded(s, patch) for s in styles])).T
    return table.max(1), table.argmax(1)


def plain_swap(chosen: np.ndarray, shape, patch: int) -> np.ndarray:
    """Average overlapping patches (n, patch² C) into a map (C, h, w)."""
    height, width = shape
    channels = chosen.shape[1] // patch**2
    total, count = np.zeros((channels, height, width)), np.zeros((height, width))
    across = width - patch + 1
    for number, vector in enumerate(chosen):
        y, x = divmod(number, across)
        total[:, y : y + patch, x : x + patch] += vector.reshape(channels, patch, patch)
        count[y : y + patch, x : x + patch] += 1
    return total / count


@pytest.mark.parametrize("patch", [1, 2, 3, 5])
def test_matches_and_swap_are_those_of_brute_force(patch):
    # Nowhere zero: patches of a single channel would tie.
    picture, styles = features(0, 11, 7) + 0.01, [features(1, 9, 13) + 0.01, features(2, 5, 6) + 0.01]
    source = exemplars(styles, patch=patch)
    found = match(picture, source)
    similarity, number = plain_match(picture, styles, patch)
    np.testing.assert_allclose(found.similarity, similarity, atol=1e-12)
    assert np.array_equal(found.first, starts(source)[number])
    chosen = np.concatenate([unfolded(s, patch) for s in styles])[number]
    np.testing.assert_allclose(swap(found, source)[0], plain_swap(chosen, (11, 7), patch), atol=1e-12)


def test_small_chunks_find_what_one_large_one_finds(monkeypatch):
    picture, source = features(0, 17, 12), exemplars([features(1, 19, 15), features(2, 7, 23)])
    dense = match(picture, source)
    monkeypatch.setattr(patches, "_ROWS", 2)
    monkeypatch.setattr(patches, "_ENTRIES", 1)
    chunked = match(picture, source)
    assert torch.equal(chunked.first, dense.first)
    assert torch.equal(chunked.width, dense.width)
    torch.testing.assert_close(chunked.similarity, dense.similarity)


def test_a_picture_that_is_its_own_style_is_left_as_it_is():
    picture = features(3, 14, 9) + 0.01  # no empty patch
    source = exemplars([features(4, 8, 8), picture])
    found = match(picture, source)
    torch.testing.assert_close(found.similarity, torch.ones(12 * 7, dtype=torch.float64))
    torch.testing.assert_close(swap(found, source), picture)
    assert mrf_loss(picture, swap(found, source)).item() < 1e-20


def test_matches_that_disagree_may_keep_their_length():
    picture, source = features(0, 12, 10), exemplars([features(1, 13, 9)])
    found = match(picture, source)
    plain, kept = swap(found, source), swap(found, source, keep_length=True)
    assert (kept.norm(dim=1) > plain.norm(dim=1) - 1e-12).all()
    assert kept.norm(dim=1).mean() > 1.1 * plain.norm(dim=1).mean()
    torch.testing.assert_close(torch.nn.functional.normalize(kept), torch.nn.functional.normalize(plain))
    # A picture made of one patch's votes alone, its corner, has that vote and its length.
    torch.testing.assert_close(kept[..., 0, 0], plain[..., 0, 0])


def test_the_losss_gradient_is_the_patch_energys_averaged_by_overlap_count():
    picture, styles = features(5, 8, 10).requires_grad_(), [features(6, 9, 7)]
    source = exemplars(styles)
    found = match(picture.detach(), source)
    (ours,) = torch.autograd.grad(mrf_loss(picture, swap(found, source)), picture)
    _, number = plain_match(picture.detach(), styles)
    wanted = torch.from_numpy(unfolded(styles[0], 3)[number])
    theirs = torch.nn.functional.unfold(picture, 3)[0].T
    (energy,) = torch.autograd.grad((theirs - wanted).square().sum(), picture)
    count = torch.zeros(1, 8, 10)
    for y in range(6):
        for x in range(8):
            count[:, y : y + 3, x : x + 3] += 1
    torch.testing.assert_close(ours * picture.numel(), energy / count)


def test_bfloat16_loses_next_to_no_similarity():
    picture, style = features(0, 24, 20, 64, torch.float32), features(1, 22, 26, 64, torch.float32)
    exact = match(picture, exemplars([style])).similarity
    rough = match(picture.bfloat16(), exemplars([style.bfloat16()]))
    assert rough.similarity.dtype == torch.float32
    assert (exact - rough.similarity).abs().max() < 4e-3  # one rounding step of bfloat16, 2^-8


def test_empty_patches_match_something_and_stay_finite():
    nothing = torch.zeros(1, 4, 6, 6)
    source = exemplars([nothing, features(0, 6, 6, 4, torch.float32)])
    found = match(nothing, source)
    assert torch.equal(found.similarity, torch.zeros(16))
    assert torch.isfinite(swap(found, source)).all()


def two_halves(height: int, width: int) -> torch.Tensor:
    """Label map: left is one thing, right another."""
    left = (torch.arange(width) < width // 2).double().expand(height, width)
    return torch.stack([left, 1 - left])[None]


def test_labels_decide_between_patches_that_look_alike():
    style = features(1, 12, 16)
    picture, labels = style.flip(3), two_halves(12, 16)  # every patch looks like one of the other half
    source = exemplars([style], [labels])
    free = match(picture, source)
    bound = match(picture, source, labels, label_weight=10.0)
    column = lambda found: (found.first % 16).view(10, 14)  # noqa: E731
    assert (column(bound)[:, :5] < 8).all()
    assert (column(bound)[:, -5:] >= 6).all()
    assert not (column(free)[:, :5] < 8).all()
    assert (bound.similarity <= free.similarity + 1e-12).all(), "similarity is that of the features alone"


def test_label_scores_are_those_of_brute_force():
    picture, style = features(0, 8, 9), features(1, 7, 11)
    labels, wanted = two_halves(7, 11), two_halves(8, 9)
    source = exemplars([style], [labels])
    found = match(picture, source, wanted, label_weight=0.7)
    looks = unit(unfolded(picture, 3)) @ unit(unfolded(style, 3)).T
    means = unit(unfolded(wanted, 3)) @ unit(unfolded(labels, 3)).T
    best = (looks + 0.7 * means).argmax(1)
    assert np.array_equal(found.first, starts(source)[best])
    np.testing.assert_allclose(found.similarity, looks[np.arange(len(best)), best], atol=1e-12)


def test_worn_patches_give_way_to_fresh_ones():
    picture, source = features(0, 20, 20, 3), exemplars([features(1, 30, 30, 3)])
    first = match(picture, source)
    second = match(picture, source, handicap=0.5 * wear(first, source))
    used = torch.isin(second.first, first.first)
    assert used.double().mean() < 0.5


def test_maps_without_room_for_a_patch_are_left_out_or_refused():
    source = exemplars([features(0, 2, 9), features(1, 4, 4)])
    assert source.shapes == ((4, 4),)
    with pytest.raises(ValueError, match="room for a patch"):
        exemplars([features(0, 2, 9)])
    with pytest.raises(ValueError, match="room for a patch"):
        match(features(0, 2, 9), source)
