"""Painting in tiles gives the picture that painting at once gives, and the budget decides which it is."""

import numpy as np
import pytest

import impasto
from impasto import assets
from impasto.core import RunOptions, load_target
from impasto.encoders import cost
from impasto.encoders.tiled import Tiled
from impasto.registry import get

GIB = 2**30
LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1")


@pytest.fixture
def counted(monkeypatch):
    """How often something was looked at in tiles."""
    calls = []
    look = Tiled.__call__
    monkeypatch.setattr(Tiled, "__call__", lambda self, *a, **k: calls.append(self.tile_px) or look(self, *a, **k))
    return calls


def test_a_picture_painted_in_tiles_is_the_picture_painted_at_once(monkeypatch, counted):
    def paint():
        return impasto.stylize(
            assets.path("castle.jpg"), assets.path("starry_night.jpg"), method="gatys", size=160, steps=3, scales=1,
            precision="float32", style_layers="relu1_1,relu2_1,relu3_1", content_layers="relu3_2",
        ).picture  # fmt: skip

    whole = paint()
    assert not counted
    monkeypatch.setattr("impasto.encoders.budget.plan", lambda *_, **__: cost.Look(64, 0.0, 2.0))
    tiled = paint()
    assert counted
    # Sums in another order, carried through three steps of L-BFGS.
    assert np.abs(tiled - whole).max() < 0.01
    assert np.abs(tiled - whole).mean() < 1e-4


def test_the_fastest_look_that_fits_is_taken():
    def look(budget):
        return cost.plan_look((2000, 3000), LAYERS, budget, "bfloat16")

    whole = look(64 * GIB)
    assert whole.tile_px is None
    assert whole.work == 1
    looks = [look(budget * GIB) for budget in (11, 8, 6)]
    sides = [found.tile_px for found in looks]
    assert all(sides)
    assert sides == sorted(sides, reverse=True)
    for found, budget in zip(looks, (11, 8, 6), strict=True):
        assert found.memory_bytes <= budget * GIB < whole.memory_bytes
        assert 1.3 < found.work < 4


def test_the_most_frugal_look_is_taken_where_none_fits():
    assert cost.plan_look((2000, 3000), LAYERS, 0, "bfloat16").tile_px == min(cost._TILES_PX)


def test_small_pictures_are_never_cut():
    assert cost.plan_look((128, 192), LAYERS, 0, "bfloat16").tile_px is None


def test_a_run_may_take_less_memory_than_there_is():
    estimate = load_target(get("gatys").estimate)
    options = get("gatys").make_options()

    def needs(limit):
        return estimate(2000, 3000, 1, options, RunOptions(max_memory=limit))

    assert needs(7).memory_bytes <= 7e9
    assert needs(7).seconds > 1.2 * needs(None).seconds or needs(None).memory_bytes <= 7e9
    assert RunOptions(max_memory=2).memory_limit(10**9) == 10**9
