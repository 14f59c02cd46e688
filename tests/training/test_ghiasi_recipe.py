"""The recipe `ghiasi`: its losses say what they should, every weight learns, and what it leaves behind paints."""

import pytest
import torch

from impasto import registry
from impasto.core import Context, RunOptions, UsageError, Workshop
from impasto.reconstruction.networks import ghiasi
from impasto.training.loop import Run, train
from impasto.training.recipes.ghiasi.augment import cut, recolour
from impasto.training.relative import relative_content_error, relative_style_error

from .conftest import fill

RECIPE = registry.get_recipe("ghiasi")


def no_samples(count):
    return iter(()) if count else None


def features(seed, channels=6):
    generator = torch.Generator().manual_seed(seed)
    return {
        "a": torch.rand(2, channels, 8, 8, generator=generator),
        "b": torch.rand(2, channels, 4, 4, generator=generator),
    }


def test_the_style_error_is_nought_for_the_painting_and_nearly_one_for_the_photo():
    photo, painting, layers = features(0), {k: 3 * x for k, x in features(1).items()}, {"a": 1.0, "b": 2.0}
    assert relative_style_error(painting, photo, painting, layers).max() < 1e-6
    assert 0.85 < relative_style_error(photo, photo, painting, layers).min() < 1
    # Equal pictures in other places: Gram matrices do not see the difference.
    moved = {k: x.flip(3) for k, x in painting.items()}
    assert relative_style_error(moved, photo, painting, layers).max() < 1e-6


def test_the_content_error_forgets_brightness_and_contrast_of_channels_but_not_places():
    photo = features(0)["a"]
    assert relative_content_error(3 * photo + 1, photo).max() < 0.05  # the floor under deviations is not scaled
    assert relative_content_error(photo.flip(3), photo).min() > 1


def test_cuts_come_from_the_crop_at_the_side_that_is_asked_for():
    torch.manual_seed(0)
    ramp = torch.linspace(0, 1, 40).expand(8, 3, 40, 40)
    cuts = cut(ramp, 32)
    assert cuts.shape == (8, 3, 32, 32)
    assert cuts.min() >= 0
    assert cuts.max() <= 1
    spans = cuts[:, 0, 0, -1] - cuts[:, 0, 0, 0]
    assert len({round(span.item(), 3) for span in spans}) >= 4, "at several scales"
    assert spans.min() > 0.6  # no cut is narrower than 0.8 of 32 of 40 pixels


def test_recolouring_leaves_the_share_it_should_alone_and_grey_grey():
    torch.manual_seed(0)
    pictures = torch.rand(8, 3, 8, 8)
    assert torch.equal(recolour(pictures, 0.0).sort(2).values, pictures.sort(2).values)  # upside down at most
    grey = torch.rand(8, 1, 8, 8).expand(-1, 3, -1, -1)
    changed = recolour(grey, 1.0)
    assert (changed - changed[:, :1]).abs().max() < 1e-5
    assert (changed - grey).abs().amax((1, 2, 3)).min() > 0.01


@pytest.fixture(scope="module")
def apprentice():
    workshop = Workshop(torch.device("cpu"), "float32", 0, no_samples)
    made = RECIPE.load()(RECIPE.make_options("tiny"), workshop)
    torch.manual_seed(0)
    made.start()
    return made


@pytest.mark.weights
def test_every_weight_learns_from_a_batch(apprentice):
    torch.manual_seed(1)
    batch = {"content": torch.rand(2, 3, 40, 40), "style": torch.rand(2, 3, 40, 40)}
    loss, terms = apprentice.loss(batch, 0)
    loss.backward()
    assert set(terms) == {"style", "content", "tv", "identity"}
    still = [name for name, tensor in apprentice.parameters.items() if tensor.grad is None or not tensor.grad.any()]
    assert not still


@pytest.mark.weights
def test_in_an_identity_pair_the_painting_is_the_photo(apprentice):
    options = apprentice.options.model_copy(update={"identity": 1.0, "content_weight": 0.0, "tv_weight": 0.0})
    all_same = type(apprentice)(options, apprentice.workshop)
    for name, tensor in all_same.parameters.items():
        tensor.data.copy_(apprentice.parameters[name].data)
    losses = []
    for seed in (0, 1):  # other paintings, the same photos
        batch = {"content": torch.full((2, 3, 40, 40), 0.3), "style": torch.rand(2, 3, 40, 40) * seed}
        torch.manual_seed(5)
        losses.append(all_same.loss(batch, 0)[1]["identity"])
    assert losses[0] == losses[1] > 0


@pytest.mark.weights
def test_the_recipe_leaves_a_network_that_the_method_can_load(tmp_path):
    folders = {
        "content": fill(tmp_path / "photos", 6, size=(48, 64)),
        "style": fill(tmp_path / "paintings", 6, size=(48, 64)),
    }
    output = tmp_path / "ghiasi.safetensors"
    run = Run(RECIPE, RECIPE.make_options("tiny"), folders, output)
    report = train(run, Context(RunOptions(device="cpu", precision="float32")))
    assert report["finished"]
    assert report["validation"]["style left"] >= 0
    weights, fingerprint = ghiasi.load(output)
    assert weights["down1.weight"].shape == (4, 3, 9, 9)  # another width than the shipped one
    card = output.with_suffix(".md").read_text()
    assert fingerprint in card
    assert "style left" in card


def test_a_square_that_no_crop_holds_is_refused():
    options = RECIPE.make_options("tiny", paint_px=64)
    with pytest.raises(UsageError, match="paint_px: 64 cannot be cut out of crops of 40"):
        RECIPE.load()(options, Workshop(torch.device("cpu"), "float32", 0, no_samples))


def test_the_slim_encoder_is_asked_for_nothing_it_was_not_taught():
    options = RECIPE.make_options("tiny", style_layers="relu1_2")
    with pytest.raises(UsageError, match="relu1_2"):
        RECIPE.load()(options, Workshop(torch.device("cpu"), "float32", 0, no_samples))
