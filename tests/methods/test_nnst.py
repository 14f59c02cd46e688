"""Neural Neighbours with the real VGG-19: the painting's looks come, the photo's places stay, every option does its work."""

import numpy as np
import pytest
import torch

from impasto.core import Cancelled, Context, Inputs, RunOptions, Style, UsageError
from impasto.encoders.vgg import VGG19
from impasto.image.tensors import to_tensor
from impasto.methods.optimization.nnst import METHOD, plan
from impasto.methods.optimization.nnst.paint import stylize
from impasto.methods.optimization.nnst.plan import stages_for
from impasto.textures.distributions import relaxed_emd

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def content(painted):
    return painted(48, 56, seed=1)


@pytest.fixture(scope="module")
def larger(painted):
    return painted(64, 72, seed=1)


@pytest.fixture(scope="module")
def style(painted):
    return painted(56, 48, seed=4, warmth=0.9)


def run(content, *styles, context=None, extras=None, **options):
    options = {"scales": 1, "steps": 14, "finish_steps": 0, "turned": False, "learning_rate": 0.015} | options
    styles = tuple(s if isinstance(s, Style) else Style(s) for s in styles)
    context = context or Context(RunOptions(device="cpu", precision="float32"))
    return stylize(Inputs(content, styles, extras=extras or {}), METHOD.make_options(**options), context)


def features(picture, layer):
    with torch.no_grad():
        return VGG19.load("relu4_2")(to_tensor(picture), [layer])[layer]


def remd(result, style):
    rows = [features(p, "relu3_1")[0].flatten(1).T for p in (result, style)]
    return relaxed_emd(*rows).item()


@pytest.fixture(scope="module")
def plain(content, style):
    return run(content, style, steps=20)


def test_the_paintings_looks_come_and_the_photos_places_stay(plain, content, style):
    assert remd(plain.picture, style) < 0.75 * remd(content, style)
    cosine = torch.cosine_similarity(features(plain.picture, "relu4_2"), features(content, "relu4_2")).mean()
    assert cosine > 0.4  # at 64 pixels the deep layers see few places; a picture of something else comes to 0.2


def test_the_finish_brings_every_layer_nearer(plain, content, style):
    finished = run(content, style, steps=20, finish_steps=10)
    assert remd(finished.picture, style) < remd(plain.picture, style)
    stages = finished.report["stages"]
    assert [stage["steps"] for stage in stages] == [20, 10]
    assert stages[1]["loss"] < stages[1]["first_loss"]


def test_it_goes_from_coarse_to_fine(larger, style):
    stages = run(larger, style, scales=2, steps=8).report["stages"]
    assert [stage["size"] for stage in stages] == [[36, 32], [72, 64]]
    assert all(stage["loss"] < stage["first_loss"] for stage in stages)


def test_large_scales_take_no_search_for_whole_hypercolumns_and_few_steps():
    stages = stages_for((2000, 3000), METHOD.make_options())
    assert [max(stage.size) for stage in stages] == [94, 188, 375, 750, 750, 1500, 3000]
    assert [stage.whole for stage in stages] == [True] * 4 + [False] * 3
    assert sum(stage.steps for stage in stages if stage.whole) == METHOD.make_options().steps
    work = [stage.steps * stage.size[0] * stage.size[1] for stage in stages]
    assert work[-1] < 2 * work[-3]  # than the finish at 750 pixels


def test_a_large_picture_is_painted_to_its_end(larger, style, monkeypatch):
    monkeypatch.setattr(plan, "_LARGEST", 40)
    result = run(larger, style, scales=2, steps=6, finish_steps=2)
    assert [(s["size"], s["steps"]) for s in result.report["stages"]] == [([36, 32], 6), ([36, 32], 2), ([72, 64], 8)]
    assert result.picture.shape == larger.shape
    assert remd(result.picture, style) < remd(larger, style)


def test_no_line_grows_along_the_edges():
    flat = np.full((48, 48, 3), 0.5, np.float32)
    stripes = flat + 0.2 * np.sin(np.arange(48) * 0.7)[None, :, None].astype(np.float32)
    picture = run(flat, stripes, steps=15, finish_steps=5).picture
    edge, inner = (np.abs(np.diff(rows, axis=0)).mean() for rows in (picture[:3], picture[16:32]))
    assert edge < 1.3 * inner  # 1.1; without the mirrored margin 1.5


def test_a_painting_of_itself_is_returned_as_it_was(content):
    # Every place finds itself, so that only the emptied detail has to come back. By cosines alone, without lengths and
    # colours, it ran out of bounds: 3.5 times as far off as at the start.
    start = run(content, content, steps=1).picture
    result = run(content, content, steps=30, learning_rate=0.02).picture
    assert np.abs(result - content).mean() < 0.6 * np.abs(start - content).mean()


def test_turned_strokes_serve_a_turned_photo(style):
    turned = np.ascontiguousarray(np.rot90(style))
    with_turns, without = (run(turned, style, turned=t, steps=10).report["stages"][0]["loss"] for t in (True, False))
    assert with_turns < without


def test_two_styles_share_the_places_by_weight(content, style, painted):
    other = painted(64, 64, seed=9, warmth=-0.9)
    warmth = {}
    for share in (0.9, 0.1):
        picture = run(content, Style(style, share), Style(other, 1 - share)).picture
        warmth[share] = (picture[..., 0] - picture[..., 2]).mean()
    assert warmth[0.9] > warmth[0.1] + 0.05


def test_mapped_colours_keep_the_strokes_light(plain, content, style):
    mapped = run(content, style, steps=20, colours="mapped")
    assert np.abs(mapped.picture - plain.picture).mean() > 0.005
    luma = [p @ np.array([0.299, 0.587, 0.114]) for p in (mapped.picture, plain.picture)]
    assert np.corrcoef(luma[0].ravel(), luma[1].ravel())[0, 1] > 0.95


def test_luminance_mode_keeps_the_photos_colours(content, style):
    soft = 0.25 + 0.5 * content
    result = run(soft, style, preserve_colour="luminance", steps=8).picture
    chroma = [p - (p @ np.array([0.299, 0.587, 0.114]))[..., None] for p in (result, soft)]
    inside = ((result > 0) & (result < 1)).all(-1)
    assert np.abs(chroma[0] - chroma[1])[inside].max() < 2 / 255


def test_an_init_picture_is_where_it_starts(content, style):
    start = np.full_like(content, 0.25)
    with_it, without = (run(content, style, extras=e, steps=1).picture for e in ({"init_picture": start}, {}))
    assert np.abs(with_it.mean((0, 1)) - 0.25).max() < 0.05 < np.abs(without.mean((0, 1)) - 0.25).max()


def test_stopping_keeps_what_there_is_and_stopping_at_once_says_so(content, style):
    context = Context(RunOptions(device="cpu", precision="float32"))
    context.listener = lambda progress: context.stop() if progress.step == 3 else None
    result = run(content, style, context=context, scales=2, steps=20, finish_steps=5)
    assert result.picture.shape == content.shape
    assert [stage["steps"] for stage in result.report["stages"]] == [3]
    with pytest.raises(Cancelled, match="before there was a picture"):
        run(content, style, context=context)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"layers": "relu4_9"}, "no layer 'relu4_9'"), ({"layers": "relu1_1:0"}, "all the weights")],
)
def test_options_that_cannot_work_are_refused(content, style, options, message):
    with pytest.raises(UsageError, match=message):
        run(content, style, **options)


def test_it_paints_the_golden_picture(photo64, painting64, stylized, golden):
    options = {"steps": 12, "finish_steps": 4, "learning_rate": 0.01}
    golden(stylized("nnst", photo64, painting64, **options).picture, "nnst", tolerance=0.1)
