"""Portilla and Simoncelli: noise comes to measure as the sample does, at any size, by either way."""

import numpy as np
import pytest

import impasto
from impasto.core import Context, Inputs, RunOptions, Style, UsageError
from impasto.methods.optimization.portilla_simoncelli import METHOD
from impasto.methods.optimization.portilla_simoncelli.synthesise import stylize


def make(sample, size=(64, 64), seed=0, **options):
    canvas = np.full((*size, 3), 0.5, np.float32)
    context = Context(RunOptions(device="cpu", seed=seed, threads=1))
    return stylize(Inputs(canvas, (Style(sample),), blank=True), METHOD.make_options(**options), context)


@pytest.fixture(scope="module")
def weave():
    """Two-coloured bands over and under each other, a little uneven, (96, 80, 3)."""
    y, x = np.mgrid[:96, :80] + 1.5 * np.sin(np.mgrid[:96, :80][::-1] / 9)
    over = (np.floor(x / 8) + np.floor(y / 8)) % 2
    ridge = np.where(over, np.abs(np.sin(np.pi * x / 8)), np.abs(np.sin(np.pi * y / 8)))
    colour = np.where(over[..., None], [0.8, 0.5, 0.3], [0.4, 0.5, 0.7])
    grain = np.random.default_rng(0).normal(0, 0.03, (96, 80, 1))
    return np.clip(colour * (0.3 + 0.7 * ridge[..., None]) + grain, 0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def woven(weave):
    return make(weave, by="projection", steps=20)


def test_the_statistics_come_near_to_the_samples(woven):
    assert woven.report["channels"] == 2  # two colours and one grain
    assert woven.report["misfit"] < 0.1
    assert woven.report["tone_misfit"] < 0.1


def test_it_is_the_golden_picture(golden, woven):
    golden(woven.picture, "portilla_simoncelli", tolerance=0.1)  # rounding grows, round after round


def test_the_colours_are_the_samples(woven, weave):
    assert np.abs(woven.picture.mean((0, 1)) - weave.mean((0, 1))).max() < 0.02
    assert np.abs(woven.picture.std((0, 1)) - weave.std((0, 1))).max() < 0.03


def test_another_seed_gives_another_picture(woven, weave):
    other = make(weave, by="projection", steps=20, seed=1)
    error = np.square(other.picture - woven.picture).mean()
    assert 10 * np.log10(1 / error) < 15  # dB


def test_its_edges_fit_together(woven):
    across = np.abs(np.diff(woven.picture, axis=1)).mean()
    seam = np.abs(woven.picture[:, 0] - woven.picture[:, -1]).mean()
    assert seam < 1.5 * across


def test_descent_comes_near_too(weave):
    made = make(weave, by="descent", steps=60)
    assert made.report["misfit"] < 0.25
    assert np.abs(made.picture.mean((0, 1)) - weave.mean((0, 1))).max() < 0.03


def test_both_come_nearer_than_rounds_alone_and_count_through(woven, weave):
    seen = []
    canvas = np.full((64, 64, 3), 0.5, np.float32)
    context = Context(RunOptions(device="cpu", threads=1), listener=seen.append)
    made = stylize(Inputs(canvas, (Style(weave),), blank=True), METHOD.make_options(steps=20), context)
    assert made.report["misfit"] < 0.7 * woven.report["misfit"]
    assert {p.total for p in seen} == {32}
    assert seen[19].step == 20
    assert seen[-1].step == 32


def test_descent_can_be_watched(weave):
    seen = []
    canvas = np.full((40, 56, 3), 0.5, np.float32)
    context = Context(RunOptions(device="cpu", threads=1), listener=seen.append)
    stylize(Inputs(canvas, (Style(weave),), blank=True), METHOD.make_options(by="descent", steps=2), context)
    look = seen[-1].preview()
    assert look.shape == (40, 56, 3)
    assert np.abs(look.mean((0, 1)) - weave.mean((0, 1))).max() < 0.1


def test_a_grey_sample_is_one_channel_and_stays_grey(weave):
    made = make(np.repeat(weave.mean(2, keepdims=True), 3, axis=2), size=(40, 71), steps=4)
    assert made.report["channels"] == 1
    assert np.ptp(made.picture, axis=2).max() < 1e-4


def test_histogram_gives_exactly_the_samples_colours(weave):
    made = make(weave, steps=3, histogram=True, style_scale=1.5).picture
    for q in (0.05, 0.5, 0.95):
        wanted = np.quantile(weave, q, axis=(0, 1))
        assert np.abs(np.quantile(made, q, axis=(0, 1)) - wanted).max() < 0.01


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"neighbourhood": 8}, "neighbourhood: 8 has no middle pixel; take 9."),
        ({"levels": 6, "size": 64}, "levels: 6 halvings leave nothing of 48 pixels; take 4."),
        ({"levels": 0}, "levels: must be greater than or equal to 1, got 0"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(options, line, painted):
    with pytest.raises(UsageError) as caught:
        impasto.stylize(painted(48, 64), method="portilla_simoncelli", **options)
    assert str(caught.value) == line


@pytest.mark.slow
def test_the_papers_size_meets_the_specs_bar(bundled):
    """At 256 pixels, 50 rounds: statistics within 2 %, skewness and kurtosis within 10 %."""
    made = make(bundled("starry_night.jpg", 400)[:256, 100:356], size=(256, 256), steps=50)
    assert made.report["misfit"] < 0.02
    assert made.report["tone_misfit"] < 0.1
