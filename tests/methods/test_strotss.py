"""STROTSS with the real VGG-19: style is transported, likenesses are kept, regions are painted with their own."""

import numpy as np
import pytest
import torch

from impasto.core import Cancelled, Context, Inputs, RunOptions, Style, UsageError
from impasto.encoders.vgg import VGG19
from impasto.image.tensors import to_tensor
from impasto.methods.optimization.strotss import METHOD
from impasto.methods.optimization.strotss.paint import stylize
from impasto.textures.distributions import relaxed_emd

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def content(painted):
    return painted(64, 72, seed=1)


@pytest.fixture(scope="module")
def style(painted):
    return painted(72, 64, seed=4, warmth=0.9)


def run(content, *styles, context=None, extras=None, **options):
    options = {"scales": 1, "steps": 25, "samples": 256, "style_samples": 512, "learning_rate": 0.01} | options
    styles = tuple(s if isinstance(s, Style) else Style(s) for s in styles)
    context = context or Context(RunOptions(device="cpu", precision="float32"))
    return stylize(Inputs(content, styles, extras=extras or {}), METHOD.make_options(**options), context)


def features(picture, layer):
    with torch.no_grad():
        return VGG19.load("relu4_2")(to_tensor(picture), [layer])[layer]


def remd(result, style):
    return relaxed_emd(*(features(p, "relu3_1")[0].flatten(1).T for p in (result, style))).item()


def cosine(result, content):
    return torch.cosine_similarity(features(result, "relu4_2"), features(content, "relu4_2")).mean().item()


def test_style_comes_and_content_stays(content, style):
    result = run(content, style)
    assert remd(result.picture, style) < 0.8 * remd(content, style)
    assert cosine(result.picture, content) > 0.4
    terms = result.report["stages"][0]["terms"]
    assert set(terms) == {"content", "transport", "moments", "palette"}


def test_more_content_weight_keeps_more_of_the_photo(content, style):
    weak, strong = (run(content, style, content_weight=w, steps=20).report["stages"][0]["terms"] for w in (0.1, 20.0))
    assert strong["content"] < weak["content"]
    assert strong["transport"] > weak["transport"]


def test_each_region_takes_the_colours_of_its_own(content):
    random = np.random.default_rng(0)
    half = np.zeros((64, 72, 3), np.float32)
    half[:, 36:] = 1
    noise = 0.2 * random.random((64, 72, 3), dtype=np.float32)
    two = np.where(half > 0, np.float32([0.1, 0.1, 0.7]), np.float32([0.7, 0.1, 0.1])) + noise  # red left, blue right

    def warmth(labels):
        extras = {"content_mask": labels, "style_mask": half}
        picture = run(content, two.astype(np.float32), extras=extras, steps=20, content_weight=0.2).picture
        difference = picture[..., 0] - picture[..., 2]
        return difference[:, :36].mean() - difference[:, 36:].mean()

    straight, swapped = warmth(half), warmth(1 - half)
    assert straight > 0.3
    assert swapped < -0.3


def test_labels_that_do_not_match_are_refused_in_one_line(content, style):
    black, white = np.zeros((8, 8, 3), np.float32), np.ones((8, 8, 3), np.float32)
    with pytest.raises(UsageError, match="#ffffff is not in the style_mask, which has: #000000"):
        run(content, style, extras={"content_mask": white, "style_mask": black})


def test_scales_grow_and_are_accounted_for(content, style):
    stages = run(content, style, scales=2, steps=6).report["stages"]
    assert [stage["size"] for stage in stages] == [[36, 32], [72, 64]]
    assert sum(stage["steps"] for stage in stages) == 6


def test_the_seed_decides_where_it_looks(content, style):
    def paint(seed):
        return run(content, style, steps=3, context=Context(RunOptions(device="cpu", seed=seed))).picture

    assert not np.array_equal(paint(0), paint(1))


def test_stopping_keeps_what_there_is_and_stopping_at_once_says_so(content, style):
    context = Context(RunOptions(device="cpu"))
    context.listener = lambda progress: context.stop() if progress.step == 3 else None
    result = run(content, style, context=context, scales=2, steps=20)
    assert result.picture.shape == content.shape
    assert [stage["steps"] for stage in result.report["stages"]] == [3]
    with pytest.raises(Cancelled, match="before there was a picture"):
        run(content, style, context=context)
