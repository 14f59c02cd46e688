"""Quilting copies, joins without seams, follows a photo, and makes tiles."""

import numpy as np
import pytest

from impasto.core import Context, Inputs, RunOptions, Style, UsageError
from impasto.image.colour import luminance
from impasto.methods.examples.quilting import METHOD
from impasto.methods.examples.quilting.quilt import starts, stylize


def quilted(sample, photo=None, shape=(70, 85), threads=1, seed=0, **options):
    content = np.full((*shape, 3), 0.5, np.float32) if photo is None else photo
    context = Context(RunOptions(seed=seed, threads=threads))
    return stylize(Inputs(content, (Style(sample),), blank=photo is None), METHOD.make_options(**options), context)


def pixels(picture):
    return set(map(bytes, np.ascontiguousarray(picture).reshape(-1, 3)))


@pytest.fixture(scope="module")
def weave():
    """A texture with structure in both directions and grain of its own."""
    y, x = np.mgrid[:48, :60]
    grain = np.random.default_rng(5).random((48, 60, 3)) * 0.1
    return (grain + 0.4 + 0.2 * np.stack([np.sin(x / 2), np.cos(y / 3), np.sin((x + y) / 4)], -1)).astype(np.float32)


def test_every_pixel_is_one_of_the_samples(weave):
    assert pixels(quilted(weave, block_size=15).picture) <= pixels(weave)


def test_seams_are_no_steeper_than_the_sample(weave):
    picture = quilted(weave, block_size=15).picture
    rough, own = (np.abs(np.diff(p, axis=1)).mean() for p in (picture, weave))
    assert rough <= 1.15 * own


def test_it_is_the_same_for_any_number_of_threads_and_another_for_another_seed(weave):
    one, three, other = (quilted(weave, block_size=15, threads=t, seed=s).picture for t, s in ((1, 0), (3, 0), (1, 1)))
    assert np.array_equal(one, three)
    assert not np.array_equal(one, other)


def test_a_tile_continues_on_its_other_side(weave):
    plain, tile = (quilted(weave, block_size=15, tileable=tileable).picture for tileable in (False, True))
    for axis in (0, 1):
        # Across the border, against the steepness inside.
        across, inside = (
            [np.abs(np.take(p, 0, axis) - np.take(p, -1, axis)).mean() for p in (tile, plain)],
            np.abs(np.diff(tile, axis=axis)).mean(),
        )
        assert across[0] < 1.5 * inside
        assert across[0] < across[1]


def test_the_photo_is_followed_the_more_it_weighs(weave, painted):
    photo = painted(64, 72, seed=3)
    alike = [
        np.corrcoef(luminance(photo).ravel(), luminance(quilted(weave, photo, content_weight=w).picture).ravel())[0, 1]
        for w in (0.02, 20.0)
    ]
    assert alike[1] > alike[0] + 0.1
    assert alike[1] > 0.4


def test_blocks_reach_both_ends_and_overlap_by_a_sixth():
    for length, block in ((100, 12), (37, 36), (36, 36), (500, 7)):
        found = starts(length, block, around=False)
        assert (found[0], found[-1]) == (0, length - block)
        assert (np.diff(found) <= block - max(1, block // 6)).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"block_size": 61}, "block_size: 61 is more than the sample of 60 x 48 pixels holds"),
        ({"tileable": True, "photo": np.zeros((40, 40, 3), np.float32)}, "tileable: a picture that follows a photo"),
        ({"style_scale": 0.02}, "hold no block; raise style_scale"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(weave, options, message):
    with pytest.raises(UsageError, match=message) as error:
        quilted(weave, **options)
    assert "\n" not in str(error.value)


def test_samples_smaller_than_a_default_block_still_work(painted):
    assert np.isfinite(quilted(painted(9, 7), shape=(20, 33)).picture).all()


def test_it_paints_the_golden_picture(weave, painted, golden):
    # Sums differ in the last bit between processors, and a draw among equals may then fall elsewhere: none do here.
    golden(quilted(weave, painted(48, 64, seed=3), block_size=12, passes=2).picture, "quilting", tolerance=1 / 255)
