"""CNNMRF with the real VGG-19: patches become the painting's, its own painting comes back, copies are what they say."""

import math

import numpy as np
import pytest
import torch

from impasto.core import Context, Inputs, RunOptions, Style, UsageError
from impasto.encoders.vgg import VGG19
from impasto.image.tensors import to_tensor
from impasto.methods.optimization.cnnmrf import METHOD
from impasto.methods.optimization.cnnmrf.augment import turned, variants
from impasto.methods.optimization.cnnmrf.objective import look
from impasto.methods.optimization.cnnmrf.paint import stylize
from impasto.methods.optimization.cnnmrf.plan import stages_for
from impasto.textures.patches import exemplars, match

LAYERS = ("relu3_1", "relu4_1")


@pytest.fixture(scope="module")
def content(painted):
    return painted(72, 80, seed=1)


@pytest.fixture(scope="module")
def style(painted):
    return painted(80, 72, seed=4, warmth=0.9)


def run(content, *styles, blank=False, **options):
    options = {"scales": 1, "steps": 16, "rotations": 0, "scalings": 0} | options
    context = Context(RunOptions(device="cpu", precision="float32"))
    inputs = Inputs(content, tuple(Style(s) for s in styles), blank=blank)
    return stylize(inputs, METHOD.make_options(**options), context)


def similarity(picture, style):
    """Mean normalised cross-correlation of the picture's patches with their best among the style's, over both layers."""
    with torch.no_grad():
        theirs, ours = (VGG19.load("relu4_1")(to_tensor(p), LAYERS) for p in (style, picture))
    return np.mean([match(ours[k], exemplars([theirs[k]])).similarity.mean().item() for k in LAYERS])


def noise_ratio_db(picture, original):
    """PSNR: 28 dB and more is what a person takes for the same picture."""
    return -10 * math.log10(np.square(picture - original).mean() + 1e-12)


@pytest.mark.weights
def test_every_patch_comes_to_look_like_one_of_the_paintings(content, style):
    result = run(content, style, style_weight=20.0)
    # The published aim for real pictures; see also the benchmark at 256 px.
    assert similarity(result.picture, style) > similarity(content, style) + 0.15


@pytest.mark.weights
def test_a_picture_in_its_own_style_comes_back(content):
    result = run(content, content)
    assert noise_ratio_db(result.picture, content) >= 28


@pytest.mark.weights
def test_more_style_weight_means_more_of_the_painting(content, style):
    found = [similarity(run(content, style, style_weight=w, steps=8).picture, style) for w in (0.3, 30.0)]
    assert found[1] > found[0] + 0.03


@pytest.mark.weights
def test_without_a_photo_the_painting_is_made_anew_from_noise(style):
    grey = np.full((64, 64, 3), 0.5, np.float32)
    result = run(grey, style, blank=True, steps=24)
    noise = np.random.default_rng(0).random((64, 64, 3)).astype(np.float32)
    assert similarity(result.picture, style) > similarity(noise, style) + 0.15
    assert np.abs(result.picture.mean((0, 1)) - style.mean((0, 1))).max() < 0.15, "no colour cast"


@pytest.mark.weights
def test_the_report_tells_the_similarity_and_the_loss_falls(content, style):
    report = run(content, style, scales=2, steps=12, refresh_every=4).report
    assert set(report["similarity"]) == set(LAYERS)
    assert all(0 < value <= 1 for value in report["similarity"].values())
    assert all(stage["loss"] < stage["first_loss"] for stage in report["stages"])


@pytest.mark.weights
def test_patches_of_several_paintings_compete(content, style, painted):
    other = painted(64, 64, seed=9, warmth=-0.9)
    both = run(content, style, other, style_weight=20.0, steps=4)
    one = run(content, style, style_weight=20.0, steps=4)
    assert not np.array_equal(both.picture, one.picture)


@pytest.mark.weights
def test_it_paints_the_golden_picture(photo64, painting64, golden):
    # A line search amplifies the last bit of a sum, which differs between processors and thread counts.
    golden(run(photo64, painting64, steps=12).picture, "cnnmrf", tolerance=0.1)


@pytest.mark.weights
def test_features_at_the_edge_are_those_of_a_picture_that_goes_on(content):
    picture = to_tensor(content)
    network = VGG19.load("relu4_1")
    with torch.no_grad():
        black, found = network(picture, LAYERS), look(network, picture, LAYERS)
        wider = network(torch.nn.functional.pad(picture, (32,) * 4, mode="reflect"), LAYERS)
    for layer, stride in zip(LAYERS, (4, 8), strict=True):
        assert found[layer].shape == black[layer].shape
        beyond = 32 // stride
        true = wider[layer][..., beyond:-beyond, beyond:-beyond]
        off, before = ((f - true).abs().mean().item() for f in (found[layer], black[layer]))
        assert off < 0.5 * before


@pytest.mark.slow
@pytest.mark.weights
def test_on_real_pictures_similarity_rises_as_published(bundled):
    castle, painting = bundled("castle.jpg", 192), bundled("starry_night.jpg", 192)
    result = run(castle, painting, scales=None, steps=150, rotations=1, scalings=1)
    assert similarity(result.picture, painting) >= similarity(castle, painting) + 0.15


@pytest.mark.slow
@pytest.mark.weights
def test_on_a_real_picture_its_own_style_gives_it_back(bundled):
    castle = bundled("castle.jpg", 192)
    result = run(castle, castle, scales=None, steps=150)
    assert noise_ratio_db(result.picture, castle) >= 28


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style_layers": "relu4_9"}, "no layer 'relu4_9'"),
        ({"content_layers": "relu7_1"}, "no layer 'relu7_1'"),
        ({"style_layers": "relu4_1:0"}, "style_layers: all the weights are zero"),
        ({"style_weight": 0, "content_weight": 0}, "all the weights are zero"),
        ({"style_weight": 0, "content_layers": "relu4_2:0"}, "all the weights are zero"),
    ],
)
def test_options_that_cannot_work_are_refused(content, style, options, message):
    with pytest.raises(UsageError, match=message):
        run(content, style, **options)


def test_scales_beyond_1024_px_get_fewer_steps_and_small_pictures_all_of_them():
    options = METHOD.make_options()
    small, large = stages_for((341, 512), options), stages_for((1998, 3000), options)
    assert sum(stage.steps for stage in small) == options.steps
    assert [stage.steps for stage in large if max(stage.size) > 1024] == [10, 6]
    assert sum(stage.steps for stage in stages_for((1998, 3000), METHOD.make_options(scales=1))) == options.steps


def test_the_painting_itself_comes_first_among_its_variants(style):
    copies = variants(style, rotations=1, scalings=1)
    assert len(copies) == 9
    assert copies[0] is style
    assert len(variants(style, rotations=0, scalings=0)) == 1
    assert len(variants(style[:32, :32], rotations=1, scalings=0)) == 1, "turned copies would be too small"


def test_a_turned_copy_shows_the_painting_turned_and_no_border():
    y, x = np.mgrid[:101, :141] - np.array([50, 70])[:, None, None]
    angle = math.pi / 24
    # Depends on the direction alone: turning by the angle adds it. The scale changes nothing.
    direction = np.repeat((0.5 + 0.4 * np.sin(2 * np.arctan2(y, x)))[..., None], 3, 2).astype(np.float32)
    copy = turned(direction, angle, 1.05)
    height, width = copy.shape[:2]
    v, u = np.mgrid[:height, :width] - np.array([(height - 1) / 2, (width - 1) / 2])[:, None, None]
    expected = 0.5 + 0.4 * np.sin(2 * (np.arctan2(v, u) + angle))
    far = np.hypot(u, v) > 15  # at the middle the direction is undefined
    assert np.abs(copy[..., 0] - expected)[far].max() < 0.02
    assert 80 < height < 106
    assert 110 < width < 148
