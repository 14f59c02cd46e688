"""MSG-Net with random weights: the CoMatch layer does what the paper says, and the sizes are those of the paper."""

import numpy as np
import pytest

from impasto.core import RunOptions
from impasto.engines import load
from impasto.reconstruction.networks import msgnet
from impasto.weights import layouts


@pytest.fixture(scope="module")
def weights():
    random = np.random.default_rng(0)
    return {
        name: (random.standard_normal(shape) * (1.5 / max(1, np.prod(shape[1:]))) ** 0.5).astype(np.float32)
        for name, shape in layouts.msgnet(4).items()
    }


@pytest.fixture(scope="module")
def runner(weights):
    return load(msgnet.painter(weights), RunOptions(engine="torch", device="cpu", precision="float32", threads=1))


def test_the_papers_width_has_the_papers_number_of_weights():
    count = sum(int(np.prod(shape)) for shape in layouts.msgnet(128).values())
    wider = 8 * (512 * 128 + 128 * 64)  # shortcuts of doubled pixels, 3 x 3 in place of 1 x 1
    assert count == pytest.approx(2.39e6 + wider, rel=0.02)


def test_comatch_leaves_features_alone_where_w_is_the_matrix_inverted():
    features = np.random.default_rng(1).standard_normal((1, 6, 9, 10)).astype(np.float32)
    covariance, _ = msgnet.target(features)
    matrix = msgnet.comatch({"comatch.weight": np.linalg.inv(covariance[0])}, covariance)
    assert np.allclose(matrix[0], np.eye(6), atol=1e-4)


def test_comatch_is_linear_in_what_the_painting_is(weights):
    random = np.random.default_rng(2)
    one, other = (msgnet.target(random.standard_normal((1, 16, 5, 5)).astype(np.float32))[0] for _ in "ab")
    mixed = msgnet.comatch(weights, 0.3 * one + 0.7 * other)
    apart = 0.3 * msgnet.comatch(weights, one) + 0.7 * msgnet.comatch(weights, other)
    assert np.abs(mixed - apart).max() < 1e-5
    turned = msgnet.comatch({"comatch.weight": np.arange(256, dtype=np.float32).reshape(16, 16)}, one)
    assert np.allclose(turned[0], one[0] @ np.arange(256).reshape(16, 16).T, atol=1e-3)  # (W G)ᵀ = G Wᵀ


def test_the_target_is_covariance_and_mean_and_knows_no_place():
    random = np.random.default_rng(3)
    features = random.random((1, 3, 4, 5)).astype(np.float32)
    covariance, mean = msgnet.target(features)
    assert np.allclose(covariance[0], np.cov(features[0].reshape(3, -1), bias=True), atol=1e-6)
    assert np.allclose(mean[0], features[0].mean((1, 2)), atol=1e-6)
    assert np.allclose(msgnet.target(features[..., ::-1].copy())[0], covariance, atol=1e-6)


def test_a_picture_comes_back_at_its_size_and_each_of_a_batch_as_alone(weights, runner):
    random = np.random.default_rng(4)
    photos = random.random((2, 3, 24, 36)).astype(np.float32)
    matrix = np.repeat(msgnet.comatch(weights, np.eye(16, dtype=np.float32)[None]), 2, 0)
    mean = random.random((2, 16)).astype(np.float32)
    both = runner({"picture": photos, "matrix": matrix, "mean": mean})["picture"]
    assert both.shape == photos.shape
    assert 0 <= both.min() < both.max() <= 1
    alone = runner({"picture": photos[1:], "matrix": matrix[1:], "mean": mean[1:]})["picture"]
    assert np.abs(both[1:] - alone).max() < 1e-4  # rounding, through random weights
