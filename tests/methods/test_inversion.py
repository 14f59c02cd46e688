"""Inversion with the real VGG-19: features come back as a picture, the deeper the less of it."""

import numpy as np
import pytest
import torch

from impasto.core import Context, Inputs, RunError, RunOptions, UsageError
from impasto.image.tensors import to_tensor
from impasto.methods.optimization.inversion import METHOD
from impasto.methods.optimization.inversion.rebuild import optimiser, shifted, stylize, tv_weight

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def photo(painted):
    return painted(64, 64, seed=3)


def run(photo, seed=0, **options):
    context = Context(RunOptions(device="cpu", precision="float32", seed=seed))
    return stylize(Inputs(photo), METHOD.make_options(**options), context)


@pytest.mark.parametrize(
    ("layer", "steps", "most"),
    [("relu1_1", 60, 0.01), ("relu2_1", 80, 0.01), pytest.param("relu4_1", 80, 0.2, marks=pytest.mark.slow)],
)
def test_features_come_back(photo, layer, steps, most):
    # The published aim for relu4 is 0.1 in 300 steps; here a quarter of them, which a broken run cannot reach either.
    assert run(photo, layer=layer, steps=steps).report["terms"]["features"] < most


def test_deeper_layers_remember_less_of_the_pixels(photo):
    found = [run(photo, layer=layer, steps=20).report["psnr"] for layer in ("relu1_1", "relu3_1", "relu5_1")]
    assert found == sorted(found, reverse=True)
    assert found[0] > 25


def test_the_rebuilt_picture_is_the_photo_where_nothing_was_lost(photo):
    made = run(photo, layer="relu1_1", steps=60).picture
    assert np.abs(made - photo).mean() < 0.03


def test_more_smoothing_makes_smoother_pictures(photo):
    rough, smooth = (run(photo, layer="relu4_1", steps=25, tv_weight=w).picture for w in (0.0, 10.0))
    assert np.abs(np.diff(smooth, axis=1)).mean() < 0.5 * np.abs(np.diff(rough, axis=1)).mean()


def test_a_norm_weight_keeps_pixels_from_the_ends_of_the_range(photo):
    loose, tight = (run(photo, layer="relu4_1", steps=25, norm_weight=w).picture for w in (0.0, 1e3))
    assert np.abs(tight - 0.5).max() < np.abs(loose - 0.5).max()


def test_jitter_takes_adam_and_stays_reproducible(photo):
    options = METHOD.make_options(jitter=3)
    assert (optimiser(options), optimiser(METHOD.make_options())) == ("adam", "lbfgs")
    one, two = (run(photo, layer="relu2_1", steps=10, jitter=3).picture for _ in range(2))
    assert np.array_equal(one, two)


def test_a_shifted_picture_is_the_picture_somewhere_else(photo):
    generator = torch.Generator().manual_seed(0)
    picture = to_tensor(photo)
    places = set()
    for _ in range(30):
        moved = shifted(picture, 2, generator)
        assert moved.shape == picture.shape
        inside = moved[..., 2:-2, 2:-2]
        fits = [
            (dy, dx) for dy in range(5) for dx in range(5)
            if torch.equal(inside, picture[..., dy : dy + 60, dx : dx + 60])
        ]  # fmt: skip
        assert len(fits) == 1
        places.add(fits[0])
    assert len(places) > 10


def test_the_smoothing_that_suits_the_layer_can_be_overruled():
    weights = [tv_weight(METHOD.make_options(layer=f"relu{block}_1")) for block in range(1, 6)]
    assert weights == sorted(weights)
    assert tv_weight(METHOD.make_options(layer="pool5", tv_weight=0.0)) == 0.0


def test_a_layer_that_does_not_exist_is_refused(photo):
    with pytest.raises(UsageError, match="no layer 'relu4_9'"):
        run(photo, layer="relu4_9")


def one_pass(photo, **options):
    context = Context(RunOptions(device="cpu", threads=1, engine="torch", precision="float32"))
    return METHOD.load()(Inputs(photo), METHOD.make_options("tiny", **({"encoder": "slim"} | options)), context)


def test_a_network_says_in_one_pass_what_picture_to_expect(photo64):
    shallow, deep = (one_pass(photo64, by="network", layer=layer) for layer in ("relu1_1", "relu4_1"))
    assert shallow.report["psnr"] > 25
    assert shallow.report["psnr"] > deep.report["psnr"] > 12
    assert shallow.report["weights"] == ["slim", "inverse_slim"]


def test_networks_undo_the_layers_they_were_taught(photo64):
    with pytest.raises(UsageError, match=r"layer: networks undo relu1_1, .*, not relu4_2; leave --by at descent"):
        one_pass(photo64, by="network", layer="relu4_2")


def test_descent_undoes_vgg19_alone(photo64):
    with pytest.raises(UsageError, match="encoder: descent undoes VGG-19's layers; for slim add --by network"):
        one_pass(photo64, by="descent", layer="relu1_1")


def test_a_network_that_is_not_shipped_is_asked_for_in_one_line(photo64):
    with pytest.raises(RunError, match="'impasto train inverse_network --encoder vgg19 --layer relu5_1'"):
        one_pass(photo64, by="network", layer="relu5_1", encoder="vgg19")


def test_it_paints_the_golden_picture(photo, golden):
    golden(run(photo, layer="relu3_1", steps=40).picture, "inversion", tolerance=0.1)
