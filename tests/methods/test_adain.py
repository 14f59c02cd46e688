"""AdaIN with its trained decoder: every control does what it says."""

import numpy as np
import pytest

from impasto.core import Cancelled, Context, Inputs, RunError, RunOptions, Style
from impasto.methods.feedforward.adain import METHOD
from impasto.reconstruction.networks.running import Rebuilder


def paint(photo, *styles, masks=(), weights=None, style_masks=(), **options):
    """The picture of the tiny preset, in float32 by torch."""
    shares = weights or [1.0] * len(styles)
    given = tuple(Style(picture, share) for picture, share in zip(styles, shares, strict=True))
    inputs = Inputs(photo, given, tuple(masks), style_masks=tuple(style_masks))
    context = Context(RunOptions(device="cpu", threads=1, engine="torch", precision="float32"))
    return METHOD.load()(inputs, METHOD.make_options("tiny", **options), context).picture


@pytest.fixture(scope="module")
def painting(painted):
    return painted(72, 64, seed=4, warmth=0.9)


@pytest.fixture(scope="module")
def other(painted):
    return painted(48, 64, seed=9, warmth=-0.9)


def test_it_paints_the_golden_picture(photo64, painting, golden):
    golden(paint(photo64, painting), "adain", tolerance=0.02)


def test_no_strength_is_the_photo(bundled, painting, other):
    photo = bundled("castle.jpg", 96)
    plain = paint(photo, painting, strength=0)
    assert np.array_equal(plain, paint(photo, other, strength=0))
    assert np.abs(plain - photo).max() < 1e-5


def test_strength_goes_steadily_from_the_photo_to_the_painting(bundled, style_ratio):
    photo, picture = bundled("castle.jpg"), bundled("starry_night.jpg")
    ratios = [style_ratio(paint(photo, picture, strength=s, size=160), photo, picture) for s in (0, 0.5, 1)]
    assert ratios[0] > ratios[1] > ratios[2]
    assert ratios[2] < 0.75


def test_a_style_of_no_weight_has_no_say(photo64, painting, other):
    alone, both = paint(photo64, painting), paint(photo64, painting, other, weights=[1.0, 0.0])
    assert np.abs(alone - both).max() < 1e-5
    mixed = paint(photo64, painting, other)
    assert np.abs(mixed - alone).max() > 0.05


def test_masks_give_each_region_its_own_style(photo64, painting, other):
    left = np.zeros((64, 64), np.float32)
    left[:, :32] = 1
    halves = paint(photo64, painting, other, masks=[left, 1 - left])
    warmth = halves[..., 0] - halves[..., 2]
    assert warmth[:, :24].mean() > warmth[:, 40:].mean() + 0.1  # the painting is warm, the other one cold
    swapped = paint(photo64, other, painting, masks=[left, 1 - left])
    warmth = swapped[..., 0] - swapped[..., 2]
    assert warmth[:, :24].mean() < warmth[:, 40:].mean() - 0.1


def test_a_white_mask_is_no_mask(photo64, painting):
    white = np.ones((64, 64), np.float32)
    assert np.abs(paint(photo64, painting, masks=[white]) - paint(photo64, painting)).max() < 1e-6


def test_where_no_mask_reaches_the_photo_stays(photo64, painting):
    top = np.zeros((64, 64), np.float32)
    top[:16] = 1
    made, plain = paint(photo64, painting, masks=[top]), paint(photo64, painting, strength=0)
    assert np.abs(made - plain)[48:].max() < 1e-4  # farther than the decoder reaches
    assert np.abs(made - plain)[:16].mean() > 0.02


@pytest.mark.parametrize("mode", ["luminance", "match", "coral"])
def test_the_photos_colours_are_kept_when_asked(photo64, painting, mode):
    def distance(picture):
        return np.abs(picture.mean((0, 1)) - photo64.mean((0, 1))).sum()

    assert distance(paint(photo64, painting, preserve_colour=mode)) < 0.5 * distance(paint(photo64, painting))


def test_odd_sizes_come_back_as_they_were(painted, painting):
    for size in ((33, 50), (47, 61)):
        assert paint(painted(*size, seed=1), painting).shape == (*size, 3)


def test_weights_that_are_not_shipped_are_asked_for_in_one_line(photo64, painting, monkeypatch):
    monkeypatch.setattr(Rebuilder, "look", lambda *_: pytest.fail("looked before it asked"))
    with pytest.raises(
        RunError,
        match="weights 'adain_vgg19' are not on this machine: make them with 'impasto train adain --encoder vgg19'",
    ):
        paint(photo64, painting, encoder="vgg19")


def test_stopped_before_the_start_there_is_no_picture(photo64, painting):
    context = Context(RunOptions(device="cpu"))
    context.stop()
    with pytest.raises(Cancelled):
        METHOD.load()(Inputs(photo64, (Style(painting),)), METHOD.make_options("tiny"), context)
