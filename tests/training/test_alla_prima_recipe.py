"""The lessons of `alla_prima`: what they punish, and that they leave a file that paints."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from impasto import registry
from impasto.core import Context, InputError, RunOptions
from impasto.engines.torch_ops import TORCH
from impasto.reconstruction.networks import alla_prima as network
from impasto.training.loop import Run, train
from impasto.training.recipes.alla_prima.lessons import grid, matched_colours, style_error, tooth
from impasto.training.recipes.alla_prima.reading import Reading
from impasto.weights.arrays import read_arrays
from impasto.weights.manifest import FILES

RECIPE = registry.get_recipe("alla_prima")


def smooth(count=2, size=64, seed=0):
    coarse = torch.rand((count, 3, 5, 5), generator=torch.Generator().manual_seed(seed))
    return F.interpolate(coarse, size=(size, size), mode="bicubic").clamp(0, 1)


def test_a_grid_is_punished_and_a_picture_is_not():
    picture = smooth()
    dotted = picture.clone()
    dotted[..., ::4, ::4] += 0.1
    assert grid(dotted) > 20 * grid(picture)


def test_the_style_error_is_largest_at_the_photo_and_nothing_at_the_painting():
    random = torch.Generator().manual_seed(1)
    photo, painting = (torch.rand((2, 8, 16, 16), generator=random) ** power for power in (1.0, 4.0))
    assert abs(style_error(photo, photo, painting) - 1.5 * (1.05**0.5 - 0.05**0.5)) < 0.1
    assert style_error(painting, photo, painting) < 0.01


def test_a_near_fit_pulls_little_harder_than_a_bad_one():
    random = torch.Generator().manual_seed(1)
    photo, painting = (torch.rand((1, 8, 16, 16), generator=random) ** power for power in (1.0, 4.0))
    slopes = []
    for share in (0.05, 0.5):
        mixed = (painting + share * (photo - painting)).requires_grad_(True)
        style_error(mixed, photo, painting).backward()
        slopes.append(mixed.grad.norm())
    assert slopes[0] < slopes[1]  # with a plain root the nearer one's is as steep


def test_the_reader_says_the_same_in_either_coordinates():
    weights = {name: torch.from_numpy(array) for name, array in network.first_weights(0).items()}
    reading = Reading(torch.device("cpu"))
    reading.measure(weights, [smooth(6, 64, seed) for seed in range(3)])
    learned = reading.coordinates(weights)
    for name, tensor in reading.weights(learned).items():
        torch.testing.assert_close(tensor, weights[name], atol=1e-5, rtol=1e-4)
    told = network.statistics(TORCH, weights, network.see(TORCH, weights, {"picture": smooth(6, 64, 1)}))
    centred = (told - reading.buffers["read centre"]) / reading.buffers["read spread"]
    assert 0.5 < centred.std(0).median() < 1.5


def test_the_reader_follows_what_features_become():
    weights = {name: torch.from_numpy(array) for name, array in network.first_weights(0).items()}
    reading = Reading(torch.device("cpu"))
    reading.measure(weights, [smooth(6, 64, seed) for seed in range(3)])
    weights["down.bias"] += 1.0
    seen = network.see(TORCH, weights, {"picture": smooth(6, 64, 1)})
    aim = network.statistics(TORCH, weights, seen).mean(0)
    far = (reading.buffers["read centre"] - aim).norm()
    for _ in range(200):
        reading.follow(weights, seen)
    assert (reading.buffers["read centre"] - aim).norm() < 0.2 * far


def test_following_what_stands_still_moves_nothing():
    """Measured against itself, an earlier spread of the code grew by some percent with every step, to 1e11."""
    weights = {name: torch.from_numpy(array) for name, array in network.first_weights(0).items()}
    reading = Reading(torch.device("cpu"))
    seen = network.see(TORCH, weights, {"picture": smooth(6, 64, 1)})
    reading.measure(weights, [smooth(6, 64, 1)])
    learned = reading.coordinates(weights)
    for name in ("read.1.weight", "read.1.bias"):
        learned[name] = 5 * learned[name]  # trained weights, which are larger
    for _ in range(200):
        reading.follow(reading.weights(learned), seen)
    assert all(torch.isfinite(buffer).all() and buffer.abs().max() < 100 for buffer in reading.buffers.values())


def test_colours_are_the_paintings():
    photo, painting = smooth(seed=2) * 0.3 + 0.5, smooth(seed=3) * 0.4 + 0.2
    found = matched_colours(photo, painting)
    torch.testing.assert_close(found.mean((2, 3)), painting.mean((2, 3)), atol=0.02, rtol=0)
    torch.testing.assert_close(found.std((2, 3)), painting.std((2, 3)), atol=0.02, rtol=0)


def test_tooth_is_laid_over_photos_but_not_where_a_picture_is_its_own_style():
    photo, painting = smooth(seed=4), smooth(seed=5)
    painting[0] = photo[0]
    torch.manual_seed(0)
    found = tooth(photo, painting)
    assert found[0].abs().max() == 0
    assert 0.5 < found[1].std() / (0.15 * painting[1].std()) < 2


def test_a_short_training_leaves_weights_that_can_be_used(folders, tmp_path):
    options = RECIPE.make_options("tiny")
    output = tmp_path / "mine.safetensors"
    report = train(Run(RECIPE, options, folders, output), Context(RunOptions(threads=1)))
    assert report["finished"]
    weights = read_arrays(output, FILES["alla_prima"])
    assert all(np.isfinite(array).all() for array in weights.values())
    assert "small recipe" in output.with_suffix(".md").read_text(encoding="utf-8")


def test_it_begins_only_with_weights_that_are_its_own(folders, tmp_path):
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"no weights at all")
    options = RECIPE.make_options("tiny", begin=str(wrong))
    with pytest.raises(InputError, match="not a safetensors file"):
        train(Run(RECIPE, options, folders, tmp_path / "mine.safetensors"), Context(RunOptions(threads=1)))
