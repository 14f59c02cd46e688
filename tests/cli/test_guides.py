"""`impasto guides`: a picture that says what is where, of pictures and of models."""

import numpy as np
import pytest
from PIL import Image

from impasto.api import guides as api
from impasto.core import UsageError


@pytest.fixture
def photo(painted, tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray((painted(40, 56) * 255).astype(np.uint8)).save(path)
    return str(path)


def test_it_writes_a_guide_of_a_shape_and_names_it(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("guides", "normals", "vase", "--size", "48", "--tilt", "30")
    assert done.code == 0
    assert done.stdout == "vase-normals.png\n"
    with Image.open(tmp_path / "vase-normals.png") as made:
        assert made.size == (48, 48)


def test_it_writes_a_shape_as_a_model_that_it_reads_again(run, tmp_path):
    path = tmp_path / "knot.obj"
    assert run("guides", "model", "knot", "-o", str(path)).code == 0
    ours, theirs = (api.make("mask", source, size=40) for source in (str(path), "knot"))
    assert np.array_equal(ours, theirs)
    assert run("guides", "model", "knot", "-o", str(tmp_path / "knot.png")).stderr.endswith(
        "a model is written as .obj.\n"
    )


@pytest.mark.parametrize("kind", [k for k in api.OF_PICTURES if k != "segmentation"])
def test_every_guide_of_a_picture_lies_over_it(kind, photo):
    made = api.make(kind, photo)
    assert made.shape == (40, 56, 3)
    assert made.dtype == np.float32
    assert 0 <= made.min() < made.max() <= 1
    assert api.make(kind, photo, size=28).shape == (20, 28, 3)


def test_labels_take_the_other_pictures_colours():
    ours = np.zeros((20, 20, 3), np.float32)
    ours[:, 10:] = (0.9, 0.1, 0.1)
    theirs = np.zeros((16, 24, 3), np.float32)
    theirs[:4] = (1, 0, 0)
    made = api.make("segmentation", ours, like=theirs)
    assert {tuple(colour) for colour in made.reshape(-1, 3).tolist()} == {(0, 0, 0), (1, 0, 0)}


def test_a_slope_has_one_normal():
    ramp = np.repeat(np.linspace(0, 0.5, 64, dtype=np.float32)[None], 64, 0)
    made = api.make("normals", np.repeat(ramp[..., None], 3, 2), relief=1.0)
    expected = np.array([-0.5 * 64 / 63, 0, 1])  # it rises to the right, so it looks to the left
    expected = expected / np.linalg.norm(expected) / 2 + 0.5
    np.testing.assert_allclose(made[32, 32], expected, atol=0.01)


@pytest.mark.parametrize(
    ("kind", "source", "line"),
    [
        ("normal", "vase", "no guide 'normal'. Did you mean 'normals'?"),
        ("edges", "vase", "vase: 'edges' is made of a picture; of a model there are: normals,"),
        ("full", "PHOTO", "photo.png: 'full' is a picture of a model; of a picture there are: appearance,"),
    ],
)
def test_mistakes_are_one_line(kind, source, line, photo):
    with pytest.raises(UsageError) as caught:
        api.make(kind, photo if source == "PHOTO" else source)
    assert str(caught.value).startswith(line)


def test_a_second_picture_is_refused_where_it_has_no_use(photo):
    with pytest.raises(UsageError, match="like: 'edges' has no use for a second picture"):
        api.make("edges", photo, like=photo)
