"""Efros & Leung: what grows is made of the sample's pixels and keeps its pattern."""

import numpy as np
import pytest

from impasto.core import Context, Inputs, RunOptions, Style, UsageError
from impasto.methods.examples.efros_leung import METHOD
from impasto.methods.examples.efros_leung.growth import stylize


def grown(sample, shape=(30, 37), seed=0, stop_after=None, **options):
    context = Context(RunOptions(seed=seed))
    if stop_after is not None:
        context.listener = lambda _: context.stop()
    inputs = Inputs(np.full((*shape, 3), 0.5, np.float32), (Style(sample),), blank=True)
    return stylize(inputs, METHOD.make_options(**options), context)


def checks(height, width, side=4):
    y, x = np.mgrid[:height, :width]
    return ((y // side + x // side) % 2).astype(np.float32)[..., None].repeat(3, 2)


def test_a_checkerboard_goes_on_as_a_checkerboard():
    picture = grown(checks(24, 24), window_size=9).picture[..., 0]
    board = checks(60, 60)[..., 0]
    right = max((picture == board[a : a + 30, b : b + 37]).mean() for a in range(8) for b in range(8))
    assert right >= 0.95


def test_every_pixel_is_one_of_the_samples(painted):
    sample = painted(20, 24, seed=2)
    result = grown(sample, window_size=5)
    own, made = (set(map(bytes, np.ascontiguousarray(p).reshape(-1, 3))) for p in (sample, result.picture))
    assert made <= own
    assert result.report["filled"] == 1.0
    assert 0 < result.report["coherence"] < 1, "neither noise nor a plain copy"


def test_a_tile_continues_on_its_other_side():
    # 32 is four periods of the board: only growing around the corner can make both sides agree.
    picture = grown(checks(24, 24), (32, 32), window_size=9, tileable=True).picture[..., 0]
    assert (np.roll(picture, 4, 1) == 1 - picture).mean() >= 0.95
    assert (np.roll(picture, 4, 0) == 1 - picture).mean() >= 0.95


def test_stopping_leaves_a_whole_picture(painted):
    result = grown(painted(20, 24, seed=2), window_size=5, stop_after=1)
    assert result.report["filled"] < 1
    assert np.isfinite(result.picture).all()


def test_a_sample_smaller_than_the_default_window_gets_a_smaller_one(painted):
    assert grown(painted(8, 9), (12, 12)).report["filled"] == 1


@pytest.mark.parametrize(
    ("sample", "options", "message"),
    [
        ((20, 24), {"window_size": 8}, "window_size: 8 has no middle pixel; take 9"),
        ((20, 24), {"window_size": 21}, "window_size: 21 is more than the sample of 24 x 20 pixels holds"),
        ((2, 24), {}, "style: 24 x 2 pixels are fewer than the smallest window, 3 x 3"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(painted, sample, options, message):
    with pytest.raises(UsageError, match=message) as error:
        grown(painted(*sample), **options)
    assert "\n" not in str(error.value)


def test_it_paints_the_golden_picture(painted, golden):
    golden(grown(painted(24, 28, seed=6), (40, 48), window_size=7).picture, "efros_leung", tolerance=1 / 255)
