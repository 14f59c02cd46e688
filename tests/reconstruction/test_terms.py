"""Terms: what each asks of a picture at one scale, with plain tensors in place of a network."""

import pytest
import torch

from impasto.content.laplacian import contours
from impasto.core import UsageError
from impasto.reconstruction.terms import (
    Scene,
    View,
    blended,
    content_term,
    histogram_term,
    laplacian_term,
    smoothness_term,
    style_term,
)
from impasto.textures.covariance import gram, gram_loss
from impasto.textures.moments import moments

LAYERS = {"relu1_1": 3.0, "relu2_1": 1.0}


def view(seed, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    picture = torch.rand((1, 3, 24, 24), generator=generator)
    features = {k: scale * torch.rand((1, 4, 12, 12), generator=generator) for k in LAYERS}
    return View(picture, features)


PHOTO, ONE, OTHER = view(0), view(1), view(2)
SCENE = Scene(PHOTO, ((ONE, 0.25), (OTHER, 0.75)))


def value(aims, seen):
    return {name: aim.loss(seen).item() for name, aim in aims.items()}


def test_the_photo_itself_satisfies_content_and_contours():
    for term in (content_term(1.0, LAYERS), laplacian_term(1.0, {"2": 1.0, "4": 1.0})):
        assert set(value(term.aims(SCENE), PHOTO).values()) == {0.0}
        assert min(value(term.aims(SCENE), ONE).values()) > 0


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_shares_make_a_blank_score_its_weight_whatever_the_features_scale(scale):
    blank = View(torch.zeros(1, 3, 24, 24), {k: torch.zeros(1, 4, 12, 12) for k in LAYERS})
    scene = Scene(view(0, scale), ((view(1, scale), 1.0),))
    terms = [
        style_term(1.0, LAYERS, blended(gram), gram_loss),
        histogram_term(1.0, LAYERS),
        laplacian_term(1.0, {"2": 6.0, "4": 2.0}),
    ]
    for term in terms:
        scores = [aim.share * aim.loss(blank).item() for aim in term.aims(scene).values()]
        assert scores == pytest.approx([0.75, 0.25], rel=1e-5)
    content = content_term(1.0, LAYERS).aims(scene)  # content weights are not relative to one another
    assert [a.share * a.loss(blank).item() for a in content.values()] == pytest.approx([3.0, 1.0], rel=1e-5)


def test_published_shares_are_taken_as_they_are():
    term = style_term(1.0, LAYERS, blended(gram), gram_loss, lambda layer, target: target.shape[1] + LAYERS[layer])
    assert [aim.share for aim in term.aims(SCENE).values()] == [7.0, 5.0]
    assert [a.share for a in laplacian_term(1.0, {"4": 2.0}, lambda pool: 10.0 * pool).aims(SCENE).values()] == [40.0]


def test_paintings_blend_by_their_shares_one_tensor_or_two():
    samples = [(part.features["relu1_1"], share) for part, share in SCENE.styles]
    (a, s), (b, t) = samples
    torch.testing.assert_close(blended(gram)(samples), s * gram(a) + t * gram(b))
    mean, std = blended(moments)(samples)
    torch.testing.assert_close(mean, s * moments(a)[0] + t * moments(b)[0])
    torch.testing.assert_close(std, s * moments(a)[1] + t * moments(b)[1])


def test_layers_and_pools_without_weight_are_left_out():
    term = content_term(1.0, {"relu1_1": 0.0, "relu2_1": 1.0})
    assert term.layers == ("relu2_1",)
    assert list(term.aims(SCENE)) == ["content relu2_1"]
    assert content_term(1.0, {"relu1_1": 0.0}).pull == laplacian_term(1.0, {"4": 0.0}).pull == 0
    assert list(laplacian_term(1.0, {"2": 0.0, "4": 1.0}).aims(SCENE)) == ["laplacian 4"]


def test_a_flat_photo_gives_weights_that_are_finite():
    flat = View(torch.full((1, 3, 24, 24), 0.5), {k: torch.zeros(1, 4, 12, 12) for k in LAYERS})
    scene = Scene(flat, ((flat, 1.0),))
    for term in (content_term(1.0, LAYERS), style_term(1.0, LAYERS, blended(gram), gram_loss)):
        assert all(aim.share < float("inf") for aim in term.aims(scene).values())
    aim = laplacian_term(1.0, {"4": 1.0}).aims(scene)["laplacian 4"]
    assert aim.share * aim.loss(PHOTO).item() < float("inf")


def test_each_aim_measures_its_own_pool_and_layer():
    found = value(laplacian_term(1.0, {"2": 1.0, "4": 1.0}).aims(SCENE), ONE)
    for pool in (2, 4):
        off = contours(ONE.picture, pool) - contours(PHOTO.picture, pool)
        assert found[f"laplacian {pool}"] == pytest.approx(off.square().mean().item())
    content = value(content_term(1.0, LAYERS).aims(SCENE), ONE)
    for layer in LAYERS:
        off = ONE.features[layer] - PHOTO.features[layer]
        assert content[f"content {layer}"] == pytest.approx(off.square().mean().item())


def test_smoothness_asks_for_equal_neighbours():
    assert value(smoothness_term(1.0).aims(SCENE), View(torch.full((1, 3, 8, 8), 0.3), {})) == {"tv": 0.0}


def test_layers_that_vgg_lacks_are_refused_at_once_even_without_weight():
    with pytest.raises(UsageError, match="no layer 'relu4_9'"):
        content_term(1.0, {"relu4_9": 0.0})
