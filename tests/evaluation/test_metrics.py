import numpy as np
import pytest
import torch

from impasto.evaluation import metrics
from impasto.textures.covariance import gram


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def feature_map(*shape, seed=0):
    return torch.from_numpy(noise(1, *shape, seed=seed))


def test_style_ratio_is_one_at_the_photo_zero_at_the_painting_and_a_quarter_halfway():
    photo, painting = gram(feature_map(4, 6, 5)), gram(feature_map(4, 3, 7, seed=1))
    assert metrics.style_ratio(photo, photo, painting) == 1
    assert metrics.style_ratio(painting, photo, painting) == 0
    # Squared distances: half the way leaves a quarter.
    assert metrics.style_ratio((photo + painting) / 2, photo, painting) == pytest.approx(0.25, rel=1e-5)


def test_style_ratio_by_hand():
    style, content = torch.zeros(1, 2, 2), torch.eye(2)[None]
    result = torch.tensor([[[0.0, 1.0], [1.0, 1.0]]])
    assert metrics.style_ratio(result, content, style) == 1.5  # 3 squares over 2


def test_style_ratio_means_nothing_where_photo_and_painting_agree():
    same = gram(feature_map(4, 6, 5))
    assert metrics.style_ratio(gram(feature_map(4, 6, 5, seed=1)), same, same) is None
    assert metrics.style_ratio(same, same * (1 + 1e-7), same) is None


def test_the_mean_ratio_skips_layers_without_one():
    assert metrics.mean_ratio({"a": 0.2, "b": None, "c": 0.4}) == pytest.approx(0.3)
    assert metrics.mean_ratio({"a": None}) is None


def test_content_cosine_is_a_mean_over_positions():
    # Four positions: equal direction, right angle, opposite, equal; their cosines 1, 0, -1, 1.
    a = torch.tensor([[1.0, 1.0, 1.0, 2.0], [0.0, 0.0, 0.0, 2.0]]).reshape(1, 2, 2, 2)
    b = torch.tensor([[5.0, 0.0, -1.0, 1.0], [0.0, 3.0, 0.0, 1.0]]).reshape(1, 2, 2, 2)
    assert metrics.content_cosine(a, b) == pytest.approx(0.25)


def test_silent_positions_agree_with_silent_ones_only():
    silent, loud = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2)
    assert metrics.content_cosine(silent, silent) == 1
    assert metrics.content_cosine(silent, loud) == 0


def test_remd_is_zero_for_the_same_features_wherever_they_stand():
    features = feature_map(8, 6, 7)
    assert metrics.remd(features, features.flip(2, 3)) == pytest.approx(0, abs=1e-6)


def test_remd_samples_both_maps_with_one_seeded_draw():
    a, b = feature_map(8, 20, 20), feature_map(8, 30, 10, seed=1)
    generator = torch.Generator().manual_seed(3)
    first, second = (
        f[0].flatten(1)[:, torch.randperm(n, generator=generator)[:50]].numpy() for f, n in ((a, 400), (b, 300))
    )
    first, second = first / np.linalg.norm(first, axis=0), second / np.linalg.norm(second, axis=0)
    cost = 1 - first.T @ second
    expected = max(cost.min(1).mean(), cost.min(0).mean())
    assert metrics.remd(a, b, samples=50, seed=3) == pytest.approx(expected, abs=1e-6)
    assert (
        metrics.remd(a, b, samples=50)
        == metrics.remd(a, b, samples=50, seed=0)
        != metrics.remd(a, b, samples=50, seed=3)
    )


def test_ssim_of_one_window_by_the_formula():
    x, y = noise(11, 11).astype(np.float64), noise(11, 11, seed=1).astype(np.float64)
    line = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    window = np.outer(line, line) / np.outer(line, line).sum()
    mx, my = (window * x).sum(), (window * y).sum()
    vx, vy, cxy = (window * (x - mx) ** 2).sum(), (window * (y - my) ** 2).sum(), (window * (x - mx) * (y - my)).sum()
    expected = (2 * mx * my + 1e-4) * (2 * cxy + 9e-4) / ((mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4))
    assert metrics.ssim(x, y) == pytest.approx(expected, rel=1e-9)


def test_ssim_of_flat_pictures_by_hand():
    black, white = np.zeros((16, 20), np.float32), np.ones((16, 20), np.float32)
    assert metrics.ssim(white, white) == pytest.approx(1)
    assert metrics.ssim(black, white) == pytest.approx(1e-4 / (1 + 1e-4))  # only the constant c1 is left


@pytest.mark.parametrize("shapes", [((10, 40), (10, 40)), ((20, 20), (20, 21))])
def test_ssim_refuses_what_its_window_does_not_fit(shapes):
    with pytest.raises(ValueError, match="11 x 11"):
        metrics.ssim(*(np.zeros(shape) for shape in shapes))


def test_edges_kept_lost_and_turned_over():
    photo = noise(33, 22)
    assert metrics.laplacian_error(photo, photo) == 0
    assert metrics.laplacian_error(np.full_like(photo, 0.5), photo) == pytest.approx(1)
    assert metrics.laplacian_error(1 - photo, photo) == pytest.approx(2, rel=1e-6)
    assert metrics.laplacian_error(photo + 0.1, photo) == pytest.approx(0, abs=1e-5)  # brightness is no edge


def test_laplacian_error_by_hand():
    photo, result = np.zeros((3, 3)), np.zeros((3, 3))
    photo[1, 1], result[0, 1] = 1, 1  # Laplacians of the one inner pixel: 4 and -1
    assert metrics.laplacian_error(result, photo, pool_px=1) == pytest.approx(5 / 4)


def test_strokes_finer_than_the_pool_do_not_count_as_moved_edges():
    photo = np.kron(noise(6, 6), np.ones((4, 4)))
    hatching = 0.4 * (np.indices((24, 24)).sum(0) // 2 % 2) - 0.2
    assert metrics.laplacian_error(photo + hatching, photo) == pytest.approx(0, abs=1e-6)
    assert metrics.laplacian_error(photo + hatching, photo, pool_px=1) > 1


def test_a_photo_without_edges_gives_no_edge_error():
    flat = np.full((16, 16), 1 / 3, np.float32)
    assert metrics.laplacian_error(noise(16, 16), flat) is None


def test_equal_colours_are_at_zero_wherever_they_stand_and_however_many():
    picture = noise(12, 9, 3)
    assert metrics.histogram_distance(picture, picture[::-1, ::-1]) == 0
    assert metrics.histogram_distance(picture, picture.repeat(2, 0)) == pytest.approx(0, abs=1e-9)


def test_black_is_forty_seven_from_white():
    black, white = np.zeros((4, 4, 3), np.float32), np.ones((4, 4, 3), np.float32)
    # 100 along L, seen from 13 directions: 1 axis, 4 face diagonals, 4 space diagonals; 4 are blind to L.
    expected = 100 * (1 + 4 / np.sqrt(2) + 4 / np.sqrt(3)) / 13
    assert metrics.histogram_distance(black, white) == pytest.approx(expected, abs=0.25)  # one bin


def test_colours_that_agree_in_each_channel_but_not_together_differ():
    # Both pictures hold every level of red, green and blue equally often; only their pairing differs.
    levels = np.linspace(0, 1, 16, dtype=np.float32)
    greys = np.stack([levels, levels, levels], 1)[None]
    colours = np.stack([levels, levels[::-1], levels], 1)[None]
    assert metrics.histogram_distance(greys, colours) > 5


def test_every_listed_metric_is_told_apart():
    assert len({metric.key for metric in metrics.METRICS}) == len({metric.title for metric in metrics.METRICS}) == 6
