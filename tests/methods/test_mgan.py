"""MGAN: the shipped generator paints in one pass, and what is no generator is refused."""

import numpy as np
import pytest

from impasto.core import Context, InputError, Inputs, RunOptions
from impasto.encoders import encoder
from impasto.image import to_tensor
from impasto.methods.feedforward.mgan import METHOD
from impasto.methods.feedforward.mgan.paint import stylize
from impasto.training.paintings import textures
from impasto.training.relative import relative_texture_error

LAYERS = ("relu1_1", "relu2_1", "relu3_1")


def run(photo, **options):
    context = Context(RunOptions(device="cpu", precision="float32", threads=1, engine="torch"))
    return stylize(Inputs(photo), METHOD.make_options(**options), context)


def test_it_paints_the_golden_picture(golden, photo64):
    golden(run(photo64).picture, "mgan", tolerance=4 / 255)


def test_what_is_painted_is_nearer_the_painting_than_the_photo_was(bundled):
    photo = bundled("castle.jpg", 160)
    look = encoder.load("slim", "relu3_1")
    goals = textures(look, [to_tensor(bundled("starry_night.jpg", 256))], LAYERS)
    found, before = (look(to_tensor(picture), LAYERS) for picture in (run(photo).picture, photo))
    left = relative_texture_error(found, before, goals, dict.fromkeys(LAYERS, 1.0)).item()
    assert left < 0.5  # 1.5 for the photo itself


def test_strength_blends_and_nought_is_the_photo(photo64):
    painted, half = run(photo64).picture, run(photo64, strength=0.5).picture
    assert np.abs(half - (photo64 + painted) / 2).max() < 1e-6
    assert np.array_equal(run(photo64, strength=0.0).picture, photo64)


def test_a_file_of_something_else_is_refused(tmp_path, photo64):
    from safetensors.numpy import save_file

    other = tmp_path / "other.safetensors"
    save_file({"down1.weight": np.zeros((4, 3, 9, 9), np.float32)}, other)
    with pytest.raises(InputError, match="no generator of one style"):
        run(photo64, network=str(other))
