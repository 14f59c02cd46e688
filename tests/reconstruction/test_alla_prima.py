"""The network's text, with weights of no training."""

import math

import numpy as np
import pytest
import torch

from impasto import assets, engines
from impasto.core import RunOptions
from impasto.engines.samples import sample
from impasto.engines.torch_ops import TORCH as TORCH_OPS
from impasto.image import decode, resize
from impasto.image.tensors import to_tensor
from impasto.reconstruction.networks import alla_prima as network
from impasto.weights import FILES, load

TORCH = RunOptions(engine="torch", precision="float32")


@pytest.fixture(scope="module")
def parts():
    return network.parts(network.first_weights(3))


def run(part, inputs, options=TORCH):
    return engines.load(part, options)(inputs)


def picture(height, width, seed=0):
    return np.random.default_rng(seed).random((1, 3, height, width), dtype=np.float32)


def painted(parts, planes, seed=1):
    random = np.random.default_rng(seed)
    maps = {
        "matrix": np.eye(network.EIGHTH)[None], "offset": 0.1 * random.normal(size=(1, network.EIGHTH)),
        "scale": np.ones((1, network.QUARTER)), "shift": 0.1 * random.normal(size=(1, network.QUARTER)),
        "strokes": 0.2 * random.normal(size=(1, network.STROKES)),
    }  # fmt: skip
    maps = {name: value.astype(np.float32) for name, value in maps.items()}
    return run(parts["paint"], {**run(parts["see"], {"picture": planes}), **maps})["picture"]


def test_it_is_as_small_as_it_says():
    assert sum(math.prod(shape) for shape in network.shapes().values()) < 600_000


def test_the_manifest_knows_its_weights():
    assert dict(FILES["alla_prima"].shapes) == network.shapes()


def test_parts_fit_together_at_any_multiple(parts):
    planes = picture(48, 80)
    seen = run(parts["see"], {"picture": planes})
    assert seen["quarter"].shape == (1, network.QUARTER, 12, 20)
    assert seen["eighth"].shape == (1, network.EIGHTH, 6, 10)
    assert run(parts["read"], seen)["strokes"].shape == (1, network.STROKES)
    found = painted(parts, planes)
    assert found.shape == planes.shape
    assert 0 <= found.min() < found.max() <= 1


def test_openvino_paints_what_torch_paints(parts):
    planes = picture(48, 80)
    seen = run(parts["see"], {"picture": planes}, RunOptions(engine="openvino", precision="float32"))
    for name, expected in run(parts["see"], {"picture": planes}).items():
        np.testing.assert_allclose(seen[name], expected, atol=2e-4)


def test_no_pixel_sees_farther_than_it_says(parts):
    """So that tiles which reach that far have no seams."""
    side = 2 * network.REACH_PX + 3 * network.MULTIPLE
    planes = picture(side, side)
    changed = planes.copy()
    changed[..., :16, :] = 1 - changed[..., :16, :]
    difference = np.abs(painted(parts, planes) - painted(parts, changed)).max((0, 1, 3))
    assert difference[:16].max() > 0.01
    assert difference[16 + network.REACH_PX :].max() == 0


@pytest.mark.parametrize("part", ["see", "measure", "read", "paint"])
def test_a_sample_of_any_part_fits_it(parts, part):
    """So that every part can be exported, and tried for speed."""
    inputs = sample(parts[part], 100, 70)
    found = run(parts[part], inputs)
    assert set(found) == set(parts[part].outputs)
    if "picture" in inputs:
        assert inputs["picture"].shape[2:] == (96, 64)
    if "eighth" in inputs:
        assert inputs["eighth"].shape[2:] == (12, 8)


def test_the_shipped_network_tells_paintings_apart():
    """An earlier file steered the decoder by nearly the same numbers for every painting: they differed by .01."""
    weights = load("alla_prima")
    told = []
    for name in assets.names("paintings"):
        small = resize(decode(assets.path(name)).rgb, (128, 128))
        seen = network.see(TORCH_OPS, weights, {"picture": to_tensor(small)})
        told.append(network.read(TORCH_OPS, weights, seen)["strokes"])
    assert torch.cat(told).std(0).mean() > 0.05


def test_the_shipped_network_paints_with_what_it_sees_at_an_eighth():
    """In an earlier file nothing below a quarter reached the canvas: its channels had fallen silent in training."""
    weights = load("alla_prima")
    seen = network.see(
        TORCH_OPS, weights, {"picture": to_tensor(resize(decode(assets.path("castle.jpg")).rgb, (96, 128)))}
    )
    maps = {
        "matrix": torch.eye(network.EIGHTH)[None], "offset": torch.zeros(1, network.EIGHTH),
        "scale": torch.ones(1, network.QUARTER), "shift": torch.zeros(1, network.QUARTER),
        "strokes": network.read(TORCH_OPS, weights, seen)["strokes"],
    }  # fmt: skip
    whole = network.canvas(TORCH_OPS, weights, {**seen, **maps})
    without = network.canvas(TORCH_OPS, weights, {**seen, **maps, "matrix": 0 * maps["matrix"]})
    assert (whole - without).abs().mean() > 0.05
