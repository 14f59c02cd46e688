import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from impasto.core import InputError
from impasto.weights import load
from impasto.weights.tensors import look_up

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def given(tiny, tmp_path):
    """A person's own float32 file, and a way to write it changed."""

    def write(changes=None, drop=()) -> Path:
        tensors = {name: value for name, value in {**tiny.tensors, **(changes or {})}.items() if name not in drop}
        save_file(tensors, tmp_path / "mine.safetensors")
        return tmp_path / "mine.safetensors"

    return write


def refusal(path) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(InputError) as caught:
        load("tiny", path=path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_look_up_is_indexing_for_every_byte():
    table = torch.randn(256, generator=torch.Generator().manual_seed(0))
    indices = torch.arange(256, dtype=torch.uint8).flip(0).reshape(4, 8, 8)
    assert torch.equal(look_up(table, indices), table[indices.long()])


def test_look_up_in_bfloat16_is_rounding_before_instead_of_after():
    table = torch.randn(256, generator=torch.Generator().manual_seed(0))
    indices = torch.randint(256, (3, 5), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    assert torch.equal(look_up(table.bfloat16(), indices), look_up(table, indices).bfloat16())


def test_a_float32_file_is_given_back_exactly(given, tiny):
    loaded = load("tiny", path=given())
    assert list(loaded) == list(tiny.tensors)
    assert all(torch.equal(loaded[name], value) for name, value in tiny.tensors.items())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_float_files_come_back_as_float32(given, tiny, dtype):
    stored = {name: value.to(dtype) for name, value in tiny.tensors.items()}
    loaded = load("tiny", path=given(stored))
    assert all(torch.equal(loaded[name], value.float()) for name, value in stored.items())
    assert {value.dtype for value in loaded.values()} == {torch.float32}


def test_both_ways_of_storing_lie_channels_last_in_memory(given):
    for path in (None, given()):
        assert load("tiny", path=path)["conv1_2.weight"].is_contiguous(memory_format=torch.channels_last)


def test_a_requested_dtype_is_the_float32_value_converted(given, tiny):
    for path in (None, given()):
        for dtype in (torch.float16, torch.bfloat16, torch.float64):
            loaded = load("tiny", path=path, dtype=dtype)
            assert all(torch.equal(loaded[name], value.to(dtype)) for name, value in tiny.tensors.items())


def test_loaded_tensors_do_not_change_with_the_file(given, tiny):
    path = given()
    loaded = load("tiny", path=path)
    path.write_bytes(b"\xff" * path.stat().st_size)
    assert all(torch.equal(loaded[name], value) for name, value in tiny.tensors.items())


def test_only_the_layers_asked_for_are_read(given):
    broken_below = given({"conv2_1.weight": torch.full((8, 6, 3, 3), float("nan"))})
    assert list(load("tiny", path=broken_below, up_to="conv1_2"))[-1] == "conv1_2.bias"
    assert refusal(broken_below).endswith("'conv2_1.weight' holds NaN or infinite values")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_a_single_value_that_is_not_finite_is_refused(given, tiny, bad):
    weight = tiny.tensors["conv1_2.weight"].clone()
    weight[5, 3, 2, 1] = bad
    assert refusal(given({"conv1_2.weight": weight})).endswith("'conv1_2.weight' holds NaN or infinite values")


def test_a_missing_tensor_is_named_with_what_is_needed_and_what_is_there(given):
    line = refusal(given(drop=["conv1_2.bias"]))
    assert "no tensor 'conv1_2.bias'; 'tiny' needs conv1_1.weight ... conv2_1.bias" in line
    assert "the file holds 5 others, such as 'conv1_1.bias'" in line


def test_a_wrong_shape_is_named_beside_the_right_one(given):
    line = refusal(given({"conv1_1.weight": torch.zeros(3, 3, 3, 4)}))
    assert line.endswith("'conv1_1.weight' has shape (3, 3, 3, 4), must be (4, 3, 3, 3)")


def test_integers_are_refused_as_weights(given):
    line = refusal(given({"conv1_1.bias": torch.ones(4, dtype=torch.int32)}))
    assert line.endswith("'conv1_1.bias' is int32, must be float32")


def test_wide_indices_are_refused(given):
    quantised = {
        "conv1_1.weight.indices": torch.zeros(4, 3, 3, 3, dtype=torch.int16),
        "conv1_1.weight.table": torch.zeros(256),
    }
    line = refusal(given(quantised, drop=["conv1_1.weight"]))
    assert line.endswith("'conv1_1.weight.indices' is int16, must be uint8")


@pytest.mark.parametrize("keep", [0, 7, 8, 40, 200, -1])
def test_a_truncated_file_is_called_truncated(given, keep):
    path = given()
    path.write_bytes(path.read_bytes()[:keep])
    assert f"{path}: truncated safetensors file ({path.stat().st_size:,} " in refusal(path)


def test_a_truncated_file_says_how_much_is_there(given):
    path = given()
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-100])
    assert refusal(path) == f"{path}: truncated safetensors file ({whole - 100:,} of {whole:,} bytes)"


def test_a_truncated_file_is_not_taken_for_a_pickle_whatever_its_header_is_long(given):
    path = given()
    data = bytearray(path.read_bytes())
    data[:8] = (0x280).to_bytes(8, "little")  # the bytes a pickle of protocol 2 begins with
    path.write_bytes(data[:300])
    assert refusal(path) == f"{path}: truncated safetensors file (300 bytes)"


def test_bytes_after_the_end_are_refused(given):
    path = given()
    path.write_bytes(path.read_bytes() + b"more")
    assert refusal(path) == f"{path}: damaged safetensors file"


def test_a_pickle_is_refused_unopened(tiny, tmp_path):
    torch.save(tiny.tensors, tmp_path / "vgg.pth")
    assert "pickled (.pt, .pth) and HDF5 files are not opened" in refusal(tmp_path / "vgg.pth")


@pytest.mark.parametrize("text", ["just a sentence, not weights", json.dumps({"weights": [1, 2, 3]})])
def test_any_other_file_is_called_what_it_is_not(tmp_path, text):
    (tmp_path / "notes.txt").write_text(text)
    assert refusal(tmp_path / "notes.txt") == f"{tmp_path / 'notes.txt'}: not a safetensors file"


@pytest.mark.parametrize("header", [b"[]", b"{}", b'{"a": 3}', b'{"a": {"data_offsets": [0]}}', b"\xff\xfe"])
def test_a_header_that_is_nonsense_is_refused_in_one_line(tmp_path, header):
    path = tmp_path / "odd.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    assert refusal(path).startswith(str(path))


def test_a_file_of_absurd_length_is_refused_unread(tmp_path):
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.truncate(5 << 30)  # sparse: takes no room
    assert "5,368,709,120 bytes are too many for a weight file" in refusal(path)


def test_the_cache_file_may_be_handed_over_as_ones_own(tiny, tmp_path):
    load("tiny")
    copy = tmp_path / "copy.safetensors"
    save_file(load_file(tmp_path / "cache" / "weights" / "tiny.safetensors"), copy)
    loaded = load("tiny", path=copy)
    assert all(torch.equal(loaded[name], value) for name, value in tiny.tensors.items())
