"""Weights as NumPy arrays, for engines that need no torch."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from impasto.core import InputError
from impasto.weights import arrays, load


def test_arrays_are_what_torch_would_load():
    found, expected = arrays("slim"), load("slim")
    assert set(found) == set(expected)
    for name, array in found.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, expected[name].numpy())


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"conv1_1.bias": None}, r"no tensor 'conv1_1.bias'; it is no 'slim' file, or not all of one"),
        ({"conv1_1.bias": np.zeros(3, np.float32)}, r"'conv1_1.bias' has shape \(3,\), must be \(16,\)"),
        ({"conv1_1.bias": np.full(16, np.inf, np.float16)}, "'conv1_1.bias' holds NaN or infinite values"),
        ({"conv1_1.bias": np.zeros(16, np.int8)}, "'conv1_1.bias' is int8, must be float16 or float32"),
    ],
)
def test_a_file_that_is_not_the_network_is_one_line(tmp_path, change, line):
    tensors = {name: array for name, array in (arrays("slim") | change).items() if array is not None}
    save_file(tensors, tmp_path / "slim.safetensors")
    with pytest.raises(InputError, match=line):
        arrays("slim", tmp_path)


def test_a_truncated_file_is_one_line(tmp_path):
    save_file(arrays("slim"), tmp_path / "slim.safetensors")
    whole = (tmp_path / "slim.safetensors").read_bytes()
    (tmp_path / "slim.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="truncated safetensors file"):
        arrays("slim", tmp_path)
