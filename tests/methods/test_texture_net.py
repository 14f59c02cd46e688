"""Texture networks: a texture out of noise that lies beside itself without a seam, and a photo repainted with noise."""

import numpy as np
import pytest

from impasto.core import Context, InputError, Inputs, RunOptions
from impasto.encoders import encoder
from impasto.image import to_tensor
from impasto.methods.feedforward.texture_net import METHOD
from impasto.methods.feedforward.texture_net.weave import stylize
from impasto.training.paintings import textures
from impasto.training.relative import own_texture_error, relative_texture_error

LAYERS = ("relu1_1", "relu2_1", "relu3_1")
WEIGHTS = dict.fromkeys(LAYERS, 1.0)


def run(photo=None, height=64, width=64, seed=0, **options):
    context = Context(RunOptions(device="cpu", precision="float32", threads=1, engine="torch", seed=seed))
    inputs = Inputs(np.full((height, width, 3), 0.5, np.float32), blank=True) if photo is None else Inputs(photo)
    return stylize(inputs, METHOD.make_options(**options), context).picture


@pytest.fixture(scope="module")
def sample(bundled):
    """How the slim encoder sees what both networks have learned."""
    look = encoder.load("slim", "relu3_1")
    return look, textures(look, [to_tensor(bundled("starry_night.jpg", 256))], LAYERS)


def test_it_makes_the_golden_texture(golden):
    golden(run(), "texture_net", tolerance=4 / 255)


def test_it_repaints_the_golden_photo(golden, photo64):
    golden(run(photo64), "texture_net_style", tolerance=4 / 255)


def test_what_is_made_has_the_samples_texture(sample):
    look, goals = sample
    noise = np.random.default_rng(0).random((128, 128, 3), np.float32)
    made, plain = (
        own_texture_error(look(to_tensor(x), LAYERS), goals, WEIGHTS).item() for x in (run(None, 128, 128), noise)
    )
    assert made < 0.25 * plain


def test_what_is_repainted_is_nearer_the_painting_than_the_photo_was(sample, bundled):
    look, goals = sample
    photo = bundled("castle.jpg", 160)
    found, before = (look(to_tensor(picture), LAYERS) for picture in (run(photo), photo))
    assert relative_texture_error(found, before, goals, WEIGHTS).item() < 0.6  # 1.5 for the photo itself


def test_edges_meet_their_other_sides():
    made = run(None, 64, 96)
    for axis in (0, 1):
        across = np.abs(np.diff(made, axis=axis)).mean()
        seam = np.abs(made.take(0, axis) - made.take(-1, axis)).mean()
        assert seam < 1.6 * across


def test_seeds_make_other_textures_and_other_pictures_of_a_photo(photo64):
    assert np.abs(run() - run(seed=1)).mean() > 0.03
    assert np.array_equal(run(seed=1), run(seed=1))
    quiet = [run(photo64, seed=seed, noise=0.0) for seed in (0, 1)]
    assert np.array_equal(*quiet)


def test_any_size_is_made_and_cut_from_whole_cells():
    assert run(None, 50, 70).shape == (50, 70, 3)


def test_a_file_of_something_else_is_refused(tmp_path):
    from safetensors.numpy import save_file

    other = tmp_path / "other.safetensors"
    save_file({"down1.weight": np.zeros((4, 3, 9, 9), np.float32)}, other)
    with pytest.raises(InputError, match="not the weights of 'texture_net'"):
        run(network=str(other))
