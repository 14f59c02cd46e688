"""Style-swap: the spec's acceptance checks, with features of no network."""

import torch

from impasto.textures.patches import exemplars, match, swap


def features(height, width, seed=0):
    return torch.rand((1, 6, height, width), generator=torch.Generator().manual_seed(seed))


def test_a_style_that_is_the_content_changes_nothing():
    content = features(11, 14)
    source = exemplars([content])
    assert (swap(match(content, source), source) - content).abs().max() < 1e-6


def test_the_choice_does_not_depend_on_how_strong_the_content_is():
    content, source = features(11, 14), exemplars([features(9, 12, seed=1)])
    assert torch.equal(match(content, source).first, match(3.7 * content, source).first)


def test_with_the_patchs_side_as_stride_every_piece_is_one_of_the_styles():
    style = features(10, 8, seed=1)
    source = exemplars([style])
    made = swap(match(features(12, 15), source), source, stride=3)
    pieces = torch.nn.functional.unfold(style, 3)[0].T
    for piece in torch.nn.functional.unfold(made, 3, stride=3)[0].T:
        assert (pieces - piece).abs().amax(1).min() == 0


def test_sizes_that_the_stride_does_not_divide_are_covered_to_the_edge():
    source = exemplars([features(10, 8, seed=1)])
    made = swap(match(features(11, 13), source), source, stride=3)
    assert made.isfinite().all()
    assert made.shape[-2:] == (11, 13)


def test_repeated_places_count_once_for_each_patch():
    content = features(7, 7)
    source = exemplars([content])
    for stride in (1, 2, 3, 5):
        assert (swap(match(content, source), source, stride=stride, keep_length=True) - content).abs().max() < 1e-6
