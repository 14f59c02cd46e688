"""Masks and guides that move: each painted frame gets its own, in any order, and what does not fit is told in a line."""

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.api.moving import found_moving
from impasto.core import InputError, Inputs, UsageError
from impasto.registry import get
from impasto.video.clip import open_clip

SIDE = 32


def store(folder, pictures):
    folder.mkdir()
    for number, picture in enumerate(pictures):
        Image.fromarray(np.rint(picture * 255).astype(np.uint8)).save(folder / f"{number:03d}.png")
    return folder


def halves(left, right):
    picture = np.empty((SIDE, SIDE, 3), np.float32)
    picture[:, : SIDE // 2], picture[:, SIDE // 2 :] = left, right
    return picture


@pytest.fixture
def clip(tmp_path):
    return store(tmp_path / "clip", [np.full((SIDE, SIDE, 3), 0.5, np.float32)] * 3)


def test_each_frame_is_painted_by_its_own_guide(clip, tmp_path):
    black, white, red, blue = 0, 1, (0.8, 0.1, 0.1), (0.1, 0.1, 0.8)
    grain = np.random.default_rng(0).random((SIDE, SIDE, 1)).astype(np.float32) * 0.1
    style = store(tmp_path / "style", [halves(red, blue) + grain]) / "000.png"
    label = store(tmp_path / "label", [halves(black, white)]) / "000.png"
    guides = store(tmp_path / "guides", [halves(black, white), halves(white, black), halves(black, white)])
    impasto.stylize_video(
        clip, style, tmp_path / "out", method="styleblit", threads=1, steady=0.0, start=1 / 24,
        extras={"style_guide": label, "content_guide": guides},
    )  # fmt: skip
    made = list(open_clip(tmp_path / "out").frames())
    # The first frame painted is the film's second.
    for frame, left_is_red in zip(made, (False, True), strict=True):
        left = frame[:, 2 : SIDE // 2 - 2].mean((0, 1))
        assert (left[0] > left[2]) == left_is_red


def test_masks_move_too_forwards_and_back(clip, tmp_path):
    masks = store(tmp_path / "masks", [np.full((2 * SIDE, 2 * SIDE), n / 2) for n in range(3)])
    film = open_clip(clip)
    moving = found_moving(get("gatys"), [masks], (), {}, film, (0, 2), None)
    still = Inputs(np.zeros((SIDE, SIDE, 3), np.float32), masks=(np.zeros((SIDE, SIDE), np.float32),))
    for number, value in ((1, 1.0), (0, 0.0), (1, 1.0)):
        (mask,) = moving.at(still, number).masks
        assert mask.shape == (SIDE, SIDE)
        assert np.allclose(mask, value, atol=0.01)


def test_a_painted_frame_and_its_guide_are_followed(clip, tmp_path):
    """The film itself shows nothing that moves: only the guides say that left and right change places."""
    key = store(tmp_path / "key", [halves((0.8, 0.1, 0.1), (0.1, 0.1, 0.8))]) / "000.png"
    guides = store(tmp_path / "guides", [halves(0, 1), halves(1, 0), halves(1, 0)])
    impasto.stylize_video(
        clip, key, tmp_path / "out", method="ebsynth", keyframes="0", threads=1, steady=0.0, rounds=1, search_passes=2,
        extras={"content_guide": guides},
    )  # fmt: skip
    changed = list(open_clip(tmp_path / "out").frames())[1][:, 2 : SIDE // 2 - 2].mean((0, 1))
    assert changed[2] > changed[0] + 0.2


@pytest.mark.parametrize(
    ("name", "shape", "count", "error", "line"),
    [
        (
            "content_guide",
            (SIDE, SIDE),
            2,
            InputError,
            "2 frames for 'content_guide', but clip has 3; there must be one",
        ),
        ("content_guide", (SIDE, 2 * SIDE), 3, InputError, "64 x 32 pixels is not the shape of the film, 32 x 32"),
        ("style_guide", (SIDE, SIDE), 3, UsageError, "style_guide: lies over a style, which does not move"),
    ],
)
def test_what_does_not_go_with_the_film_is_told_in_a_line(clip, tmp_path, name, shape, count, error, line):
    guides = store(tmp_path / "guides", [np.zeros(shape)] * count)
    with pytest.raises(error, match=line):
        impasto.stylize_video(clip, clip / "000.png", tmp_path / "out", method="styleblit", extras={name: guides})
