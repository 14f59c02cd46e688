"""Recipes that teach decoders: they train, leave files that methods can read, and start from one another."""

from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from impasto import registry
from impasto.core import Context, InputError, RunOptions, Workshop
from impasto.training.loop import Run, train
from impasto.training.recipes.adain.moments import STYLE_LAYERS
from impasto.training.recipes.adain.moments import build as build_adain
from impasto.training.recipes.inverse_network.inverse import build as build_inverse
from impasto.training.recipes.wct.levels import build as build_levels
from impasto.weights import FILES

from .conftest import fill


@pytest.fixture
def folders(tmp_path):
    return {"content": fill(tmp_path / "photos", 6), "style": fill(tmp_path / "paintings", 6, seed=1)}


def run(recipe_id, folders, output: Path, **options):
    recipe = registry.get_recipe(recipe_id)
    context = Context(RunOptions(seed=1, device="cpu", precision="float32", threads=1))
    chosen = recipe.make_options("tiny", **options)
    return train(Run(recipe, chosen, folders, output, False, None), context)


def workshop():
    random = torch.Generator().manual_seed(0)

    def samples(count):
        for _ in range(count):
            coarse = torch.rand((4, 3, 8, 8), generator=random)
            pictures = torch.nn.functional.interpolate(coarse, size=(32, 32), mode="bilinear").view(2, 2, 3, 32, 32)
            yield {"content": pictures[0], "style": pictures[1]}

    return Workshop(torch.device("cpu"), "float32", 0, samples)


@pytest.mark.parametrize(
    ("recipe_id", "family"), [("wct", "inverse_slim"), ("adain", "adain_slim"), ("style_swap", "style_swap_slim")]
)
def test_a_recipe_leaves_the_file_that_the_manifest_describes(recipe_id, family, folders, tmp_path):
    report = run(recipe_id, folders, tmp_path / "made.safetensors")
    assert report["finished"]
    with safe_open(tmp_path / "made.safetensors", "pt") as file:
        assert file.metadata()["name"] == family
        assert {name: tuple(file.get_tensor(name).shape) for name in file.keys()} == dict(FILES[family].shapes)  # noqa: SIM118
        assert all(file.get_tensor(name).dtype == torch.float16 for name in file.keys())  # noqa: SIM118
    card = (tmp_path / "made.md").read_text()
    assert recipe_id in card
    assert report["output"].endswith("made.safetensors")


def test_an_inverse_network_keeps_the_other_layers_of_the_file_it_starts_from(folders, tmp_path):
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    run("inverse_network", folders, first, layer="relu2_1", adversarial_weight=0)
    run("inverse_network", folders, second, layer="relu3_1", adversarial_weight=0, start_from=str(first), steps=1)
    with safe_open(first, "pt") as old, safe_open(second, "pt") as new:
        assert {name.partition(".")[0] for name in new.keys()} == {"relu2_1", "relu3_1"}  # noqa: SIM118
        assert torch.equal(old.get_tensor("relu2_1.1_1.weight"), new.get_tensor("relu2_1.1_1.weight"))
        # The deeper one began with the end of the shallower.
        off = (old.get_tensor("relu2_1.1_2.weight") - new.get_tensor("relu3_1.1_2.weight")).float().abs().max()
        assert off < 0.01


def test_a_file_without_decoders_is_no_start():
    recipe = registry.get_recipe("inverse_network")
    trainee = build_inverse(recipe.make_options("tiny", start_from="slim", adversarial_weight=0), workshop())
    with pytest.raises(InputError, match="start_from: slim has no decoder that fits"):
        trainee.start()


def test_while_tied_the_shallow_decoders_are_the_ends_of_the_deepest():
    trainee = build_levels(registry.get_recipe("wct").make_options("tiny", steps=20, tied=0.5), workshop())
    trainee.start()
    batch = next(iter(workshop().samples(1)))
    loss, terms = trainee.loss(batch, 2)
    assert list(terms) == ["pixel relu3_1", "feature relu3_1"]
    loss.backward()
    assert trainee.parameters["relu5_1.2_1.weight"].grad is not None
    assert trainee.parameters["relu3_1.2_1.weight"].grad is None
    assert torch.equal(trainee.parameters["relu3_1.2_1.weight"], trainee.parameters["relu5_1.2_1.weight"])
    loss, _ = trainee.loss(batch, 11)
    loss.backward()
    assert trainee.parameters["relu3_1.2_1.weight"].grad is not None


def test_the_first_levels_decoder_is_solved_at_the_start():
    trainee = build_levels(registry.get_recipe("wct").make_options("tiny"), workshop())
    trainee.start()
    batch = next(iter(workshop().samples(1)))
    pictures = batch["content"]
    with torch.no_grad():
        made = trainee.rebuild(trainee.parameters, trainee.look(pictures, ("relu1_1",))["relu1_1"], "relu1_1")
    assert (made - pictures).square().mean() < 0.02 * pictures.var()


def test_adains_style_loss_is_zero_for_pictures_that_have_the_moments_and_sums_when_told():
    recipe = registry.get_recipe("adain")
    mean, total = (build_adain(recipe.make_options("tiny", reduction=how), workshop()) for how in ("mean", "sum"))
    mean.start()
    total.buffers.update(mean.buffers)
    batch = next(iter(workshop().samples(1)))
    features = mean.look(batch["style"], STYLE_LAYERS)["relu2_1"]
    wanted = tuple(x * 1.5 for x in mean_and_deviation(features))
    assert float(mean.moments_error(features, mean_and_deviation(features), "relu2_1")) < 1e-9
    off = float(mean.moments_error(features, wanted, "relu2_1"))
    assert off > 0.01
    assert float(total.moments_error(features, wanted, "relu2_1")) == pytest.approx(32 * off, rel=1e-4)


def mean_and_deviation(features):
    from impasto.textures.moments import moments

    return moments(features)


def test_the_adversary_and_the_decoder_learn_from_one_loss_without_pulling_at_each_other():
    recipe = registry.get_recipe("inverse_network")
    trainee = build_inverse(recipe.make_options("tiny", layer="relu3_1", adversarial_weight=1.0), workshop())
    trainee.start()
    assert trainee.buffers["balance"].isfinite().all()
    assert float(trainee.buffers["balance"][1]) == 1.0
    batch = next(iter(workshop().samples(1)))
    loss, terms = trainee.loss(batch, 0)
    loss.backward()
    assert set(terms) == {"pixel", "feature", "adversarial", "adversary"}
    grads = {name: tensor.grad for name, tensor in trainee.parameters.items()}
    assert all(grad is not None and grad.abs().sum() > 0 for name, grad in grads.items() if name.endswith("weight"))
    assert not [name for name in trainee.export(trainee.parameters)[0] if name.startswith("adversary")]
