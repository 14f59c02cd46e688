"""Contours: the Laplacian of an averaged picture, against hand-computed values."""

import numpy as np
import pytest
import torch

from impasto.content.laplacian import contours, laplacian_loss


def picture(height=24, width=33, seed=0):
    return torch.rand((1, 3, height, width), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_definition(x, pool):
    """Plain NumPy, one position at a time."""
    height, width = x.shape[2] // pool, x.shape[3] // pool
    planes = x.numpy()[0, :, : height * pool, : width * pool].reshape(3, height, pool, width, pool).mean((2, 4)).sum(0)
    kernel = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
    return [[(planes[i : i + 3, j : j + 3] * kernel).sum() for j in range(width - 2)] for i in range(height - 2)]


@pytest.mark.parametrize("pool", [1, 2, 4, 5])
def test_contours_agree_with_the_definition_on_sizes_that_do_not_divide(pool):
    expected = torch.tensor(np.array(by_definition(picture(), pool)))[None, None]
    torch.testing.assert_close(contours(picture(), pool), expected)


def test_a_single_dot_bends_upwards_in_the_middle_and_downwards_around():
    dot = torch.zeros(1, 3, 5, 5)
    dot[0, :, 2, 2] = 1
    assert contours(dot, 1)[0, 0].tolist() == [[0, -3, 0], [-3, 12, -3], [0, -3, 0]]


def test_even_light_and_even_slopes_have_no_contours():
    ramp = torch.linspace(0, 1, 32).expand(1, 3, 32, 32) * 0.5 + 0.2
    assert contours(ramp, 4).abs().max() < 1e-6


def test_a_pool_larger_than_the_picture_gives_way():
    assert contours(picture(7, 40), 16).numel() > 0
    torch.testing.assert_close(contours(picture(9, 40), 16), contours(picture(9, 40), 3))


def test_strokes_finer_than_the_pool_are_free():
    photo = picture(32, 32)
    checks = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(16, 16)  # averages to nothing in squares of two
    assert laplacian_loss(photo + 0.2 * checks, contours(photo, 2), 2) < 1e-12
    assert laplacian_loss(photo + 0.2 * checks, contours(photo, 1), 1) > 1


def test_the_loss_is_the_mean_square_and_its_gradient_is_right():
    photo, other = picture(9, 8), picture(9, 8, seed=1).requires_grad_()
    expected = (contours(other, 2) - contours(photo, 2)).square().mean()
    torch.testing.assert_close(laplacian_loss(other, contours(photo, 2), 2), expected)
    assert torch.autograd.gradcheck(lambda x: laplacian_loss(x, contours(photo, 2), 2), other)
