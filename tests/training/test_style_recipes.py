"""The recipes of networks with named styles, and of super-resolution: what they learn, refuse and leave behind."""

import numpy as np
import pytest
import torch

from impasto import assets, registry
from impasto.core import Context, RunOptions, UsageError, Workshop
from impasto.engines.torch_ops import TORCH
from impasto.reconstruction.networks import named, super_resolution
from impasto.training.loop import Run, train
from impasto.training.paintings import paintings
from impasto.training.relative import relative_texture_error
from impasto.weights.arrays import read_arrays
from impasto.weights.manifest import get

from .conftest import fill


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("pictures")
    return fill(root / "photos", 5, size=(48, 56)), fill(root / "paintings", 3, seed=1, size=(48, 40))


def run(recipe_id, output, folders, **options):
    recipe = registry.get_recipe(recipe_id)
    run = Run(recipe, recipe.make_options("tiny", **options), {"content": folders[0]}, output)
    return train(run, Context(RunOptions(device="cpu", precision="float32")))


def test_the_texture_error_is_nought_for_the_painting_and_tells_colour_from_strokes():
    photo, painting = ({"a": torch.rand(2, 6, 8, 8, generator=torch.Generator().manual_seed(s))} for s in (0, 1))
    goals = {
        "a": torch.einsum("nchw,ndhw->ncd", painting["a"], painting["a"]) / 64,
        "a mean": painting["a"].mean((2, 3)),
    }
    assert relative_texture_error(painting, photo, goals, {"a": 1.0}).max() < 1e-6
    flat = {"a": painting["a"].mean((2, 3), keepdim=True).expand_as(painting["a"])}
    # Its colours without its strokes: a Gram matrix is nearly right, the texture is not.
    assert relative_texture_error(flat, photo, goals, {"a": 1.0}).min() > 0.4


def test_names_come_from_files_and_must_differ(tmp_path):
    assert list(paintings("")) == sorted(paintings(""))
    assert "starry-night" in paintings("")
    fill(tmp_path, 1)
    assert list(paintings(str(tmp_path / "00.png"))) == ["00"]
    (tmp_path / "A b.png").write_bytes((tmp_path / "00.png").read_bytes())
    (tmp_path / "a_B.jpg").write_bytes((tmp_path / "00.png").read_bytes())
    with pytest.raises(UsageError, match="the same name"):
        paintings(str(tmp_path))
    with pytest.raises(UsageError, match="no such file or folder"):
        paintings(str(tmp_path / "gone"))


@pytest.mark.weights
def test_many_styles_are_learned_then_a_new_one_by_its_row_alone(tmp_path, folders):
    first = tmp_path / "many.safetensors"
    report = run("cin", first, folders, style=str(folders[1]))
    assert report["finished"]
    many = named.load(first)
    assert many.names == ("00", "01", "02")
    assert "judged by slim" in first.with_suffix(".md").read_text()
    new = fill(tmp_path / "new", 1, seed=9) / "00.png"
    mine = new.rename(new.with_name("Mine.png"))
    second = tmp_path / "mine.safetensors"
    run("cin", second, folders, style=str(mine), learn="rows", start_from=str(first))
    learned = named.load(second)
    assert learned.names == ("mine",)
    assert learned.same_trunk(many), "filters are bit-identical"
    assert np.abs(learned.rows - many.rows.mean(0)).max() > 1e-4


@pytest.mark.weights
def test_a_network_of_one_style_begins_where_that_of_many_knows_it(tmp_path, folders):
    many, one = tmp_path / "many.safetensors", tmp_path / "one.safetensors"
    run("cin", many, folders, style=str(folders[1]), steps=1)
    style = str(folders[1] / "01.png")
    same = {"style": style, "start_from": str(many), "steps": 1, "learning_rate": 1e-9}
    report = run("johnson", one, folders, **same, teacher=str(many), style_weight=0.0, content_weight=0.0)
    assert report["validation"]["off the teacher"] < 1e-3, "which is the one it began as, but for float16"
    before, after = named.load(many), named.load(one)
    assert after.names == ("01",)
    assert np.allclose(after.rows, before.row("01"), atol=1e-3)
    with pytest.raises(UsageError, match="learns one painting, got 3"):
        run("johnson", tmp_path / "x.safetensors", folders, style=str(folders[1]))
    with pytest.raises(UsageError, match="has width 4, not 8"):
        run("johnson", tmp_path / "x.safetensors", folders, style=style, width=8, start_from=str(many))


@pytest.mark.weights
def test_every_weight_learns_from_a_batch(folders):
    recipe = registry.get_recipe("cin")
    options = recipe.make_options("tiny", style=str(folders[1]), batch_size=3)
    stylist = recipe.load()(options, Workshop(torch.device("cpu"), "float32", 0, None))
    torch.manual_seed(0)
    stylist.start()
    loss, terms = stylist.loss({"content": torch.rand(3, 3, 34, 32)}, 0)
    loss.backward()
    assert set(terms) == {"style", "content", "tv", "grid"}
    assert all(tensor.grad is not None and tensor.grad.any() for tensor in stylist.parameters.values())


def test_rows_alone_need_a_network_to_learn_them_in():
    recipe = registry.get_recipe("cin")
    with pytest.raises(UsageError, match="name it with start_from"):
        recipe.load()(recipe.make_options("tiny", learn="rows"), Workshop(torch.device("cpu"), "float32", 0, None))


@pytest.mark.weights
def test_super_resolution_learns_to_come_nearer_to_the_photo(tmp_path):
    output = tmp_path / "super_resolution_x4.safetensors"
    photos = assets.path("castle.jpg").parent
    report = run("johnson_super_resolution", output, (photos,), steps=16, learning_rate=2e-3, average=0.0)
    assert report["validation"]["features left"] < 1
    weights = read_arrays(output, get("super_resolution_x4"))
    with torch.no_grad():
        tensors = {name: torch.from_numpy(x) for name, x in weights.items()}
        found = super_resolution.sharpen(TORCH, tensors, torch.rand(1, 3, 16, 24), 4)
    assert found.shape == (1, 3, 16, 24)
