"""A network with random weights that asks for every operation, and runners without caches on the disk."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from impasto import engines
from impasto.core import RunOptions
from impasto.engines.ops import Network, Ops, Values, Weights

FACTOR = 4
WIDTH = 8

Floats = NDArray[np.float32]


def everything(o: Ops, w: Weights, inputs: Values) -> Values:
    """A picture (N, 3, H, W), a style vector (N, 5) and a matrix (N, 8, 8): every operation there is, once or more."""
    x = o.relu(o.conv(o.pixel_unshuffle(inputs["picture"], FACTOR), w["stem.weight"], w["stem.bias"]))
    deep = o.conv(x, w["down.weight"], w["down.bias"], stride=2)
    deep = o.leaky_relu(o.add(deep, o.tanh(o.conv(deep, w["apart.weight"], groups=WIDTH))), 0.2)
    style = o.linear(inputs["style"], w["style.weight"], w["style.bias"])
    scale, shift = o.sigmoid(o.channels(style, 0, WIDTH)), o.channels(style, WIDTH, 2 * WIDTH)
    mean = o.mean(deep)
    centred = o.subtract(deep, mean)
    spread = o.sqrt(o.add(o.mean(o.multiply(centred, centred)), 1e-5))
    deep = o.add(o.multiply(o.divide(centred, spread), o.per_channel(scale)), o.per_channel(shift))
    deep = o.mix(inputs["matrix"], deep)
    up = o.upsample2(o.conv(deep, w["pairs.weight"], groups=WIDTH // 2))
    up = o.conv(o.concat([o.add(up, x), o.upsample2(o.max_pool2(x))]), w["join.weight"], w["join.bias"], edge="zeros")
    picture = o.pixel_shuffle(o.conv(o.relu(up), w["end.weight"], w["end.bias"]), FACTOR)
    picture = o.conv(picture, w["round.weight"], edge="wrap")
    return {
        "picture": o.clamp(o.add(o.multiply(picture, 0.5), 0.5), 0.0, 1.0),
        "mean": o.vector(mean),
        "features": up,
        "covariance": o.covariance(o.normalise(deep, 1e-3)),
    }


def random_weights(seed: int = 1) -> dict[str, Floats]:
    random = np.random.default_rng(seed)

    def draw(*shape: int) -> Floats:
        return (random.standard_normal(shape) * (2 / np.prod(shape[1:])) ** 0.5).astype(np.float32)

    return {
        "stem.weight": draw(WIDTH, 3 * FACTOR**2, 3, 3), "stem.bias": draw(WIDTH),
        "down.weight": draw(WIDTH, WIDTH, 5, 5), "down.bias": draw(WIDTH),
        "apart.weight": draw(WIDTH, 1, 3, 3), "pairs.weight": draw(WIDTH, 2, 3, 3),
        "style.weight": draw(2 * WIDTH, 5), "style.bias": draw(2 * WIDTH),
        "join.weight": draw(WIDTH, 2 * WIDTH, 1, 1), "join.bias": draw(WIDTH),
        "end.weight": draw(3 * FACTOR**2, WIDTH, 3, 3), "end.bias": draw(3 * FACTOR**2),
        "round.weight": draw(3, 3, 5, 5),
    }  # fmt: skip


@pytest.fixture(scope="session")
def network() -> Network:
    """Pictures must be multiples of 8: unshuffled by 4, halved once."""
    return Network(
        name="everything",
        forward=everything,
        weights=random_weights(),
        inputs={"picture": (None, 3, None, None), "style": (None, 5), "matrix": (None, WIDTH, WIDTH)},
        outputs=("picture", "mean", "features", "covariance"),
        multiple=8,
    )


@pytest.fixture(scope="session")
def inputs_of() -> Callable[..., dict[str, Floats]]:
    """Inputs for pictures of a size: inputs_of(height, width, count=1, seed=0)."""

    def draw(height: int, width: int, count: int = 1, seed: int = 0) -> dict[str, Floats]:
        random = np.random.default_rng(seed)
        return {
            "picture": random.random((count, 3, height, width), np.float32),
            "style": random.standard_normal((count, 5), np.float32),
            "matrix": random.standard_normal((count, WIDTH, WIDTH), np.float32) / 3,
        }

    return draw


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engines, "_runners", {})


@pytest.fixture
def load(network: Network) -> Callable[..., engines.Runner]:
    """The network on an engine: load("openvino", precision="bfloat16")."""

    def make(engine: str, precision: str = "float32", **run: Any) -> engines.Runner:
        return engines.load(network, RunOptions(engine=engine, precision=precision, device="cpu", **run))

    return make
