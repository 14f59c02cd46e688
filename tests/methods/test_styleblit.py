"""StyleBlit: guides that agree give the style back, chunks follow the guides, and every mistake is one line."""

import numpy as np
import pytest

from impasto.core import Context, InputError, Inputs, RunOptions, Style, UsageError
from impasto.guides.normals import sphere_normals
from impasto.guides.positions import positions
from impasto.image.colour import luminance
from impasto.methods.examples.styleblit import METHOD
from impasto.methods.examples.styleblit.blit import stylize


def blitted(style, photo=None, shape=None, threads=1, seed=0, content_guide=None, style_guide=None, **options):
    extras = {"content_guide": content_guide, "style_guide": style_guide}
    extras = {name: guide for name, guide in extras.items() if guide is not None}
    shape = shape or (style if content_guide is None else content_guide).shape[:2]
    content = np.full((*shape, 3), 0.5, np.float32) if photo is None else photo
    inputs = Inputs(content, (Style(style),), extras=extras, blank=photo is None)
    return stylize(inputs, METHOD.make_options(**options), Context(RunOptions(seed=seed, threads=threads)))


@pytest.fixture(scope="module")
def style(painted):
    return painted(61, 75, seed=4, warmth=0.9)


@pytest.mark.parametrize("search", ["table", "exact"])
def test_guides_that_are_the_same_give_the_style_back_bit_for_bit(style, search):
    ball = sphere_normals(75)[:61]  # eight bits of it have many equal pixels
    for guide in (positions((61, 75)), np.rint(ball * 255).astype(np.float32) / 255):
        picture = blitted(style, content_guide=guide, style_guide=guide, search=search).picture
        assert np.array_equal(picture, style)


def test_a_guide_that_is_shifted_shifts_the_style(style):
    guide = positions((61, 75))
    moved = blitted(style, content_guide=guide[:, 10:], style_guide=guide, shape=(61, 65), style_scale=75 / 65).picture
    assert np.mean(np.abs(moved - style[:, 10:]).max(2) < 1e-6) > 0.97


def test_it_is_the_same_for_any_number_of_threads_and_another_for_another_seed(style, painted):
    photo = painted(64, 50, seed=1)
    one, two, other = (blitted(style, photo, threads=t, seed=s).picture for t, s in ((1, 0), (2, 0), (1, 7)))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_larger_threshold_gives_larger_chunks(style, painted):
    photo = painted(64, 80, seed=1)
    shares = [blitted(style, photo, threshold=t).report["covered_by_side"] for t in (8, 24, 96)]
    assert shares[0]["16"] < shares[1]["16"] < shares[2]["16"]


def test_a_photo_and_a_painting_alone_are_enough(style, painted):
    photo = painted(70, 90, seed=3)
    picture = blitted(style, photo).picture
    assert np.corrcoef(luminance(picture).ravel(), luminance(photo).ravel())[0, 1] > 0.8
    # Colours are the style's own but where chunks are mixed.
    assert np.abs(picture.mean((0, 1)) - style.mean((0, 1))).max() < 0.1


def test_a_painted_ball_paints_a_picture_of_normals():
    ball = sphere_normals(64)
    painted_ball = (ball**2)[..., ::-1].copy()  # a paint that is a function of the normal
    picture = blitted(painted_ball, photo=ball[:, ::-1].copy(), guide="normals", threshold=6).picture
    wanted = (ball[:, ::-1] ** 2)[..., ::-1]
    assert np.abs(picture - wanted).mean() < 0.03


def test_it_stops_between_two_levels_with_a_whole_picture(style, painted):
    context = Context(RunOptions())
    context.listener = lambda _: context.stop()
    result = stylize(Inputs(painted(40, 50), (Style(style),)), METHOD.make_options(), context)
    assert len(result.report["covered_by_side"]) == 1
    assert np.isfinite(result.picture).all()


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"style_guide": positions((61, 40))}, InputError, "style_guide: 40 x 61 pixels do not lie over the style of 75 x 61"),
        ({"content_guide": positions((50, 90)), "photo": positions((50, 50))}, InputError, "content_guide: 90 x 50 pixels"),
        ({"style_guide": positions((61, 75))}, UsageError, "style_guide: nothing to compare it with"),
        ({"content_guide": positions((61, 75))}, UsageError, "content_guide: nothing to compare it with"),
    ],
)  # fmt: skip
def test_guides_that_do_not_fit_are_refused_in_one_line(style, given, kind, message):
    with pytest.raises(kind, match=message) as error:
        blitted(style, **given)
    assert "\n" not in str(error.value)


def test_it_paints_the_golden_picture(style, painted, golden):
    golden(blitted(style, painted(64, 60, seed=3)).picture, "styleblit", tolerance=1 / 255)


@pytest.mark.parametrize(("size", "blend_px", "jitter"), [((67, 90), 1, 1.0), ((40, 33), 2, 0.3), ((64, 64), 0, 0.0)])
def test_torch_makes_the_same_picture_as_the_kernels(painted, size, blend_px, jitter):
    import torch

    from impasto.methods.examples.styleblit import blit
    from impasto.methods.examples.styleblit.on_torch import TorchBlit

    inputs = Inputs(painted(*size, seed=2), (Style(painted(50, 70, seed=4)),))
    options = METHOD.make_options(blend_px=blend_px, jitter=jitter, chunk_size=16)
    context = Context(RunOptions(threads=1, seed=3))
    made = blit.stylize(inputs, options, context)
    painting = blit.resize(inputs.styles[0].picture, blit.style_size((50, 70), size, options.style_scale))
    guides = blit.read_guides(inputs, painting, options)
    work = TorchBlit(guides, blit.look_up_table(guides.source), blit.jitter_table(3, jitter), torch.device("cpu"))
    for side in (16, 8, 4, 2):
        work.lay_level(side)
    work.lay_rest()
    assert np.array_equal(work.blend(painting, blend_px), made.picture)


@pytest.mark.gpu
def test_a_graphics_card_makes_nearly_the_same_picture(painted):
    inputs = Inputs(painted(200, 300, seed=2), (Style(painted(150, 170, seed=4)),))
    options = METHOD.make_options()
    ours, theirs = (stylize(inputs, options, Context(RunOptions(device=device))).picture for device in ("cpu", "cuda"))
    assert (np.abs(ours - theirs).max(2) > 1e-5).mean() < 0.001
