"""Layers that do not exist and weights that are all zero: one clear line, whatever the method."""

import pytest

from impasto.core import UsageError

FEATURE_METHODS = ("gatys", "histogram", "lapstyle", "mmd")


def refusal(stylized, photo, painting, method, options):
    with pytest.raises(UsageError) as caught:
        stylized(method, photo, painting, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("method", [*FEATURE_METHODS, "cnnmrf"])
@pytest.mark.parametrize("name", ["content_layers", "style_layers"])
def test_a_layer_that_does_not_exist_is_named(stylized, photo64, painting64, method, name):
    line = refusal(stylized, photo64, painting64, method, {name: "relu4_1:1,relu6_1:1"})
    assert line.startswith("no layer 'relu6_1'. Did you mean '")


@pytest.mark.parametrize("method", ["gatys", "histogram"])
def test_a_layer_of_histograms_that_does_not_exist_is_named(stylized, photo64, painting64, method):
    options = {"histogram_layers": "relu4_9", "histogram_weight": 1.0}
    assert refusal(stylized, photo64, painting64, method, options).startswith("no layer 'relu4_9'")


@pytest.mark.parametrize("method", [*FEATURE_METHODS, "cnnmrf"])
def test_layers_that_all_weigh_nothing_are_named(stylized, photo64, painting64, method):
    line = refusal(stylized, photo64, painting64, method, {"style_layers": "relu3_1:0,relu4_1:0"})
    assert line.startswith("style_layers: all the weights are zero")


def test_histograms_that_all_weigh_nothing_are_named(stylized, photo64, painting64):
    line = refusal(stylized, photo64, painting64, "histogram", {"histogram_layers": "relu1_1:0"})
    assert line.startswith("histogram_layers: all the weights are zero; to leave them out, set histogram_weight to 0")


@pytest.mark.parametrize(
    ("method", "extra"),
    [
        ("gatys", ["histogram_weight", "laplacian_weight"]),
        ("histogram", ["histogram_weight"]),
        ("lapstyle", ["laplacian_weight"]),
        ("mmd", []),
        ("cnnmrf", []),
    ],
)
def test_weights_that_are_all_zero_are_named(stylized, photo64, painting64, method, extra):
    names = ["content_weight", "style_weight", *extra]
    line = refusal(stylized, photo64, painting64, method, dict.fromkeys(names, 0))
    assert all(name in line.partition(":")[0] for name in names)
    assert line.endswith("all the weights are zero; nothing would move the picture")


def test_kernels_that_all_weigh_nothing_are_named(stylized, photo64, painting64):
    line = refusal(stylized, photo64, painting64, "mmd", {"kernels": "bn:0,linear:0"})
    assert line.startswith("kernels: all the weights are zero")
