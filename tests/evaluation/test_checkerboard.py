"""The checkerboard score and the loss against grids: both see a grid of upsampling, and nothing else."""

import numpy as np
import pytest
import torch

from impasto.content.smoothness import lattice
from impasto.evaluation.checkerboard import checkerboard

NOISE = np.random.default_rng(0).random((192, 256, 3), np.float32)


def with_grid(period, amplitude=0.2):
    picture = NOISE.copy()
    picture[::period] += amplitude
    return picture


def as_tensor(picture):
    return torch.from_numpy(picture).permute(2, 0, 1)[None]


@pytest.mark.parametrize("period", [2, 4])
def test_a_grid_in_strong_texture_is_seen(period):
    assert checkerboard(NOISE) < 1.6
    assert checkerboard(with_grid(period)) > 2 * checkerboard(NOISE)
    assert lattice(as_tensor(with_grid(period))) > 3 * lattice(as_tensor(NOISE))


def test_a_grid_of_another_width_is_texture():
    assert checkerboard(with_grid(5)) < 1.6
    assert lattice(as_tensor(with_grid(5))) < 1.2 * lattice(as_tensor(NOISE))


def test_a_ramp_is_no_grid():
    ramp = np.repeat(np.linspace(0, 1, 200, dtype=np.float32)[None, :, None], 96, 0).repeat(3, 2)
    assert lattice(as_tensor(ramp)) < 1e-10


def test_the_loss_takes_pictures_smaller_than_its_window():
    small = torch.rand(1, 3, 32, 36, requires_grad=True)
    lattice(small).backward()
    assert small.grad.abs().max() > 0
