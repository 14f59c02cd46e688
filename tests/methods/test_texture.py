"""Texture with the real VGG-19: noise becomes the sample's texture, at any size, with no photo in sight."""

import numpy as np
import pytest
import torch

import impasto
from impasto import assets
from impasto.core import Context, Inputs, RunOptions, Style, UsageError
from impasto.encoders.vgg import VGG19
from impasto.image import decode, fit_size, resize
from impasto.image.tensors import to_tensor
from impasto.methods.optimization.texture import METHOD
from impasto.methods.optimization.texture.synthesise import Loom, stylize, terms
from impasto.textures.covariance import gram
from impasto.textures.spectrum import amplitude_target, spectrum_loss

pytestmark = pytest.mark.weights
LAYERS = tuple(METHOD.make_options().style_layers)


@pytest.fixture(scope="module")
def sample(painted):
    return painted(64, 64, seed=4, warmth=0.9)


def context(seed=0):
    return Context(RunOptions(device="cpu", precision="float32", seed=seed))


def loom_for(canvas, sample, options):
    return Loom(Inputs(canvas, (Style(sample),)), terms(options), options, context(), balanced=True)


def make(*samples, size=(64, 64), seed=0, **options):
    options = {"steps": 20, "scales": 1} | options
    styles = tuple(s if isinstance(s, Style) else Style(s) for s in samples)
    canvas = np.full((*size, 3), 0.5, np.float32)
    return stylize(Inputs(canvas, styles), METHOD.make_options(**options), context(seed))


def distance(picture, sample):
    """Squared distance of the Gram matrices, each layer's relative to the sample's own."""
    network = VGG19.load("pool4", pooling="average")
    with torch.no_grad():
        ours, theirs = (
            {k: gram(f) for k, f in network(to_tensor(p), LAYERS, margin_px=4).items()} for p in (picture, sample)
        )
    return sum(((ours[k] - g).square().sum() / g.square().sum()).item() for k, g in theirs.items())


def test_noise_becomes_the_texture(sample):
    made = make(sample, steps=60)
    noise = np.random.default_rng(1).random((64, 64, 3), np.float32)
    # Measured: 41 times in sixty steps; a thousandfold takes more (below).
    assert distance(made.picture, sample) < distance(noise, sample) / 30


@pytest.mark.slow
def test_a_long_run_ends_a_hundred_times_nearer_than_noise():
    """Bricks come 1600 times nearer in as many steps (the card); a print with large empty places is harder."""
    wave = decode(assets.path("great_wave.jpg")).rgb
    sample = resize(wave, fit_size(wave.shape[:2], 128))
    made = make(sample, size=sample.shape[:2], steps=1500, scales=2)
    noise = np.random.default_rng(1).random(sample.shape, np.float32)
    assert distance(made.picture, sample) < distance(noise, sample) / 100


def test_it_is_no_copy_and_another_seed_is_another_texture(sample):
    one, two = (make(sample, steps=20, seed=seed).picture for seed in (0, 1))
    for other in (two, sample):
        assert np.abs(one - other).mean() > 0.03


def test_the_result_has_the_samples_histogram_only_when_asked(sample):
    levels = np.linspace(0.05, 0.95, 19)
    asked = np.quantile(sample, levels, axis=(0, 1))
    off = [
        np.abs(np.quantile(make(sample, steps=8, histogram=on).picture, levels, axis=(0, 1)) - asked).max()
        for on in (True, False)
    ]
    assert off[0] < 0.005
    assert off[1] > 2 * off[0]


def test_the_spectrum_comes_nearer_when_it_pulls(sample):
    target = amplitude_target(to_tensor(sample), (64, 64))
    losses = [
        spectrum_loss(to_tensor(make(sample, spectrum_weight=w, histogram=False, steps=15).picture), target).item()
        for w in (0.0, 3.0)
    ]
    assert losses[1] < 0.5 * losses[0]


def test_two_samples_meet_between_the_two(sample, painted):
    other = painted(64, 64, seed=9, warmth=-0.9)
    off = [distance(make(Style(sample, w), Style(other, 1 - w), steps=15).picture, sample) for w in (0.9, 0.1)]
    assert off[0] < 0.5 * off[1]


@pytest.mark.parametrize(
    ("sample_size", "scale", "seen"),
    [
        ((40, 80), None, (40, 80)),
        ((300, 600), None, (64, 128)),
        ((100, 200), 0.5, (32, 64)),
        ((64, 64), 2.0, (256, 256)),
    ],
)
def test_a_sample_keeps_its_own_pixels_unless_it_is_larger_or_told_otherwise(painted, sample_size, scale, seen):
    options = METHOD.make_options(style_scale=scale)
    canvas = np.full((100, 128, 3), 0.5, np.float32)
    loom = loom_for(canvas, painted(*sample_size), options)
    assert loom.sample_at(loom.styles[0], (100, 128)).shape[-2:] == seen


def test_start_noise_has_the_samples_colours(sample):
    loom = loom_for(np.zeros((99, 99, 3), np.float32), sample, METHOD.make_options())
    noise = loom.noise((99, 99))
    assert np.abs(noise.mean((0, 2, 3)).numpy() - sample.mean((0, 1))).max() < 0.03  # clipping moves it a little


def test_the_api_takes_a_style_alone_and_makes_any_size(sample):
    short = {"method": "texture", "steps": 1, "scales": 1, "device": "cpu"}
    assert impasto.stylize(sample, size=48, **short).picture.shape == (48, 48, 3)
    assert impasto.stylize(None, [sample, (sample, 2.0)], size=80, aspect="5:2", **short).picture.shape == (32, 80, 3)
    report = impasto.stylize(None, sample, size=40, **short).report
    assert report["inputs"]["content"] is None
    assert len(report["inputs"]["styles"]) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"content": "photo.jpg", "styles": "painting.jpg"}, "'texture' takes no photo; it makes its picture from"),
        ({"content": None}, "no style picture. 'texture' needs a style picture."),
        ({"content": "photo.jpg", "aspect": "wide"}, "aspect: 'wide' is no shape; write width:height"),
        ({"content": "photo.jpg", "aspect": "1:0"}, "aspect: '1:0' is no shape"),
    ],
)
def test_a_wrong_call_is_refused_in_one_line(call, message):
    with pytest.raises(UsageError) as caught:
        impasto.stylize(**call, method="texture")
    assert str(caught.value).startswith(message)


def test_layers_that_weigh_nothing_are_refused(sample):
    with pytest.raises(UsageError, match="style_layers: all the weights are zero"):
        make(sample, style_layers="pool1:0")


def test_it_paints_the_golden_picture(sample, golden):
    golden(make(sample, steps=30).picture, "texture", tolerance=0.1)
