"""Motion: known shifts are found, borders of what moves are not trusted, and steadying leaves no ghosts."""

import numpy as np

from impasto.video.motion import motion_between, optical_flow, trusted, warp, warped_difference
from impasto.video.steady import steadied

LEVEL = 1 / 255


def test_a_known_shift_is_found(frames):
    before, now = frames(2)
    flow = optical_flow(now, before)
    inside = flow[8:-8, 8:-8]
    assert np.abs(inside - (3, 2)).mean() < 0.15
    motion = motion_between(before, now)
    assert np.abs(motion.carry(before) - now)[8:-8, 8:-8].mean() < 2 * LEVEL
    assert motion.trust[8:-8, 8:-8].mean() > 0.95
    # What came in at the right and at the bottom was not there before.
    assert motion.trust[:, -2:].max() < 0.2
    assert motion.trust[-1:].max() < 0.5


def test_warping_takes_each_pixel_from_where_the_flow_leads(frames):
    picture = frames(1)[0]
    flow = np.zeros((*picture.shape[:2], 2), np.float32)
    assert np.array_equal(warp(picture, flow), picture)
    flow[:] = 5, -2
    assert np.allclose(warp(picture, flow)[2:, :-5], picture[:-2, 5:], atol=1e-6)
    flow[:] = 0.5, 0
    half = warp(picture[..., 0], flow, "linear")[:, :-1]
    assert np.allclose(half, (picture[:, :-1, 0] + picture[:, 1:, 0]) / 2, atol=1e-3)


def test_what_was_hidden_is_not_trusted(frames):
    ground, thing = frames(1, (96, 128))[0], frames(2, (32, 32))[1]
    scenes = [ground.copy() for _ in range(2)]
    for scene, left in zip(scenes, (40, 48), strict=True):
        scene[32:64, left : left + 32] = thing
    motion = motion_between(*scenes)
    revealed = motion.trust[34:62, 41:47]
    assert revealed.mean() < 0.35
    assert motion.trust[36:60, 56:72].mean() > 0.8  # the thing itself
    assert motion.trust[:24].mean() > 0.95


def test_flows_that_do_not_meet_are_not_trusted():
    there = np.zeros((32, 32, 2), np.float32)
    there[..., 0] = 3
    assert trusted(there, -there)[:, 4:-8].min() > 0.9
    assert trusted(there, 0 * there).max() < 0.1


def test_the_warped_difference_is_that_of_what_does_not_follow(frames):
    before, now = frames(2)
    motion = motion_between(before, now)
    follows = warped_difference(before, now, motion)
    random = np.random.default_rng(0)
    noisy = now + random.normal(0, 8 * LEVEL, now.shape).astype(np.float32)
    assert follows < 4
    assert np.isclose(warped_difference(before, noisy, motion), np.hypot(follows, 8), rtol=0.1)


def test_steadying_calms_what_flickers_and_leaves_no_ghost(frames):
    before, now = frames(2)
    motion = motion_between(before, now)
    random = np.random.default_rng(1)
    paintings = [np.clip(f + random.normal(0, 0.08, f.shape), 0, 1).astype(np.float32) for f in (before, now)]
    calm = steadied(paintings[1], paintings[0], motion, before, now, 0.9)
    flicker = [warped_difference(paintings[0], picture, motion) for picture in (paintings[1], calm)]
    assert flicker[1] < 0.3 * flicker[0]
    # The film cuts to something else: nothing of the painting before shows.
    other = 1 - now[::-1]
    cut = steadied(other, paintings[0], motion_between(before, other), before, other, 1.0)
    assert np.abs(cut - other).mean() < 3 * LEVEL


def test_a_drawing_flickers_no_more_than_its_film(frames):
    random = np.random.default_rng(0)
    films = [frame + random.normal(0, 0.02, frame.shape).astype(np.float32) for frame in frames(4)]
    # Black and white by a threshold, which noise moves: many times the noise's own flicker.
    drawings = [np.repeat((film.mean(2, keepdims=True) > 0.5).astype(np.float32), 3, 2) for film in films]
    shown, own, flickers = drawings[0], [], []
    for number in range(1, 4):
        motion = motion_between(films[number - 1], films[number])
        steady = steadied(drawings[number], shown, motion, films[number - 1], films[number], 1.0)
        own.append(warped_difference(films[number - 1], films[number], motion))
        flickers.append(warped_difference(shown, steady, motion))
        assert warped_difference(drawings[number - 1], drawings[number], motion) > 1.5 * own[-1]
        shown = steady
    assert np.mean(flickers) < 1.1 * np.mean(own)


def test_small_and_grey_frames_have_motion_too():
    random = np.random.default_rng(2)
    before, now = random.random((2, 7, 9, 3), np.float32)
    assert motion_between(before, now).backward.shape == (7, 9, 2)
