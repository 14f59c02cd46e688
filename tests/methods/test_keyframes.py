"""Painted frames carried through a film: still films keep the painting, moving ones carry it, interrupted ones go on."""

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.core import Context, RunOptions, UsageError
from impasto.video.clip import open_clip

METHODS = {"ebsynth": {"rounds": 1, "search_passes": 2}, "styleblit": {}}


def store(folder, pictures):
    folder.mkdir()
    for number, picture in enumerate(pictures):
        Image.fromarray(np.rint(picture * 255).astype(np.uint8)).save(folder / f"{number:03d}.png")
    return folder


def read(folder):
    return list(open_clip(folder).frames())


@pytest.fixture(scope="module")
def whole(painted):
    """A picture with detail everywhere, wider than a frame."""
    random = np.random.default_rng(1)
    return np.clip(painted(48, 80, seed=3) + 0.15 * random.random((48, 80, 1)), 0, 1).astype(np.float32)


def negative(picture):
    return 1 - picture


@pytest.mark.parametrize("method", METHODS)
def test_a_film_in_which_nothing_moves_keeps_the_painting(method, whole, painted, tmp_path):
    painting = store(tmp_path / "keys", [painted(48, 64, seed=8)]) / "000.png"
    clip = store(tmp_path / "clip", [whole[:, :64]] * 2)
    impasto.stylize_video(clip, painting, tmp_path / "out", method=method, keyframes="1", threads=1, **METHODS[method])
    expected = np.asarray(Image.open(painting)) / np.float32(255)
    assert all(np.abs(frame - expected).mean() < 1 / 255 for frame in read(tmp_path / "out"))
    assert np.array_equal(read(tmp_path / "out")[1], expected)


@pytest.mark.parametrize("method", METHODS)
def test_paintings_go_along_with_what_moves_and_meet_in_between(method, whole, tmp_path):
    frames = [whole[:, 3 * n : 3 * n + 64] for n in range(3)]
    clip = store(tmp_path / "clip", frames)
    keys = store(tmp_path / "keys", [negative(frames[0]), negative(frames[2])])
    paintings = [keys / "000.png", keys / "001.png"]
    report = impasto.stylize_video(
        clip, paintings, tmp_path / "out", method=method, keyframes="0,2", threads=1, **METHODS[method]
    )
    assert report["frames"] == 3
    made = read(tmp_path / "out")
    for number in (0, 2):
        assert np.abs(made[number] - negative(frames[number])).max() <= 1 / 255
    off = np.abs(made[1] - negative(frames[1]))[4:-4, 8:-8].mean()
    assert off < 0.05
    # Neither painting where it was: the film has moved on by several pixels.
    assert off < 0.6 * np.abs(negative(frames[0]) - negative(frames[1]))[4:-4, 8:-8].mean()


def test_an_interrupted_film_goes_on_without_painting_anything_twice(whole, tmp_path):
    frames = [whole[:, 2 * n : 2 * n + 64] for n in range(4)]
    clip = store(tmp_path / "clip", frames)
    painting = store(tmp_path / "keys", [negative(frames[1])]) / "000.png"
    how = {"method": "styleblit", "keyframes": "1"}
    impasto.stylize_video(clip, painting, tmp_path / "whole", threads=1, **how)
    context = Context(RunOptions(threads=1))
    steps = []

    def listen(progress):
        steps.append(progress.step)
        if progress.step == 2 and not progress.message:
            context.stop()

    context.listener = listen
    assert impasto.stylize_video(clip, painting, tmp_path / "out", context=context, **how)["interrupted"]
    stored = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out.unfinished").glob("from-*.png")}
    assert len(stored) == 2
    again = Context(RunOptions(threads=1))
    impasto.stylize_video(clip, painting, tmp_path / "out", context=again, **how)
    assert np.array_equal(read(tmp_path / "out"), read(tmp_path / "whole"))


@pytest.mark.parametrize(
    ("numbers", "count", "line"),
    [
        (None, 2, "2 paintings for 'styleblit'; say which frames they are of"),
        ("0", 2, "1 numbers for 2 paintings"),
        ("0,9", 2, "frame 9 is not among those painted, 0 to 2"),
    ],
)
def test_mistakes_with_keyframes_are_told_in_a_line(whole, tmp_path, numbers, count, line):
    clip = store(tmp_path / "clip", [whole[:, :64]] * 3)
    keys = sorted(store(tmp_path / "keys", [whole[:, :64]] * count).iterdir())
    with pytest.raises(UsageError, match=line):
        impasto.stylize_video(clip, keys, tmp_path / "out", method="styleblit", keyframes=numbers)


def test_a_painting_of_another_shape_than_the_film_is_refused(whole, tmp_path):
    clip = store(tmp_path / "clip", [whole[:, :64]] * 2)
    key = store(tmp_path / "keys", [whole[:, :48]]) / "000.png"
    with pytest.raises(UsageError, match="48 x 48 pixels is not the shape of the film, 64 x 48"):
        impasto.stylize_video(clip, key, tmp_path / "out", method="ebsynth", keyframes="0")
