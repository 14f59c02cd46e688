"""Gatys with the real VGG-19: style comes, content stays, every option does what it says."""

import numpy as np
import pytest
import torch

from impasto.core import Cancelled, Context, Inputs, RunOptions, Style, UsageError
from impasto.encoders.vgg import VGG19
from impasto.image.colour import rgb_to_yuv
from impasto.image.tensors import to_tensor
from impasto.methods.optimization.gatys import METHOD
from impasto.methods.optimization.gatys.paint import published_shares, stylize
from impasto.textures.covariance import gram

pytestmark = pytest.mark.weights
LAYERS = tuple(METHOD.make_options().style_layers)


@pytest.fixture(scope="module")
def content(painted):
    return painted(64, 64, seed=1)


@pytest.fixture(scope="module")
def style(painted):
    return painted(72, 64, seed=4, warmth=0.9)


def run(content, *styles, context=None, extras=None, **options):
    options = {"scales": 1, "steps": 10} | options
    styles = tuple(s if isinstance(s, Style) else Style(s) for s in styles)
    context = context or Context(RunOptions(device="cpu", precision="float32"))
    return stylize(Inputs(content, styles, extras=extras or {}), METHOD.make_options(**options), context)


def grams(picture):
    with torch.no_grad():
        return {layer: gram(f) for layer, f in VGG19.load("relu5_1")(to_tensor(picture), LAYERS).items()}


def style_ratio(result, content, style):
    x, c, s = grams(result), grams(content), grams(style)
    return np.mean([((x[k] - s[k]).square().sum() / (c[k] - s[k]).square().sum()).item() for k in LAYERS])


def content_cosine(result, content):
    with torch.no_grad():
        a, b = (VGG19.load("relu4_2")(to_tensor(p), ["relu4_2"])["relu4_2"] for p in (result, content))
    return torch.cosine_similarity(a, b).mean().item()


def test_style_comes_and_content_stays(content, style):
    result = run(content, style, steps=40, scales=2, style_weight=15.0)
    # The published aim (R_s at most 0.05, cosine at least 0.55) is for real pictures of 256 px and 130 steps;
    # at 64 px the deep layers see four positions, so the bounds here are what a broken run cannot reach.
    assert style_ratio(result.picture, content, style) < 0.1
    assert content_cosine(result.picture, content) > 0.5


def test_it_paints_the_golden_picture(content, style, golden):
    # Twelve steps of a line search amplify the last bit of a sum, which differs between processors and thread counts;
    # a wrong front end, layer or weight is off by more than a third of the range.
    golden(run(content, style, steps=12).picture, "gatys", tolerance=0.1)


def test_more_style_weight_means_more_style(content, style):
    ratios = [style_ratio(run(content, style, style_weight=w, steps=15).picture, content, style) for w in (1.0, 50.0)]
    assert ratios[0] > 1.5 * ratios[1]


def test_the_loss_at_each_scale_falls(content, style):
    stages = run(content, style, scales=2, steps=12).report["stages"]
    assert [stage["size"] for stage in stages] == [[32, 32], [64, 64]]
    assert all(stage["loss"] < stage["first_loss"] for stage in stages)


def test_no_style_weight_gives_the_photo_back(content, style):
    result = run(content, style, style_weight=0.0)
    assert np.abs(result.picture - content).max() < 1e-6


def test_bfloat16_paints_the_same_kind_of_picture(content, style):
    exact = style_ratio(run(content, style).picture, content, style)
    context = Context(RunOptions(device="cpu", precision="bfloat16"))
    try:
        rough = run(content, style, context=context)
    except UsageError as error:
        pytest.skip(str(error))
    assert style_ratio(rough.picture, content, style) < 1.3 * exact


def test_adam_lowers_the_loss_too(content, style):
    stage = run(content, style, optimiser="adam", steps=15).report["stages"][0]
    assert stage["loss"] < 0.5 * stage["first_loss"]


def test_luminance_mode_keeps_the_photos_colours(content, style):
    # Mid-range colours: near the ends of the range chroma has to give way to keep the pixel displayable.
    soft = 0.25 + 0.5 * content
    result = run(soft, style, preserve_colour="luminance", steps=12, style_weight=100.0)
    chroma = rgb_to_yuv(result.picture)[..., 1:] - rgb_to_yuv(soft)[..., 1:]
    inside = ((result.picture > 0) & (result.picture < 1)).all(-1)
    assert inside.mean() > 0.5
    assert np.abs(chroma[inside]).max() < 1 / 255
    assert np.abs(result.picture - soft).mean() > 0.01


def test_match_mode_brings_the_palette_close_to_the_photos(content, style):
    plain, matched = run(content, style), run(content, style, preserve_colour="match")
    off = [np.abs(r.picture.mean((0, 1)) - content.mean((0, 1))).max() for r in (plain, matched)]
    assert off[1] < 0.5 * off[0]


def test_two_styles_meet_between_the_two(content, style, painted):
    other = painted(64, 64, seed=9, warmth=-0.9)
    ratios = {
        share: style_ratio(run(content, Style(style, share), Style(other, 1 - share)).picture, content, style)
        for share in (0.9, 0.1)
    }
    assert ratios[0.9] < 0.7 * ratios[0.1]


def test_noise_starts_differ_by_seed_and_content_starts_do_not(content, style):
    def start(seed, init):
        context = Context(RunOptions(device="cpu", precision="float32", seed=seed))
        return run(content, style, context=context, init=init, steps=2, weights="reference", style_weight=1e3).picture

    assert np.abs(start(0, "noise") - start(1, "noise")).max() > 0.1
    assert np.array_equal(start(0, "content"), start(1, "content"))


def test_an_init_picture_is_where_it_starts(content, style):
    start = np.full_like(content, 0.25)
    result = run(content, style, extras={"init_picture": start}, steps=1, style_weight=0.0)
    assert np.allclose(result.picture, start)


def test_stopping_keeps_what_there_is_and_stopping_at_once_says_so(content, style):
    context = Context(RunOptions(device="cpu", precision="float32"))
    context.listener = lambda progress: context.stop() if progress.step == 4 else None
    result = run(content, style, context=context, steps=40, scales=2)
    assert result.picture.shape == content.shape
    assert [stage["steps"] for stage in result.report["stages"]] == [4]
    with pytest.raises(Cancelled, match="before there was a picture"):
        run(content, style, context=context)


def test_paper_weights_are_the_papers_equations():
    generator = torch.Generator().manual_seed(0)
    f, p, s = (torch.rand(1, 8, 6, 5, generator=generator, dtype=torch.float64) for _ in range(3))
    options = METHOD.make_options("paper", style_layers="relu1_1", content_layers="relu1_1", style_weight=7.0)
    content_share, style_share = published_shares(options)
    content = content_share("relu1_1", p) * (f - p).square().mean()
    assert content.item() == pytest.approx(0.5 * (f - p).square().sum().item())  # eq. 1
    plain = [x.flatten(2)[0] @ x.flatten(2)[0].T for x in (f, s)]  # eq. 3: not divided
    expected = 7.0 * (plain[0] - plain[1]).square().sum() / (4 * 8**2 * 30**2)  # eq. 4, one layer
    found = options.style_weight * style_share("relu1_1", gram(s)) * (gram(f) - gram(s)).square().sum()
    assert found.item() == pytest.approx(expected.item())


@pytest.mark.parametrize("preset", ["paper", "reference"])
def test_the_published_presets_run_and_lower_their_loss(content, style, preset):
    options = METHOD.make_options(preset, steps=12, scales=1)
    result = stylize(Inputs(content, (Style(style),)), options, Context(RunOptions(device="cpu", precision="float32")))
    stage = result.report["stages"][0]
    assert stage["loss"] < 0.5 * stage["first_loss"]


def test_a_black_style_paints_something_finite(content):
    result = run(content, np.zeros((40, 40, 3), np.float32), steps=10)
    assert np.isfinite(result.picture).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style_layers": "relu4_9"}, "no layer 'relu4_9'"),
        ({"style_weight": 0, "content_weight": 0}, "all the weights are zero"),
        ({"style_layers": "relu1_1:0", "content_weight": 0}, "all the weights are zero"),
    ],
)
def test_options_that_cannot_work_are_refused(content, style, options, message):
    with pytest.raises(UsageError, match=message):
        run(content, style, **options)
