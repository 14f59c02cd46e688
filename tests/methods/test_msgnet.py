"""MSG-Net: the painting comes in as a Gram matrix, at the brush's size, and paintings blend."""

import numpy as np
import pytest

from impasto.core import Context, InputError, Inputs, RunOptions, Style
from impasto.encoders import encoder
from impasto.image import to_tensor
from impasto.methods.feedforward.msgnet import METHOD
from impasto.methods.feedforward.msgnet.paint import stylize
from impasto.training.paintings import textures
from impasto.training.relative import relative_texture_error

LAYERS = ("relu1_1", "relu2_1", "relu3_1")


def run(photo, *paintings, weights=None, **options):
    context = Context(RunOptions(device="cpu", precision="float32", threads=1, engine="torch"))
    styles = tuple(Style(p, w) for p, w in zip(paintings, weights or [1.0] * len(paintings), strict=True))
    return stylize(Inputs(photo, styles), METHOD.make_options(**options), context).picture


def test_it_paints_the_golden_picture(golden, photo64, painting64):
    golden(run(photo64, painting64), "msgnet", tolerance=4 / 255)


@pytest.mark.parametrize("painting", ["starry_night.jpg", "the_scream.jpg"])
def test_paintings_it_was_taught_come_nearer_than_the_photo(painting, bundled):
    photo, style = bundled("castle.jpg", 160), bundled(painting, 256)
    look = encoder.load("slim", "relu3_1")
    goals = textures(look, [to_tensor(style)], LAYERS)
    found, before = (look(to_tensor(picture), LAYERS) for picture in (run(photo, style), photo))
    assert relative_texture_error(found, before, goals, dict.fromkeys(LAYERS, 1.0)).item() < 0.7  # 1.5 for the photo


def test_a_blend_lies_between_its_paintings_and_the_brush_has_sizes(photo64, bundled):
    one, other = bundled("starry_night.jpg", 96), bundled("the_scream.jpg", 96)
    ends = [run(photo64, one), run(photo64, other)]
    between = run(photo64, one, other)
    apart = np.abs(ends[0] - ends[1]).mean()
    assert apart > 0.02
    assert max(np.abs(between - end).mean() for end in ends) < apart
    assert np.array_equal(run(photo64, one, other, weights=[1.0, 0.0]), ends[0])
    assert np.abs(run(photo64, one, style_scale=4.5) - ends[0]).mean() > 0.002  # 288 px in place of 208


def test_the_photos_colours_can_stay(photo64, painting64):
    kept = run(photo64, painting64, preserve_colour="luminance")
    chroma = lambda picture: (picture - picture.mean(2, keepdims=True)).reshape(-1, 3)  # noqa: E731
    assert (
        np.abs(chroma(kept) - chroma(photo64)).mean()
        < np.abs(chroma(run(photo64, painting64)) - chroma(photo64)).mean()
    )


def test_a_file_of_something_else_is_refused(tmp_path, photo64, painting64):
    from safetensors.numpy import save_file

    other = tmp_path / "other.safetensors"
    save_file({"down1.weight": np.zeros((4, 3, 9, 9), np.float32)}, other)
    with pytest.raises(InputError, match="not the weights of 'msgnet'"):
        run(photo64, painting64, network=str(other))
