"""The flow runs along edges, whatever their slant, and knows where there are none."""

import numpy as np
import pytest

from impasto.core import Context
from impasto.filters import scale_of, within
from impasto.filters.flow import edge_flow


def ramp(angle, size=64):
    """Stripes whose edges run at `angle` from the x axis."""
    y, x = np.mgrid[:size, :size].astype(np.float32)
    stripes = 0.5 + 0.4 * np.sin(0.25 * (np.cos(angle) * y - np.sin(angle) * x))
    return np.repeat(stripes[..., None], 3, -1).astype(np.float32)


@pytest.mark.parametrize("degrees", [0, 20, 45, 90, 130, 179])
@pytest.mark.parametrize("sigma", [1.0, 5.0])
def test_tangents_lie_within_three_degrees_of_the_edges(degrees, sigma):
    angle = np.radians(degrees)
    flow = edge_flow(ramp(angle), sigma)
    inner = (slice(16, -16), slice(16, -16))
    tangent = flow.tangent[inner]
    off = np.degrees(np.arccos(np.clip(abs(tangent @ [np.cos(angle), np.sin(angle)]), 0, 1)))
    assert off.max() < 3
    assert flow.anisotropy[inner].min() > 0.9
    turns = np.abs(flow.turn[inner] * 180 / 64 - degrees)
    assert np.minimum(turns, 180 - turns).max() < 4.5


def test_an_even_picture_has_no_direction():
    flow = edge_flow(np.full((20, 30, 3), 0.3, np.float32), 2.0)
    assert not flow.anisotropy.any()
    assert not flow.tangent.any()
    assert not flow.steepness.any()


def test_steepness_is_the_change_to_a_pixel():
    x = np.repeat(np.linspace(0, 1, 101, dtype=np.float32)[None], 40, 0)
    for sigma in (1.0, 4.0):
        np.testing.assert_allclose(edge_flow(x, sigma).steepness[10:-10, 20:-20], 0.01, rtol=0.05)


def test_lengths_grow_with_the_picture_and_stop_at_its_edge():
    assert scale_of((300, 500, 3)) == 0.5
    context = Context()
    assert within(4.0, (100, 60), "radius", context) == 4.0
    assert not context.warnings
    assert within(80.0, (100, 60), "radius", context) == 30.0
    assert "radius: 80 px" in context.warnings[0]
