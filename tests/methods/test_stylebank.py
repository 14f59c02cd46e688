"""StyleBank with random weights: banks fuse in shares and in places as the paper says."""

import numpy as np
import pytest
import torch

from impasto.core import Context, InputError, Inputs, RunOptions, UsageError
from impasto.engines.torch_ops import TORCH
from impasto.methods.feedforward.stylebank import METHOD
from impasto.methods.feedforward.stylebank.paint import stylize
from impasto.reconstruction.networks import stylebank
from impasto.weights import layouts
from impasto.weights.layouts import BANK

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    from safetensors.numpy import save_file

    random = np.random.default_rng(0)
    tensors = {
        name: (random.standard_normal(shape) * (2 / max(1, np.prod(shape[-3:]))) ** 0.5).astype(np.float32)
        for name, shape in layouts.stylebank(4, 3).items()
    }
    tensors["out.weight"] *= 0.02  # so that little is black or white
    path = tmp_path_factory.mktemp("banks") / "mine.safetensors"
    save_file(tensors, path, {"name": "stylebank", "styles": ",".join(NAMES)})
    return path


@pytest.fixture(scope="module")
def banks(file):
    return stylebank.load(str(file))


@pytest.fixture
def wide_photo(painted):
    return painted(48, 192, seed=1)


def run(photo, file, masks=(), **options):
    context = Context(RunOptions(device="cpu", precision="float32", threads=1, engine="torch"))
    given = METHOD.make_options(network=str(file), **options)
    return stylize(Inputs(photo, masks=tuple(masks)), given, context)


def test_a_fused_bank_gives_the_fused_outputs(banks):
    features = torch.randn(1, 16, 9, 8, generator=torch.Generator().manual_seed(1))

    def through(shares):
        return TORCH.conv(features, *(torch.from_numpy(x) for x in banks.fused(shares)))

    apart = 0.3 * through({"a": 1.0}) + 0.7 * through({"c": 1.0})
    assert (through({"a": 0.3, "c": 0.7}) - apart).abs().max() < 1e-5  # biases too


def test_a_mask_of_ones_is_the_style_itself(file, photo64):
    plain = run(photo64, file, style_name="b").picture
    everywhere = np.ones((64, 64), np.float32)
    assert np.abs(run(photo64, file, [everywhere], style_name="b").picture - plain).max() < 1e-5


def test_every_region_is_painted_in_its_own_style_and_the_rest_comes_back(file, wide_photo):
    left = np.zeros((48, 192), np.float32)
    left[:, :64] = 1
    middle = np.roll(left, 64, 1)
    done = run(wide_photo, file, [left, middle], style_name="a,b", feather_px=0).picture
    untouched = run(wide_photo, file, style_name="a", strength=0.0).picture
    wholes = {name: run(wide_photo, file, style_name=name).picture for name in ("a", "b")}
    # The decoder sees 40 pixels to either side.
    for expected, columns in ((wholes["a"], slice(0, 24)), (wholes["b"], slice(94, 98)), (untouched, slice(168, 192))):
        assert np.abs(done[:, columns] - expected[:, columns]).max() < 1e-4
    assert np.abs(wholes["a"] - wholes["b"]).max() > 0.01


def test_a_label_picture_gives_each_style_its_level(file, photo64):
    halves = np.zeros((64, 64), np.float32)
    halves[:, 32:] = 1
    labelled = run(photo64, file, [halves], style_name="a,b").picture
    masked = run(photo64, file, [1 - halves, halves], style_name="a,b").picture
    assert np.array_equal(labelled, masked)


def test_masks_that_do_not_go_with_the_styles_are_refused(file, photo64):
    mask = np.ones((64, 64), np.float32)
    with pytest.raises(UsageError, match="3 masks for 2 styles"):
        run(photo64, file, [mask] * 3, style_name="a,b")


def test_strength_goes_from_the_auto_encoder_to_the_style(file, photo64):
    ends = [run(photo64, file, style_name="a", strength=s).picture for s in (0.0, 0.5, 1.0)]
    assert np.abs(ends[0] - ends[1]).mean() > 0
    assert np.abs(ends[1] - ends[2]).mean() > 0


def test_a_style_that_is_not_there_is_named_with_its_neighbours(file, photo64):
    with pytest.raises(UsageError, match=r"no style 'd'.*mine.safetensors has: a, b, c"):
        run(photo64, file, style_name="d")
    with pytest.raises(UsageError, match="style_name"):
        run(photo64, file, style_name={"a": 0.0})


def test_a_file_of_something_else_is_refused(tmp_path):
    from safetensors.numpy import save_file

    other = tmp_path / "other.safetensors"
    save_file({"down1.weight": np.zeros((4, 3, 9, 9), np.float32)}, other)
    with pytest.raises(InputError, match="no banks of styles"):
        stylebank.load(str(other))


def test_what_is_exported_paints_as_the_method_does(banks):
    tensors = {**banks.frame, BANK: banks.banks, "bank_bias": banks.biases}
    parts = stylebank.networks(tensors)
    assert set(parts) == {"encoder", "decoder", "style1", "style2", "style3"}
    picture = torch.rand(1, 3, 16, 20, generator=torch.Generator().manual_seed(2))

    def forward(part, **inputs):
        weights = {name: torch.from_numpy(array) for name, array in parts[part].weights.items()}
        return parts[part].forward(TORCH, weights, inputs)

    features = forward("encoder", picture=picture)["features"]
    bank, bias = (torch.from_numpy(x) for x in banks.fused({"b": 1.0}))
    expected = forward("decoder", features=TORCH.conv(stylebank.levelled(TORCH, features), bank, bias))["picture"]
    assert torch.equal(forward("style2", picture=picture)["picture"], expected)
