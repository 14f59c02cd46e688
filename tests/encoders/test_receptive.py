"""Masks at deeper layers: how much of the region is left, and where."""

import pytest
import torch

from impasto.encoders.receptive import propagate

LAYERS = ("relu1_1", "relu2_1", "pool2", "relu3_1", "relu4_1")


def left_half(height=64, width=70):
    mask = torch.zeros((1, 1, height, width))
    mask[..., : width // 2] = 1
    return mask


@pytest.mark.parametrize("mode", ["simple", "inside", "all"])
def test_masks_have_the_sizes_of_the_features(mode):
    sizes = {layer: tuple(mask.shape[-2:]) for layer, mask in propagate(left_half(), LAYERS, mode).items()}
    assert sizes == {
        "relu1_1": (64, 70),
        "relu2_1": (32, 35),
        "pool2": (16, 17),
        "relu3_1": (16, 17),
        "relu4_1": (8, 8),
    }


def test_a_margin_is_mirrored_as_the_networks_own():
    found = propagate(left_half(), ("relu1_1", "relu3_1"), "simple", margin_px=4)
    assert {layer: tuple(mask.shape[-2:]) for layer, mask in found.items()} == {
        "relu1_1": (72, 78),
        "relu3_1": (18, 19),
    }
    assert found["relu1_1"][..., :4].min() == 1
    assert found["relu1_1"][..., -4:].max() == 0


def test_inside_is_less_than_simple_and_all_is_more():
    found = {mode: propagate(left_half(), LAYERS, mode) for mode in ("simple", "inside", "all")}
    for layer in LAYERS[1:]:
        inside, simple, everything = (found[mode][layer].sum() for mode in ("inside", "simple", "all"))
        assert 0 < inside < simple < everything, layer


def test_units_inside_see_nothing_of_the_other_side_and_all_covers_it_together():
    left = propagate(left_half(), LAYERS, "inside")
    right = propagate(1 - left_half(), LAYERS, "inside")
    for layer in LAYERS:
        assert (left[layer] * right[layer]).max() == 0
    left = propagate(left_half(), LAYERS, "all")
    right = propagate(1 - left_half(), LAYERS, "all")
    for layer in LAYERS:
        assert (left[layer] + right[layer]).min() == 1


@pytest.mark.parametrize("mode", ["simple", "inside", "all"])
def test_a_mask_of_the_whole_picture_stays_whole_up_to_its_edges(mode):
    for mask in propagate(torch.ones((1, 1, 48, 50)), LAYERS, mode).values():
        assert mask.min() == 1


def test_a_faint_mask_stays_faint_but_loses_no_place():
    whole, faint = (propagate(scale * left_half(), LAYERS, "inside") for scale in (1.0, 0.25))
    for layer in LAYERS:
        torch.testing.assert_close(faint[layer], 0.25 * whole[layer])
