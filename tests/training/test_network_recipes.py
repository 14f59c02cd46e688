"""Recipes of networks that know their styles: losses say what they should, and what is left behind can be used."""

import numpy as np
import pytest
import torch

from impasto import registry
from impasto.core import Context, RunOptions, UsageError, Workshop
from impasto.engines.torch_ops import TORCH
from impasto.reconstruction.networks import diversified, mgan, msgnet, stylebank, texture_net
from impasto.reconstruction.networks.decoders import decode
from impasto.textures.moments import adain, moments
from impasto.training.decoding import read
from impasto.training.diversity import derangement, julesz_loss, shuffled_loss
from impasto.training.loop import Run, train
from impasto.training.paintings import textures
from impasto.training.relative import own_texture_error

from .conftest import fill

WORKSHOP = Workshop(torch.device("cpu"), "float32", 0, lambda _: iter(()))


@pytest.fixture(scope="module")
def paintings(tmp_path_factory):
    return str(fill(tmp_path_factory.mktemp("paintings"), 2, seed=1, size=(48, 64)))


def trainee(recipe, style, **options):
    recipe = registry.get_recipe(recipe)
    made = recipe.load()(recipe.make_options("tiny", style=style, **options), WORKSHOP)
    torch.manual_seed(0)
    made.start()
    return made


def finished(recipe, style, tmp_path, **options):
    recipe = registry.get_recipe(recipe)
    folders = {"content": fill(tmp_path / "photos", 5, size=(48, 64))} if recipe.pictures else {}
    output = tmp_path / f"{recipe.id}.safetensors"
    report = train(
        Run(recipe, recipe.make_options("tiny", style=style, **options), folders, output),
        Context(RunOptions(device="cpu", precision="float32")),
    )
    assert report["finished"]
    assert all(np.isfinite(value) for value in report["validation"].values())
    card = output.with_suffix(".md").read_text()
    assert str(tmp_path) not in card
    assert "| style |" not in card
    return output


def test_no_picture_of_a_shuffled_batch_meets_itself():
    torch.manual_seed(0)
    for count in (2, 3, 5):
        for _ in range(20):
            order = derangement(count)
            assert sorted(order.tolist()) == list(range(count))
            assert not (order == torch.arange(count)).any()


def test_likeness_falls_as_pictures_move_apart_and_sees_the_nearest_alone():
    pictures = torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    assert julesz_loss(2 * pictures) < julesz_loss(pictures)
    # -mean of ln(min distance + 1e-4), by hand for three flat pictures at 0, 0.1 and 0.5
    flat = torch.tensor([0.0, 0.1, 0.5]).view(3, 1, 1, 1).expand(3, 3, 4, 4)
    nearest = np.array([0.1**2, 0.1**2, 0.4**2])
    assert julesz_loss(flat).item() == pytest.approx(-np.log(nearest + 1e-4).mean(), rel=1e-4)
    twins = flat.clone().requires_grad_()
    julesz_loss(twins * 0).backward()  # all alike: still finite
    assert torch.isfinite(twins.grad).all()
    torch.manual_seed(0)
    assert shuffled_loss(flat[:2]).item() == pytest.approx(-0.1, rel=1e-5)


def test_a_textures_error_is_nought_for_itself_and_about_one_for_nothing():
    sample = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))

    class Eye:
        device = torch.device("cpu")

        def __call__(self, picture, layers, **_):
            return dict.fromkeys(layers, picture)

    goals = textures(Eye(), [sample], ("x",))
    assert own_texture_error({"x": sample.flip(3)}, goals, {"x": 1.0}).item() < 1e-8
    assert own_texture_error({"x": sample * 0}, goals, {"x": 1.0}).item() == pytest.approx(1.5, rel=1e-3)
    # Covariances know nothing of a constant on both sides; the means do.
    shifted = textures(Eye(), [sample + 1], ("x",))
    only_means = own_texture_error({"x": sample + 1}, shifted, {"x": 1.0}).item()
    assert only_means < 1e-8


@pytest.mark.parametrize("recipe", ["msgnet", "stylebank"])
def test_every_weight_of_a_painter_learns(recipe, paintings):
    made = trainee(recipe, paintings)
    torch.manual_seed(1)
    loss, terms = made.loss({"content": torch.rand(2, 3, 32, 32)}, 0)
    loss.backward()
    assert set(terms) == {"style", "content", "tv", "grid"}
    assert not [n for n, x in made.parameters.items() if x.grad is None or not x.grad.any()]


def test_banks_begin_by_giving_features_their_paintings_moments(paintings):
    made = trainee("stylebank", paintings)
    photos = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        banks, biases = made.absolute(made.parameters)
        seen = stylebank.levelled(TORCH, made.encode(made.parameters, photos))
        for bank, bias, painting in zip(banks, biases, made.paintings, strict=True):
            wanted = adain(seen, moments(made.encode(made.parameters, painting)))
            found = TORCH.conv(seen, bank, bias)
            assert (found - wanted).square().mean() < 0.01 * wanted.square().mean()


def test_photos_pull_at_the_auto_encoder_as_hard_as_painting_did(paintings):
    made = trainee("stylebank", paintings, identity_weight=0.5)
    batch = {"content": torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))}

    def pull(step):
        for tensor in made.parameters.values():
            tensor.grad = None
        loss, terms = made.loss(batch, step)
        loss.backward()
        return torch.stack([made.parameters[n].grad.square().sum() for n in made.frame]).sum().sqrt().item(), terms

    torch.manual_seed(1)
    painting, _ = pull(1)
    photos, terms = pull(2)  # T = 2: every third step
    assert set(terms) == {"identity"}
    assert photos == pytest.approx(0.5 * painting, rel=1e-4)
    assert made.parameters["banks"].grad is None


def test_new_banks_leave_the_auto_encoder_as_it_was(paintings, tmp_path):
    first = finished("stylebank", paintings, tmp_path)
    (tmp_path / "more").mkdir()
    other = str(fill(tmp_path / "mine", 1, seed=9, size=(48, 64)) / "00.png")
    second = finished("stylebank", other, tmp_path / "more", learn="banks", start_from=str(first))
    old, new = stylebank.load(str(first)), stylebank.load(str(second))
    assert all(np.array_equal(new.frame[name], tensor) for name, tensor in old.frame.items())
    assert new.names == ("00",)
    assert len(old.names) == 2
    with pytest.raises(UsageError, match="start_from"):
        trainee("stylebank", paintings, learn="banks")
    # Told relative to what the auto-encoder sees in their paintings, old banks are still the same filters.
    again = trainee("stylebank", paintings, start_from=str(first))
    for found, stored in zip(again.absolute(again.parameters), (old.banks, old.biases), strict=True):
        assert np.allclose(found.detach(), stored, atol=1e-4)


def test_msgnet_leaves_a_file_that_can_be_loaded(paintings, tmp_path):
    found = msgnet.load(finished("msgnet", paintings, tmp_path, brushes=2))
    assert found.weights["comatch.weight"].shape == (16, 16)
    assert (found.smallest_px, found.largest_px) == (48, 72)


def test_comatch_begins_as_a_root_of_what_paintings_have(paintings):
    made = trainee("msgnet", paintings)
    with torch.no_grad():
        covariance = torch.cat([made.target(made.parameters, view)[0] for view in made.views]).mean(0)
    turned = made.parameters["comatch.weight"].detach() @ covariance
    values, vectors = torch.linalg.eigh(covariance)
    strong = vectors[:, values > 0.02 * values.max()]  # weaker directions are not raised as far
    assert torch.allclose(turned @ turned @ strong, covariance @ strong, atol=1e-4 * values.max().item())


@pytest.mark.parametrize("norm", ["instance", "batch"])
def test_a_texture_is_learned_with_either_norm(norm, paintings, tmp_path):
    file = finished("texture_net", f"{paintings}/00.png", tmp_path, norm=norm, diversity=0.1)
    weights, styles, _ = texture_net.load("texture_net", file)
    assert styles == ("00",)
    assert ("noise0.1.mean" in weights) == (norm == "batch")
    with pytest.raises(UsageError, match="learns one picture"):
        trainee("texture_net", paintings)


def test_a_texture_network_learns_to_repaint(paintings, tmp_path):
    file = finished("texture_net_style", f"{paintings}/00.png", tmp_path)
    weights, _, _ = texture_net.load("texture_net_style", file)
    assert weights["noise0.1.weight"].shape[1] == 6


def test_textures_are_unlocked_one_by_one_and_take_turns(paintings, tmp_path):
    made = trainee("diversified", paintings, unlock_every=3)
    assert [made.sample_of(step) for step in range(8)] == [0, 0, 0, 1, 0, 1, 0, 1]
    # Whichever network looks, it sees all of them.
    made = trainee("diversified", paintings, unlock_every=1, vgg_every=4)
    assert {made.sample_of(step) for step in range(3, 40, 4)} == {0, 1}
    assert diversified.load(str(finished("diversified", paintings, tmp_path))).names == ("00", "01")
    with pytest.raises(UsageError, match="crop_px: must be a multiple of 32"):
        trainee("diversified", paintings, crop_px=40)


def test_generator_and_critics_learn_each_from_its_own_part(paintings, tmp_path):
    made = trainee("mgan", f"{paintings}/00.png")
    batch = {"content": torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))}

    def gradients(**weights):
        made.options = made.options.model_copy(update=weights)
        for tensor in made.parameters.values():
            tensor.grad = None
        torch.manual_seed(1)
        made.loss(batch, 0)[0].backward()
        return {name: tensor.grad for name, tensor in made.parameters.items()}

    both, alone = gradients(), gradients(style_weight=0.0, content_weight=0.0, tv_weight=0.0, grid_weight=0.0)
    for name, gradient in both.items():
        if name.startswith("critic."):
            assert torch.equal(gradient, alone[name]), name
        else:
            assert gradient.any(), name
            assert not alone[name].any(), name
    weights, styles, _ = mgan.load(str(finished("mgan", f"{paintings}/00.png", tmp_path)))
    assert styles == ("00",)
    assert not [name for name in weights if name.startswith("critic.")]
    with pytest.raises(UsageError, match="learns one painting"):
        trainee("mgan", paintings)


def test_a_generator_begins_as_adain_paints(paintings):
    made = trainee("mgan", f"{paintings}/00.png")
    photos = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    features, goal = made.seen(photos), made.seen(made.whole(made.views[2]))
    wanted = decode(TORCH, read("adain_slim"), adain(features, moments(goal)), mgan.LAYER)
    assert (made.paint(made.parameters, photos, torch.zeros(1)) - wanted).abs().max() < 0.01  # floors differ
