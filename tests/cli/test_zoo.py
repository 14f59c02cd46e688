"""`impasto zoo`, --style-name and `impasto style`."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from impasto import stylize
from impasto.api import zoo
from impasto.core import UsageError
from impasto.reconstruction.networks import named, stylebank
from impasto.weights import zoo as shipped


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_STYLES", str(tmp_path / "styles"))
    return tmp_path / "styles"


def one_of_ones_own(folder, name="mine"):
    """A style file as `impasto style add` leaves it: the shipped network with another row."""
    network = named.load(shipped.MANY)
    tensors = {**network.trunk, "rows": network.rows[:1]}
    made = folder.parent / "made.safetensors"
    save_file({k: np.ascontiguousarray(x) for k, x in tensors.items()}, made, {"styles": name})
    zoo.keep(made.read_bytes(), np.full((20, 300, 3), 0.5, np.float32), name)


def test_the_zoo_lists_every_style_with_painting_and_methods(run, own_folder):
    one_of_ones_own(own_folder)
    listed = {entry["name"]: entry for entry in run("zoo", "--json").report}
    assert set(shipped.PAINTINGS) < set(listed)
    assert listed["starry-night"]["artist"] == "Vincent van Gogh"
    assert listed["starry-night"]["methods"] == ["johnson", "cin", "stylebank"]
    assert stylebank.load().names == shipped.BANKED
    assert listed["mine"]["methods"] == ["cin"]
    assert listed["mine"]["thumbnail"].endswith("mine.jpg")
    text = run("zoo").stdout
    assert "great-wave" in text
    assert "mine" in text
    assert "goes with --sheet" in run("zoo", "--photo", "x.jpg").line


def test_a_style_is_named_instead_of_a_painting(run, photo, own_folder):
    report = run(photo, "--style-name", "starry-night", "--size", "64", "-o", "a.png", "--json").report
    assert (report["method"], report["style"]) == ("johnson", "starry-night")
    report = run(photo, "--style-name=udnie:2,dragon", "--size", "64", "-o", "b.png", "--json").report
    assert (report["method"], report["styles"]) == ("cin", {"udnie": 2, "dragon": 1})
    one_of_ones_own(own_folder)
    report = run(photo, "--style-name", "mine,udnie", "--size", "64", "-o", "c.png", "--json").report
    assert report["method"] == "cin"


def test_a_misspelt_style_brings_the_nearest_name(run, photo):
    assert "no style 'great-wafe'. Did you mean 'great-wave'?" in run(photo, "--style-name", "great-wafe").line


def test_masks_say_which_style_goes_where():
    content = np.random.default_rng(0).random((48, 64, 3), np.float32)
    left = np.zeros((48, 64), np.float32)
    left[:, :32] = 1
    both = stylize(content, style_name="udnie,dragon", method="cin", masks=[left, 1 - left], size=64)
    label = stylize(content, style_name="dragon,udnie", method="cin", masks=[left], size=64)
    assert np.abs(both.picture - label.picture).max() < 1e-3
    alone = stylize(content, style_name="udnie", method="cin", masks=[left], size=64)
    assert np.allclose(alone.picture[:, 33:], content[:, 33:], atol=1e-3), "what no mask claims stays the photo"
    with pytest.raises(UsageError, match="2 masks for 3 style names"):
        stylize(content, style_name="udnie,dragon,belle-ile", method="cin", masks=[left, 1 - left], size=64)
    with pytest.raises(UsageError, match="at least one style"):
        stylize(content, style_name="udnie:0", method="cin", size=64)


def test_ones_own_styles_can_be_removed_and_bad_names_are_refused(run, own_folder, photo):
    one_of_ones_own(own_folder)
    run("style", "remove", "mine")
    assert not list(own_folder.iterdir())
    assert "no style of your own is called 'mine'" in run("style", "remove", "mine").line
    assert "'Not a name' is no style's name" in run("style", "add", photo, "--name", "Not a name").line
    assert "there is a style 'udnie' already" in run("style", "add", photo, "--name", "udnie").line


@pytest.mark.slow
@pytest.mark.weights
def test_a_style_is_added_and_used(run, own_folder, photo):
    report = run("style", "add", photo, "--name", "mine", "--steps", "2", "--json", "-q").report
    assert report["name"] == "mine"
    assert (own_folder / "mine.safetensors").stat().st_size < 1_000_000
    assert run(photo, "--style-name", "mine", "--size", "64", "-o", "a.png").code == 0
