import shutil

import pytest
import torch
from safetensors.torch import save_file

from impasto.core import InputError, UsageError
from impasto.weights import front_end, load, resolve, resolver, status

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def write(tiny):
    """Write a file in which every number is `value`, so that a test sees which file was read."""

    def at(path, value: float, **metadata: str):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(
            {name: torch.full_like(tensor, value) for name, tensor in tiny.tensors.items()}, path, metadata or None
        )
        return path

    return at


def value(**arguments) -> float:
    return load("tiny", **arguments)["conv1_1.bias"][0].item()


def test_a_path_wins_over_the_folder_the_folder_over_the_shipped_and_that_over_the_package(
    tiny, write, tmp_path, monkeypatch
):
    assert value() == tiny.tensors["conv1_1.bias"][0]
    assert status("tiny").origin == "cache"

    monkeypatch.setattr(resolver, "_SHIPPED", tmp_path / "files")
    write(tmp_path / "files" / "tiny.safetensors", 1.0)
    assert (value(), status("tiny").origin) == (1.0, "shipped")

    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path / "folder"))
    write(tmp_path / "folder" / "tiny.safetensors", 2.0)
    assert (value(), status("tiny").origin) == (2.0, "folder")

    mine = write(tmp_path / "mine.safetensors", 3.0)
    assert (value(path=mine), status("tiny", mine).origin) == (3.0, "given")
    assert resolve("tiny", mine) == mine


def test_a_path_may_be_a_folder(write, tmp_path):
    write(tmp_path / "mine" / "tiny.safetensors", 4.0)
    assert value(path=str(tmp_path / "mine")) == 4.0


def test_a_folder_without_this_file_is_passed_over(tiny, write, tmp_path, monkeypatch):
    write(tmp_path / "folder" / "other.safetensors", 5.0)
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path / "folder"))
    assert value() == tiny.tensors["conv1_1.bias"][0]


@pytest.mark.parametrize("place", ["nowhere.safetensors", ""])
def test_a_path_without_the_file_is_refused_not_passed_over(tmp_path, place):
    with pytest.raises(InputError, match="no such file; weights 'tiny' are one safetensors file"):
        load("tiny", path=tmp_path / place)


def test_a_weights_folder_that_does_not_exist_is_an_error_not_a_shrug(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path / "wieghts"))
    with pytest.raises(
        UsageError, match=r"IMPASTO_WEIGHTS: no folder '.*wieghts'; it must hold files such as tiny.safetensors"
    ):
        load("tiny")
    assert "IMPASTO_WEIGHTS: no folder" in status("tiny").problem


def test_a_misspelt_layer_is_reported_before_any_work(tmp_path):
    with pytest.raises(UsageError, match=r"Did you mean 'conv1_2'\?"):
        load("tiny", up_to="conv1-2")
    assert not (tmp_path / "cache").exists()


def test_status_tells_size_and_place_without_converting(tiny, tmp_path):
    before = status("tiny")
    assert (before.origin, before.where, before.size_bytes) == ("package", str(tiny.package_file), len(tiny.published))
    assert before.ready
    assert not before.cached
    assert before.cache_path == tmp_path / "cache" / "weights" / "tiny.safetensors"
    assert not (tmp_path / "cache").exists()
    load("tiny")
    after = status("tiny")
    assert after.cached
    assert after.size_bytes == before.cache_path.stat().st_size


def test_status_reports_a_wrong_file_instead_of_raising(tiny):
    tiny.package_file.write_bytes(tiny.published[:-1] + b"!")
    found = status("tiny")
    assert not found.ready
    assert "is not the pinned" in found.problem


def test_status_reports_a_truncated_file_of_ones_own(write, tmp_path):
    mine = write(tmp_path / "mine.safetensors", 1.0)
    mine.write_bytes(mine.read_bytes()[:-1])
    assert "truncated" in status("tiny", mine).problem


def test_the_front_end_is_the_files_own_word_or_else_the_manifests(write, tmp_path):
    assert front_end("tiny") == "caffe"
    assert front_end("tiny", write(tmp_path / "a.safetensors", 1.0)) == "caffe"
    assert front_end("tiny", write(tmp_path / "b.safetensors", 1.0, front_end="torch")) == "torch"
    with pytest.raises(InputError, match="front_end 'keras' in its metadata is not one of caffe, torch"):
        front_end("tiny", write(tmp_path / "c.safetensors", 1.0, front_end="keras"))


def test_a_copy_of_the_cache_serves_a_machine_without_the_package(tiny, tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    shutil.copy(resolve("tiny"), tmp_path / "folder")
    tiny.uninstall()
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path / "folder"))
    assert value() == tiny.tensors["conv1_1.bias"][0]
