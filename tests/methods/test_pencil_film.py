"""Pencil films: paper and hatching go along with what moves, and an interrupted film goes on the same."""

import numpy as np
from PIL import Image

import impasto
from impasto.core import Context, RunOptions
from impasto.video.clip import open_clip


def store(folder, pictures):
    folder.mkdir()
    for number, picture in enumerate(pictures):
        Image.fromarray(np.rint(picture * 255).astype(np.uint8)).save(folder / f"{number}.png")
    return folder


def test_where_nothing_moves_the_drawing_stands_still(painted, tmp_path):
    clip = store(tmp_path / "clip", [painted(48, 64, seed=3)] * 2)
    impasto.stylize_video(clip, output=tmp_path / "out", method="pencil", threads=1)
    first, second = open_clip(tmp_path / "out").frames()
    assert np.abs(first - second).max() < 3 / 255
    assert first.std() > 0.05


def test_an_interrupted_film_goes_on_the_same(painted, tmp_path):
    whole = painted(48, 72, seed=3)
    clip = store(tmp_path / "clip", [whole[:, 2 * n : 2 * n + 64] for n in range(3)])
    impasto.stylize_video(clip, output=tmp_path / "whole", method="pencil", threads=1)
    context = Context(RunOptions(threads=1))
    context.listener = lambda progress: context.stop() if progress.step == 2 else None
    assert impasto.stylize_video(clip, output=tmp_path / "out", method="pencil", context=context)["interrupted"]
    report = impasto.stylize_video(clip, output=tmp_path / "out", method="pencil")
    assert (report["frames"], report["resumed_frames"]) == (3, 2)
    assert np.array_equal(*(list(open_clip(tmp_path / name).frames()) for name in ("out", "whole")))
