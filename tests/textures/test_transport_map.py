import numpy as np
import pytest
import torch

from impasto.textures.matrix_root import matrix_root
from impasto.textures.matrix_root import transport_map as with_gradient
from impasto.textures.transport_map import transport_map


def covariance(size, seed, rank=None):
    points = np.random.default_rng(seed).normal(size=(size, rank or 3 * size))
    return points @ points.T / points.shape[1]


def test_the_map_turns_one_covariance_into_the_other():
    content, style = covariance(7, 0), covariance(7, 1)
    matrix = transport_map(content, style, ridge=0)
    np.testing.assert_allclose(matrix @ content @ matrix.T, style, atol=1e-6)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-9)


def test_a_picture_is_not_moved_to_its_own_covariance():
    content = covariance(5, 2)
    np.testing.assert_allclose(transport_map(content, content), np.eye(5), atol=1e-9)


def test_it_moves_points_less_than_whitening_and_colouring():
    content, style = covariance(6, 3), covariance(6, 4)
    least = transport_map(content, style, ridge=0)
    other = np.linalg.cholesky(style) @ np.linalg.inv(np.linalg.cholesky(content))
    cost = [np.trace((m - np.eye(6)) @ content @ (m - np.eye(6)).T) for m in (least, other)]
    assert cost[0] < 0.9 * cost[1]


def test_both_forms_agree_and_a_flat_picture_is_finite():
    content, style = covariance(6, 5, rank=2), np.zeros((6, 6))
    for a, b in ((content, covariance(6, 6)), (style, content), (content, style)):
        expected = transport_map(a, b)
        assert np.isfinite(expected).all()
        found = with_gradient(torch.from_numpy(a)[None], torch.from_numpy(b)[None])[0]
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6, atol=1e-6)


def test_the_roots_gradient_holds_where_eigenvalues_meet():
    matrix = torch.eye(4, dtype=torch.float64)[None].clone().requires_grad_()
    assert torch.autograd.gradcheck(matrix_root, (matrix,))


def test_the_maps_gradient_is_right():
    a, b = (torch.from_numpy(covariance(4, seed))[None].requires_grad_() for seed in (7, 8))
    assert torch.autograd.gradcheck(lambda x, y: with_gradient((x + x.mT) / 2, (y + y.mT) / 2), (a, b))


@pytest.mark.parametrize("size", [1, 64])
def test_any_number_of_channels(size):
    assert transport_map(covariance(size, 9), covariance(size, 10)).shape == (size, size)
