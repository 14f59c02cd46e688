"""Drifting noise: still where nothing moves, along with what does, and never paler for it."""

import numpy as np
import pytest

from impasto.video.drift import Drift
from impasto.video.motion import Motion


@pytest.fixture(scope="module")
def noise():
    import cv2

    grain = cv2.GaussianBlur(np.random.default_rng(0).standard_normal((80, 120)).astype(np.float32), (0, 0), 2.0)
    return grain / grain.std()


def pan(x, shape=(80, 120)):
    """The camera moves to the right by x pixels a frame: what is seen was x further right before."""
    backward = np.zeros((*shape, 2), np.float32)
    backward[..., 0] = x
    return Motion(backward, -backward, np.ones(shape, np.float32))


def test_noise_stands_still_where_nothing_moves(noise):
    drift = Drift.begin(noise.shape)
    for _ in range(30):
        drift = drift.moved(pan(0))
        assert np.allclose(drift(noise), noise, atol=1e-5)


def test_noise_goes_along_and_keeps_its_spread_through_all_generations(noise):
    drift, before = Drift.begin(noise.shape), noise
    for _ in range(60):
        drift = drift.moved(pan(2))
        now = drift(noise)
        inside = (slice(None), slice(2, 60))
        follows = np.corrcoef(now[inside].ravel(), np.roll(before, -2, 1)[inside].ravel())[0, 1]
        assert follows > 0.9
        assert now[inside].std() == pytest.approx(1, abs=0.25)
        before = now
