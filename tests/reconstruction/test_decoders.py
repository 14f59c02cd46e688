"""Encoders and decoders as networks: they see what the encoders see, and what is rebuilt has the picture's size."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from impasto.core import Context, InputError, RunError, RunOptions
from impasto.encoders.slim import Slim
from impasto.engines.torch_ops import TORCH
from impasto.image.tensors import to_tensor
from impasto.reconstruction.networks import decoders
from impasto.reconstruction.networks.decoders import decode, decoder_network
from impasto.reconstruction.networks.encoders import INVERTIBLE, encode, encoder_network, encoder_tensors
from impasto.reconstruction.networks.running import Rebuilder, mirrored_to
from impasto.weights import FILES


def random_decoder(family, layer, seed=0):
    random = torch.Generator().manual_seed(seed)
    shapes = {name: shape for name, shape in FILES[family].shapes.items() if name.startswith(f"{layer}.")}
    return {
        name: torch.ones(shape) if name.endswith("scale") else 0.05 * torch.randn(shape, generator=random)
        for name, shape in shapes.items()
    }


def test_the_network_sees_what_the_encoder_sees_away_from_the_edge(painted):
    picture = to_tensor(painted(64, 80))
    layers = ("relu1_1", "relu3_1")
    mine = encode(TORCH, encoder_tensors("slim", "relu3_1"), picture, layers)
    theirs = Slim.load("relu3_1")(picture, layers)
    for layer, edge in (("relu1_1", 1), ("relu3_1", 4)):
        inside = np.s_[..., edge:-edge, edge:-edge]
        assert torch.allclose(mine[layer][inside], theirs[layer][inside], rtol=1e-4, atol=1e-2)


def test_only_the_tap_of_a_layer_that_comes_out_is_carried():
    assert [name for name in encoder_network("slim", ("relu3_1",)).weights if "tap" in name] == ["tap3_1.weight"]


@pytest.mark.parametrize("layer", INVERTIBLE)
def test_a_decoder_gives_back_the_pictures_size(layer):
    weights = random_decoder("inverse_slim", layer)
    channels, block = weights[f"{layer}.scale"].shape[1], int(layer[4])
    made = decode(TORCH, weights, torch.ones(1, channels, 3, 4), layer)
    assert made.shape == (1, 3, 3 * 2 ** (block - 1), 4 * 2 ** (block - 1))


def test_a_decoder_undoes_scale_and_mirrors_every_convolution():
    names = [name for name in FILES["inverse_vgg19"].shapes if name.startswith("relu4_1.") and name.endswith("weight")]
    assert [name[8:11] for name in names] == ["4_1", "3_4", "3_3", "3_2", "3_1", "2_2", "2_1", "1_2", "1_1"]
    weights = random_decoder("inverse_slim", "relu2_1")
    features = torch.rand(1, 32, 4, 4)
    doubled = weights | {"relu2_1.scale": 2 * weights["relu2_1.scale"]}
    assert torch.equal(decode(TORCH, doubled, 2 * features, "relu2_1"), decode(TORCH, weights, features, "relu2_1"))


@pytest.mark.parametrize("size", [(40, 40), (37, 61), (33, 200)])
def test_pictures_of_any_size_are_mirrored_to_what_pooling_divides(painted, size):
    picture = painted(*size)
    wide = mirrored_to(picture, "relu5_1")
    assert wide.shape[0] % 16 == wide.shape[1] % 16 == 0
    assert wide.shape[0] - size[0] < 16
    assert np.array_equal(wide[: size[0], : size[1]], picture)
    if wide.shape[0] > size[0]:
        assert np.array_equal(wide[size[0], : size[1]], picture[-1])


def test_weights_that_only_a_recipe_makes_are_asked_for_in_one_line():
    missing = next(name for name, entry in FILES.items() if entry.recipe and not entry.sha256)
    layer = next(iter(FILES[missing].shapes)).partition(".")[0]
    with pytest.raises(RunError, match=rf"'{missing}' are not on this machine: make them with 'impasto train"):
        decoder_network(missing, layer)


def test_a_layer_without_a_decoder_is_named_with_those_that_have_one():
    with pytest.raises(RunError, match="no decoder of relu5_1, only of relu4_1"):
        decoder_network("adain_slim", "relu5_1")


def test_the_shipped_decoders_rebuild_a_picture_the_shallow_ones_best(painted):
    networks = Rebuilder("slim", Context(RunOptions(device="cpu", threads=1)).run)
    picture = to_tensor(painted(64, 64))
    errors = []
    for layer in INVERTIBLE:
        features = networks.look(picture, (layer,))[layer]
        made = networks.show(features, decoders.decoder_of("inverse", "slim", layer), layer)
        errors.append(float((made - picture).square().mean()))
    assert errors[0] < 1e-3
    assert errors[2] < 0.01 < 0.05
    assert errors[0] < errors[2] < errors[4]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that weights are looked for in first."""
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    decoder_network.cache_clear()
    yield tmp_path
    decoder_network.cache_clear()


def write(path, tensors):
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)


def test_a_truncated_file_is_told_in_one_line(folder):
    path = folder / "adain_slim.safetensors"
    write(path, random_decoder("adain_slim", "relu4_1"))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(RunError, match=r"adain_slim.safetensors: truncated safetensors file \(5,000 of"):
        decoder_network("adain_slim", "relu4_1")


def test_weights_that_are_not_numbers_are_refused(folder):
    tensors = random_decoder("adain_slim", "relu4_1")
    tensors["relu4_1.2_1.bias"][3] = torch.nan
    write(folder / "adain_slim.safetensors", tensors)
    with pytest.raises(InputError, match=r"'relu4_1.2_1.bias' holds NaN"):
        decoder_network("adain_slim", "relu4_1")


def test_the_decoders_of_another_method_or_encoder_are_refused(folder):
    write(folder / "adain_slim.safetensors", random_decoder("style_swap_slim", "relu3_1"))
    with pytest.raises(RunError, match="has decoders of relu3_1, not of relu4_1; 'impasto train adain' makes one"):
        decoder_network("adain_slim", "relu4_1")
    write(folder / "style_swap_slim.safetensors", random_decoder("style_swap_vgg19", "relu3_1"))
    with pytest.raises(InputError, match=r"'relu3_1.scale' has shape \(1, 256, 1, 1\), must be \(1, 64, 1, 1\)"):
        decoder_network("style_swap_slim", "relu3_1")
