"""The transformer with styled norms, at random weights: rows are styles, statistics can be frozen, tiles leave no seam."""

import numpy as np
import pytest
import torch

from impasto.engines.torch_ops import TORCH
from impasto.image.tiles import Tiling, paint_in_tiles
from impasto.reconstruction.networks import cin, ghiasi
from impasto.weights import layouts

WIDTH = 4


def random_weights(shapes, seed=0):
    random = np.random.default_rng(seed)
    return {
        name: random.normal(1 if name.endswith("gain") else 0, 0.03 if len(shape) == 2 else 0.1, shape).astype(
            np.float32
        )
        for name, shape in shapes.items()
    }


def run(network, **inputs):
    with torch.no_grad():
        weights = {name: torch.from_numpy(array) for name, array in network.weights.items()}
        found = network.forward(TORCH, weights, {name: torch.from_numpy(x) for name, x in inputs.items()})
    return {name: value.numpy() for name, value in found.items()}


@pytest.fixture(scope="module")
def weights():
    return random_weights(layouts.ghiasi(WIDTH))


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(1).random((1, 3, 48, 64), np.float32)


def rows(count, seed=2):
    random = np.random.default_rng(seed)
    return (cin.plain_row(WIDTH) + 0.3 * random.normal(size=(count, layouts.cin_row_length(WIDTH)))).astype(np.float32)


def test_a_style_has_as_many_numbers_as_in_the_papers():
    assert layouts.cin_row_length(32) == 2758  # thirteen layers of Ghiasi et al. at full width
    assert layouts.cin_row_length(8) == 694
    # Dumoulin et al. style the contracting layers, too.
    assert layouts.cin_row_length(32) + 2 * sum(layouts.cin_contracting(32).values()) == 3206
    filters = sum(np.prod(shape) for name, shape in layouts.cin(32).items() if name.endswith("weight"))
    assert round(filters / 1e6, 2) == 1.67


def test_prediction_gives_a_code_and_a_row_of_the_stated_shapes(weights, picture):
    code = run(ghiasi.encoder(weights), picture=np.repeat(picture, 2, 0))["code"]
    assert code.shape == (2, 100)
    found = run(ghiasi.painter(weights), picture=np.repeat(picture, 2, 0), code=code)
    assert found["picture"].shape == (2, 3, 48, 64)
    assert found["statistics"].shape == (2, cin.statistics_length(WIDTH), 1, 1)


def test_stored_rows_paint_as_the_predicted_ones_they_were_taken_from(weights, picture):
    """What predicts norms and what stores them is one transformer (Dumoulin et al. within Ghiasi et al.)."""
    code = run(ghiasi.encoder(weights), picture=picture[..., ::-1].copy())["code"]
    stored = code @ weights["row.weight"].T + weights["row.bias"]
    predicted = run(ghiasi.painter(weights), picture=picture, code=code)["picture"]
    assert np.abs(run(cin.painter(weights), picture=picture, row=stored)["picture"] - predicted).max() < 1e-6


def test_a_one_hot_blend_of_rows_is_the_row_itself_and_another_row_another_picture(weights, picture):
    known = rows(3)
    one_hot = np.array([[0, 1, 0]], np.float32)
    painted = [
        run(cin.painter(weights), picture=picture, row=r)["picture"] for r in (one_hot @ known, known[1:2], known[2:])
    ]
    assert np.abs(painted[0] - painted[1]).max() < 1e-6
    assert np.abs(painted[1] - painted[2]).max() > 0.05


def test_each_picture_of_a_batch_has_its_own_style(weights, picture):
    known = rows(2)
    both = run(cin.painter(weights), picture=np.repeat(picture, 2, 0), row=known)["picture"]
    for i in range(2):
        alone = run(cin.painter(weights), picture=picture, row=known[i : i + 1])["picture"]
        assert np.abs(both[i] - alone[0]).max() < 1e-5


def test_a_plain_row_leaves_normalised_channels(weights, picture):
    """With γ = 1 and β = 0 the last layer's logits have mean 0 and deviation 1 in every channel."""
    found = run(cin.painter(weights), picture=picture, row=cin.plain_row(WIDTH))["picture"]
    logits = np.log(found / (1 - found))
    assert np.abs(logits.mean((2, 3))).max() < 1e-3
    assert np.abs(logits.std((2, 3)) - 1).max() < 0.1  # eps takes a little off where a channel varies little


def test_a_picture_of_one_colour_stays_finite(weights):
    flat = np.full((1, 3, 32, 32), 0.5, np.float32)
    found = run(ghiasi.painter(weights), picture=flat, code=run(ghiasi.encoder(weights), picture=flat)["code"])
    assert all(np.isfinite(array).all() for array in found.values())


def test_given_its_own_statistics_the_network_paints_the_same_picture(weights, picture):
    row = rows(1)
    first = run(cin.painter(weights), picture=picture, row=row)
    again = run(cin.painter(weights, kind="frozen"), picture=picture, row=row, statistics=first["statistics"])
    assert np.abs(again["picture"] - first["picture"]).max() < 1e-5
    other = run(cin.painter(weights, kind="frozen"), picture=picture, row=row, statistics=2 * first["statistics"])
    assert np.abs(other["picture"] - first["picture"]).max() > 0.01


def test_a_pixel_is_not_seen_beyond_the_stated_field(weights):
    picture = np.random.default_rng(3).random((1, 3, 16, 160), np.float32)
    changed = picture.copy()
    changed[..., 12:16] = 1 - changed[..., 12:16]
    row = rows(1)
    statistics = run(cin.painter(weights), picture=picture, row=row)["statistics"]
    frozen = cin.painter(weights, kind="frozen")
    one, other = (run(frozen, picture=p, row=row, statistics=statistics)["picture"] for p in (picture, changed))
    difference = np.abs(one - other).max((0, 1, 2))
    assert difference[16 + cin.FIELD_PX :].max() == 0
    assert difference[16 + cin.FIELD_PX - 16 : 16 + cin.FIELD_PX].max() > 0, "the margin is wider than it need be"


def test_tiles_with_frozen_statistics_leave_no_seam(weights):
    """The spec allows 2/255; with a margin as wide as the field nothing is left but rounding."""
    picture = np.random.default_rng(4).random((71, 200, 3), np.float32)
    row = rows(1)

    planes = np.ascontiguousarray(picture[:68].transpose(2, 0, 1)[None])
    statistics = run(cin.painter(weights), picture=planes, row=row)["statistics"]
    frozen = cin.painter(weights, kind="frozen")
    widths = []

    def paint(part):
        widths.append(part.shape[3])
        return run(frozen, picture=part, row=row, statistics=statistics)["picture"]

    whole, tiled = (paint_in_tiles(picture, paint, Tiling(tile, cin.FIELD_PX, 0, cin.MULTIPLE)) for tile in (200, 160))
    assert widths == [200, 160, 160]
    assert np.abs(tiled - whole).max() < 1e-4
