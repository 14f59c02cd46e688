"""Painterly films: strokes stay where nothing happens, go along with what moves, and only what changed is painted over."""

import numpy as np
import pytest

import impasto
from impasto.core import Context, RunOptions
from impasto.methods.strokes.painterly import METHOD
from impasto.methods.strokes.painterly.film import begin, repaint
from impasto.methods.strokes.painterly.paint import lit
from impasto.video.clip import open_clip
from impasto.video.motion import motion_between, warped_difference

OPTIONS = METHOD.make_options(None, brushes="80,40,20", threshold=30)


@pytest.fixture(scope="module")
def context():
    return Context(RunOptions(threads=1))


@pytest.fixture(scope="module")
def scene(painted):
    """A ground, and the same with a bright square that was not there before."""
    ground = painted(72, 96, seed=4)
    changed = ground.copy()
    changed[40:60, 60:84] = (0.95, 0.9, 0.2)
    return ground, changed


def test_only_what_changed_is_painted_over(scene, context):
    ground, changed = scene
    painting, layers = begin(ground, OPTIONS, context)
    again, kept = repaint(ground, layers, motion_between(ground, ground), OPTIONS, context, 1)
    assert np.array_equal(again.canvas, painting.canvas)
    over, _ = repaint(changed, kept, motion_between(ground, changed), OPTIONS, context, 2)
    before, after = lit(painting, 0), lit(over, 0)
    assert np.abs(after - changed)[44:56, 64:80].mean() < 0.1
    assert np.abs(before - changed)[44:56, 64:80].mean() > 0.2
    away = np.ones((72, 96), bool)
    away[26:, 44:] = False
    assert (np.abs(after - before)[away].max(-1) < 1e-3).mean() > 0.9


def test_strokes_go_along_with_what_moves(painted, context):
    whole = painted(72, 104, seed=4)
    frames = [whole[:, n : n + 96].copy() for n in (0, 3)]
    painting, layers = begin(frames[0], OPTIONS, context)
    motion = motion_between(*frames)
    moved, found = repaint(frames[1], layers, motion, OPTIONS, context, 1)
    alone, _ = begin(frames[1], OPTIONS, context)
    flicker = [warped_difference(lit(painting, 0.5), lit(p, 0.5), motion) for p in (moved, alone)]
    assert flicker[0] < 0.5 * flicker[1]
    assert sum(len(layer) for layer in moved.layers) < 0.3 * sum(len(layer) for layer in alone.layers)
    assert [len(layer.strokes) for layer in found] == [len(layer.misfits) for layer in found]


def test_an_interrupted_film_goes_on_as_if_it_had_not_been(scene, tmp_path):
    from PIL import Image

    clip = tmp_path / "clip"
    clip.mkdir()
    for number in range(4):
        Image.fromarray(np.rint(np.roll(scene[number // 2], number, 1) * 255).astype(np.uint8)).save(
            clip / f"{number}.png"
        )
    how = {"method": "painterly", "brushes": "80,40", "threads": 1}
    impasto.stylize_video(clip, output=tmp_path / "whole", **how)
    context = Context(RunOptions(threads=1))
    context.listener = lambda progress: context.stop() if progress.step == 2 else None
    stopped = impasto.stylize_video(clip, output=tmp_path / "out", context=context, method="painterly", brushes="80,40")
    assert (stopped["interrupted"], stopped["frames"]) == (True, 2)
    impasto.stylize_video(clip, output=tmp_path / "out", **how | {"threads": None})
    both = [list(open_clip(tmp_path / name).frames()) for name in ("whole", "out")]
    assert np.array_equal(*both)
