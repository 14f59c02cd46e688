"""VGG-19: layers, front ends, pooling, precision. Random weights, except where the published ones are marked."""

import pytest
import torch
import torch.nn.functional as F

from impasto.core import UsageError
from impasto.encoders.vgg import CONVS, FRONT_ENDS, LAYERS, RELU_LAYERS, VGG19, deepest, normalise

_WIDTHS = {"1": 8, "2": 8, "3": 12, "4": 16, "5": 16}


def random_weights(seed: int = 0) -> dict[str, torch.Tensor]:
    generator, weights, before = torch.Generator().manual_seed(seed), {}, 3
    for name in CONVS:
        width = _WIDTHS[name[0]]
        weights[f"conv{name}.weight"] = (
            torch.randn(width, before, 3, 3, generator=generator) * (2 / (9 * before)) ** 0.5
        )
        weights[f"conv{name}.bias"] = torch.randn(width, generator=generator) * 0.1
        before = width
    return weights


def random_picture(height: int = 37, width: int = 50, seed: int = 1) -> torch.Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def test_every_relu_layer_of_the_paper_has_a_name():
    assert RELU_LAYERS[0] == "relu1_1" and RELU_LAYERS[-1] == "relu5_4" and len(RELU_LAYERS) == 16


def test_features_equal_a_plain_walk_through_the_network():
    weights, picture = random_weights(), random_picture()
    x = picture.flip(1) * 255 - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    x = F.relu(F.conv2d(x, weights["conv1_1.weight"], weights["conv1_1.bias"], padding=1))
    x = F.conv2d(x, weights["conv1_2.weight"], weights["conv1_2.bias"], padding=1)
    y = F.max_pool2d(F.relu(x), 2)
    z = F.relu(F.conv2d(y, weights["conv2_1.weight"], weights["conv2_1.bias"], padding=1))
    found = VGG19(weights)(picture, ["relu2_1", "conv1_2", "pool1"])
    for layer, expected in (("conv1_2", x), ("pool1", y), ("relu2_1", z)):
        # Values are in the hundreds; other memory orders sum in other orders.
        torch.testing.assert_close(found[layer], expected, rtol=1e-4, atol=1e-3)


def test_one_pass_serves_all_layers_and_stops_at_the_deepest():
    weights = {name: value for name, value in random_weights().items() if name < "conv3_2"}
    found = VGG19(weights)(random_picture(), ["relu3_1", "relu1_1"])
    assert set(found) == {"relu1_1", "relu3_1"}  # conv3_2 and deeper are not even there


def test_average_pooling_differs_from_maximum_pooling_and_keeps_the_mean():
    weights, picture = random_weights(), random_picture(32, 32)
    average = VGG19(weights, pooling="average")(picture, ["relu1_2", "pool1"])
    torch.testing.assert_close(average["pool1"].mean((2, 3)), average["relu1_2"].mean((2, 3)))
    assert (VGG19(weights)(picture, ["pool1"])["pool1"] > average["pool1"]).any()


def test_front_ends_are_what_the_weight_files_expect():
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    assert FRONT_ENDS["caffe"](red).flatten().tolist() == pytest.approx([-103.939, -116.779, 255 - 123.68])
    assert FRONT_ENDS["torch"](red).flatten().tolist() == pytest.approx(
        [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    )


def test_gradients_reach_the_picture_and_no_weight():
    weights, picture = random_weights(), random_picture().requires_grad_()
    VGG19(weights)(picture, ["relu4_2"])["relu4_2"].sum().backward()
    assert picture.grad.abs().sum() > 0
    assert all(value.grad is None for value in weights.values())


def test_bfloat16_features_are_within_its_precision():
    weights, picture = random_weights(), random_picture(48, 48)
    exact = VGG19(weights)(picture, ["relu3_1"])["relu3_1"]
    rough = VGG19(weights, precision="bfloat16")(picture, ["relu3_1"])["relu3_1"]
    assert rough.dtype == torch.bfloat16
    # Eight bits of mantissa, five layers deep.
    assert (rough.float() - exact).norm() / exact.norm() < 0.02


def test_normalising_makes_mean_activations_one_and_changes_nothing_else():
    weights, pictures = random_weights(), [random_picture(seed=s) for s in range(3)]
    layers = ["relu1_1", "relu3_2", "relu5_4"]
    scaled = normalise(weights, pictures)
    before = [VGG19(weights)(p, layers) for p in pictures]
    after = [VGG19(scaled)(p, layers) for p in pictures]
    for layer in layers:
        means = torch.stack([f[layer].mean((0, 2, 3)) for f in after]).mean(0)
        alive = means > 0
        torch.testing.assert_close(means[alive], torch.ones_like(means[alive]), rtol=1e-3, atol=0)
        factor = torch.stack([f[layer].mean((0, 2, 3)) for f in before]).mean(0)[alive]
        torch.testing.assert_close(
            after[0][layer][:, alive] * factor.view(1, -1, 1, 1), before[0][layer][:, alive], rtol=1e-3, atol=1e-3
        )


def test_an_unknown_layer_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r"no layer 'relu6_1'.*Did you mean 'relu\d_1'"):
        VGG19(random_weights())(random_picture(), ["relu6_1"])


def test_a_picture_too_small_for_the_layer_is_refused():
    with pytest.raises(UsageError, match="too small"):
        VGG19(random_weights())(random_picture(8, 40), ["relu5_1"])


def test_deepest_follows_the_order_of_computation():
    assert deepest(["relu4_2", "pool4", "relu1_1"]) == "pool4"
    assert deepest(LAYERS) == "pool5"


@pytest.mark.weights
def test_published_weights_see_the_difference_between_a_flat_and_a_textured_picture():
    network = VGG19.load("relu4_2")
    flat, busy = torch.full((1, 3, 64, 64), 0.5), random_picture(64, 64)
    a, b = (network(p, ["relu4_2"])["relu4_2"] for p in (flat, busy))
    assert a.shape == (1, 512, 8, 8)
    assert (a - b).norm() > 0.5 * a.norm()
    assert VGG19.load("relu4_2") is network  # loaded once


def test_a_margin_mirrors_the_picture_instead_of_showing_black_beyond_its_edge():
    weights, picture = random_weights(), random_picture(20, 20)
    mirrored = F.pad(picture, (4, 4, 4, 4), mode="reflect")
    found = VGG19(weights)(picture, ["relu1_2"], margin_px=4)["relu1_2"]
    torch.testing.assert_close(found, VGG19(weights)(mirrored, ["relu1_2"])["relu1_2"])
    assert VGG19(weights)(picture[..., :3, :], ["relu1_1"], margin_px=4)["relu1_1"].shape[-2:] == (
        7,
        24,
    )  # at most side - 1
