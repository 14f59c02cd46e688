"""A network whose statistics are frozen paints in tiles what it paints in one pass."""

from collections.abc import Callable

import numpy as np
import pytest

from impasto import engines
from impasto.core import RunOptions
from impasto.engines import Network
from impasto.image.tiles import Tiling, paint_in_tiles

REACH_PX = 4 * 4  # four 3 x 3 convolutions on blocks of 4 x 4 pixels


def paint(o, w, inputs):
    x = o.relu(o.conv(o.pixel_unshuffle(inputs["picture"], 4), w["stem"]))
    x = o.add(x, o.multiply(o.subtract(o.conv(x, w["one"]), inputs["mean"]), inputs["scale"]))
    x = o.add(x, o.relu(o.conv(x, w["two"])))
    return {"picture": o.sigmoid(o.pixel_shuffle(o.conv(x, w["end"]), 4))}


@pytest.fixture(scope="module")
def network() -> Network:
    random = np.random.default_rng(0)
    shapes = {"stem": (16, 48, 3, 3), "one": (16, 16, 3, 3), "two": (16, 16, 3, 3), "end": (48, 16, 3, 3)}
    weights = {
        name: (random.standard_normal(shape) * (2 / np.prod(shape[1:])) ** 0.5).astype(np.float32)
        for name, shape in shapes.items()
    }
    inputs = {"picture": (None, 3, None, None), "mean": (None, 16, 1, 1), "scale": (None, 16, 1, 1)}
    return Network("painter", paint, weights, inputs, ("picture",), multiple=4)


@pytest.fixture
def painter(network) -> Callable[..., Callable]:
    def make(precision: str) -> Callable:
        runner = engines.load(network, RunOptions(engine="openvino", precision=precision, device="cpu"))
        frozen = {"mean": np.full((1, 16, 1, 1), 0.1, np.float32), "scale": np.full((1, 16, 1, 1), 0.8, np.float32)}
        return lambda planes: runner({"picture": planes, **frozen})["picture"]

    return make


@pytest.mark.parametrize("size", [(300, 421), (64, 700)])
def test_tiles_as_wide_as_the_network_sees_are_seamless(painter, painted, size):
    picture, run = painted(*size), painter("float32")
    whole = paint_in_tiles(picture, run, Tiling(1024, REACH_PX, multiple=4))
    tiled = paint_in_tiles(picture, run, Tiling(128, REACH_PX, 16, multiple=4))
    assert np.ptp(whole) > 0.5
    np.testing.assert_allclose(tiled, whole, atol=1e-5)


@pytest.mark.parametrize("reach_px", [REACH_PX, REACH_PX // 2])
def test_seams_are_too_faint_to_be_seen(painter, painted, reach_px):
    """Even with half the reach: what a pixel sees at the end of its reach counts little."""
    picture, run = painted(300, 421), painter("float32")
    whole = paint_in_tiles(picture, run, Tiling(1024, REACH_PX, multiple=4))
    tiled = paint_in_tiles(picture, run, Tiling(128, reach_px, 16, multiple=4))
    seams = np.abs(np.diff(tiled, axis=1) - np.diff(whole, axis=1))
    assert seams.max() < 2 / 255
