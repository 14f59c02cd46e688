"""The blocks do what their papers promise: noise goes and edges stay, lines close, tones step."""

import cv2
import numpy as np
import pytest

from impasto.filters import lines, smooth, tones
from impasto.filters.flow import edge_flow


@pytest.fixture(scope="module")
def noisy_step():
    step = np.where(np.arange(80) < 40, 0.3, 0.7)[None, :, None]
    clean = np.broadcast_to(step, (60, 80, 3)).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 0.1, clean.shape).astype(np.float32)
    return clean, np.clip(clean + noise, 0, 1)


def crossing(picture):
    """Where a row rises through one half, to a fraction of a pixel, averaged over rows."""
    profile = picture.mean(2).mean(0)
    at = int(np.argmax(profile > 0.5))
    return at - 1 + (0.5 - profile[at - 1]) / (profile[at] - profile[at - 1])


def test_kuwahara_takes_the_noise_and_leaves_the_edge(noisy_step):
    clean, noisy = noisy_step
    out = smooth.kuwahara(noisy, edge_flow(noisy, 2.0), 6.0, threads=1)
    flat = (slice(10, -10), slice(10, 30))
    assert out[flat].var() < 0.2 * noisy[flat].var()
    assert abs(crossing(out) - crossing(clean)) < 1


def test_wide_windows_on_means_of_squares_do_the_same(noisy_step):
    clean, noisy = noisy_step
    out = smooth.kuwahara(noisy, edge_flow(noisy, 3.0), 12.0, threads=1)
    assert out[10:-10, 12:28].var() < 0.1 * noisy[10:-10, 12:28].var()
    assert abs(crossing(out) - crossing(clean)) < 1


def test_the_bilateral_filter_takes_the_noise_and_leaves_the_edge(noisy_step):
    clean, noisy = noisy_step
    out = smooth.bilateral(noisy, edge_flow(noisy, 2.0), 3.0, 0.15, passes=3, threads=1)
    assert out[10:-10, 10:30].var() < 0.2 * noisy[10:-10, 10:30].var()
    assert abs(crossing(out) - crossing(clean)) < 1


def disc(size=96, radius=28):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    inside = np.clip(radius + 0.5 - np.hypot(y, x), 0, 1)
    return (0.9 - 0.6 * inside).astype(np.float32)


def test_a_disc_gets_one_closed_contour():
    picture = disc()
    paper = lines.contours(picture, edge_flow(picture, 2.0), 1.4, 4.0, threads=1)
    count, labels = cv2.connectedComponents((paper < 0.5).astype(np.uint8), connectivity=8)
    assert count == 2, "one line, in one piece"
    holes, _ = cv2.connectedComponents((labels == 0).astype(np.uint8), connectivity=4)
    assert holes == 3, "which parts the inside from the outside"


def test_a_higher_threshold_never_takes_ink_away():
    picture = disc()
    response = lines.flow_dog(picture, edge_flow(picture, 2.0), 1.4, 4.0, weight=20.0, threads=1)
    amounts = [lines.ink(response, threshold, 10.0).mean() for threshold in (-1.0, 0.2, 0.5, 0.8, 1.2)]
    assert (np.diff(amounts) <= 0).all()
    assert amounts[0] - amounts[-1] > 0.3


def test_the_threshold_inks_the_share_that_is_asked_for(painted):
    picture = painted(70, 90)[..., 1]
    response = lines.flow_dog(picture, edge_flow(picture, 2.0), 1.4, 4.0, weight=20.0, threads=1)
    for share in (0.1, 0.3, 0.6):
        assert abs((lines.ink(response, lines.threshold_for(response, share), 1e9) < 0.5).mean() - share) < 0.01
    assert (lines.ink(np.full((9, 9), 0.3, np.float32), 0.3, 1e9) == 1).all(), "an even picture stays paper"


def test_steps_gather_tones_and_keep_their_order():
    ramp = np.repeat(np.linspace(0, 100, 400, dtype=np.float32)[None], 8, 0)
    out = tones.soft_steps(ramp, 5, 1.0)
    assert (np.diff(out[4]) > -1e-4).all()
    near = np.abs(out[4][:, None] - (10 + 20 * np.arange(5))).min(1)
    assert np.median(near) < 0.1
    assert abs(tones.soft_steps(ramp, 5, 50.0) - ramp).max() < 11


def test_livelier_colours_keep_their_hue_and_greys_stay_grey():
    lab = np.array([[[50, 20, 10], [50, 0, 0], [50, 80, -60]]], np.float32)
    out = tones.livelier(lab, 1.5)
    assert np.allclose(out[..., 0], 50)
    assert np.allclose(out[0, 0, 1] / out[0, 0, 2], 2)
    gains = np.hypot(*out[0, ::2, 1:].T) / np.hypot(*lab[0, ::2, 1:].T)
    assert gains[0] > gains[1] > 1
    assert not out[0, 1, 1:].any()


def test_noise_is_seeded_even_and_as_wide_as_told():
    fine, wide = (tones.noise((128, 128), size, 3) for size in (2, 24))
    assert np.array_equal(fine, tones.noise((128, 128), 2, 3))
    assert not np.array_equal(fine, tones.noise((128, 128), 2, 4))
    for field in (fine, wide):
        assert abs(field.mean()) < 1e-4
        assert abs(field.std() - 1) < 1e-3
    assert (np.diff(fine, axis=0) ** 2).mean() > 20 * (np.diff(wide, axis=0) ** 2).mean()
