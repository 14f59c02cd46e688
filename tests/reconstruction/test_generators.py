"""Generators of textures with random weights: they tile, they take any size, and noise decides what they make."""

import numpy as np
import pytest
import torch

from impasto.engines.torch_ops import TORCH
from impasto.reconstruction.networks import diversified, texture_net
from impasto.weights import layouts


def random_weights(shapes, seed=0):
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name, shape in shapes.items():
        scale = (2 / max(1, np.prod(shape[1:]))) ** 0.5
        found[name] = scale * torch.randn(shape, generator=generator).double()  # sums then agree in any order
        if name.endswith((".gain", ".deviation")):
            found[name] = found[name].abs() + 0.5
    return found


@pytest.mark.parametrize("fixed", [False, True])
def test_rolling_the_noise_rolls_the_texture(fixed):
    weights = random_weights(layouts.texture_net(3, fixed=fixed))
    levels = [torch.from_numpy(level).double() for level in texture_net.noise(64, 96, seed=3)]
    rolled = [level.roll((32 >> i, 32 >> i), (2, 3)) for i, level in enumerate(levels)]
    one, other = (texture_net.generate(TORCH, weights, given) for given in (levels, rolled))
    assert one.shape == (1, 3, 64, 96)
    assert one.std() > 0.01
    assert (one.roll((32, 32), (2, 3)) - other).abs().max() < 1e-5


def test_the_published_generator_has_the_published_number_of_weights():
    count = sum(int(np.prod(shape)) for shape in layouts.texture_net(3).values())
    assert count == pytest.approx(117e3, rel=0.01)


def test_a_photo_is_averaged_down_and_another_contrast_makes_nearly_the_same_picture():
    photo = np.random.default_rng(0).random((1, 3, 64, 64), np.float32)
    levels = texture_net.halvings(photo)
    assert [level.shape[2] for level in levels] == [64, 32, 16, 8, 4, 2]
    assert np.allclose(levels[-1].mean((2, 3)), photo.mean((2, 3)), atol=1e-6)
    weights = random_weights(layouts.texture_net(3))  # a photo in place of the noise

    def paint(scale):
        given = [torch.from_numpy(scale * level).double() for level in levels]
        return texture_net.generate(TORCH, weights, given, edge="reflect")

    # Norms take contrast off, but for the floor under their roots.
    assert (paint(30.0) - paint(60.0)).abs().max() < 0.02


def test_each_of_a_batch_is_made_as_alone():
    weights = random_weights(layouts.texture_net(3))
    generator = torch.Generator().manual_seed(1)
    levels = [torch.rand(4, 3, *size, generator=generator).double() for size in texture_net.sizes(32, 32)]
    together = texture_net.generate(TORCH, weights, levels)
    alone = torch.cat([texture_net.generate(TORCH, weights, [x[i : i + 1] for x in levels]) for i in range(4)])
    assert (together - alone).abs().max() < 1e-5


@pytest.fixture(scope="module")
def slots():
    return random_weights(layouts.diversified(7, 3))


def made(slots, selector, seed=(0, 0), height=64, width=96):
    selector = np.array([selector], np.float32)
    noise = [torch.from_numpy(level).double() for level in diversified.noise(height, width, selector, seed)]
    return diversified.generate(TORCH, slots, noise, torch.from_numpy(selector).double())


def test_the_selector_says_which_texture_and_the_noise_which_picture_of_it(slots):
    one = made(slots, (1, 0, 0))
    assert one.shape == (1, 3, 64, 96)
    assert (one - made(slots, (0, 1, 0))).abs().max() > 0.01
    assert (one - made(slots, (1, 0, 0), (0, 1))).abs().max() > 0.01
    assert torch.equal(one, made(slots, (1, 0, 0)))


def test_only_the_chosen_slot_has_noise_and_fine_noise_is_for_all():
    levels = diversified.noise(64, 64, np.array([[0, 1, 0]], np.float32), (0, 0))
    assert [level.shape[1:] for level in levels] == [
        (6, 2, 2),
        (6, 4, 4),
        (6, 8, 8),
        (2, 16, 16),
        (2, 32, 32),
        (2, 64, 64),
    ]
    for level in levels[:3]:
        assert not level[:, [0, 1, 4, 5]].any()
        assert level[:, 2:4].all()
    assert all(level.all() for level in levels[3:])


def test_rolling_all_the_noise_rolls_a_diverse_texture(slots):
    selector = np.array([[0, 1, 0]], np.float32)
    noise = [torch.from_numpy(level).double() for level in diversified.noise(96, 64, selector, (2, 0))]
    rolled = [level.roll((1 << i, 1 << i), (2, 3)) for i, level in enumerate(noise)]
    one, other = (diversified.generate(TORCH, slots, x, torch.from_numpy(selector).double()) for x in (noise, rolled))
    assert (one.roll((32, 32), (2, 3)) - other).abs().max() < 1e-5
