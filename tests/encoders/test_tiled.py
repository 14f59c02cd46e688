"""Tiles see what one look at the whole picture sees, to the last unit, and their gradients agree."""

import pytest
import torch

from impasto.encoders.tiled import Tiled, halo_of, spans, stride_of
from impasto.encoders.vgg import CONVS, VGG19

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_2", "relu5_1")


@pytest.fixture(scope="module")
def network() -> VGG19:
    """A narrow network of VGG-19's topology with weights that keep signals alive."""
    generator = torch.Generator().manual_seed(0)
    weights, before = {}, 3
    for name in CONVS[: CONVS.index("5_1") + 1]:
        width = 4 + int(name[0])
        weights[f"conv{name}.weight"] = (
            torch.randn((width, before, 3, 3), generator=generator) * (2 / 9 / before) ** 0.5
        )
        weights[f"conv{name}.bias"] = 0.1 * torch.randn(width, generator=generator)
        before = width
    return VGG19(weights)


def picture(height: int, width: int) -> torch.Tensor:
    return torch.rand((1, 3, height, width), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("size", "tile"), [((203, 331), 64), ((33, 500), 80), ((256, 256), 100), ((161, 481), 16)])
@pytest.mark.parametrize("margin", [0, 4])
def test_tiles_see_what_the_whole_picture_shows(network, size, tile, margin):
    whole = network(picture(*size), LAYERS, margin_px=margin)
    tiled = Tiled(network, tile)(picture(*size), LAYERS, margin_px=margin)
    for layer in LAYERS:
        assert tiled[layer].shape == whole[layer].shape
        # float32: the same products, possibly summed in another order
        torch.testing.assert_close(tiled[layer], whole[layer], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("layers", [LAYERS, ("relu2_1",), ("pool3", "relu1_1")])
def test_gradients_of_a_global_statistic_have_no_seams(network, layers):
    def slope(encoder) -> torch.Tensor:
        moving = picture(203, 331).requires_grad_()
        features = encoder(moving, layers, margin_px=4)
        # A product of means couples all tiles, as a Gram matrix does.
        loss = torch.stack([x.square().mean() * x.mean() for x in features.values()]).sum()
        return torch.autograd.grad(loss, moving)[0]

    whole, tiled = slope(network), slope(Tiled(network, 64))
    assert (tiled - whole).abs().max() < 1e-4 * whole.abs().max()


def test_a_halo_too_narrow_would_show(network):
    """The comparison above can fail: cut one stride off the halo and units at the seams see black."""
    x, layers = picture(203, 331), ("relu5_1",)
    stride, halo = stride_of("relu5_1"), halo_of(layers)
    whole = network(x, layers)["relu5_1"]
    first = spans(331, 64, halo - 2 * stride, stride)[1]
    cut = network(x[..., slice(*first.outer)], layers)["relu5_1"]
    own = cut[..., (first.inner[0] - first.outer[0]) // stride : (first.inner[1] - first.outer[0]) // stride]
    there = whole[..., first.inner[0] // stride : first.inner[1] // stride]
    assert (own - there).abs().max() > 1e-3 * there.abs().max()


def test_a_layer_nobody_asks_about_needs_no_gradient(network):
    moving = picture(203, 331).requires_grad_()
    features = Tiled(network, 64)(moving, LAYERS)
    (slope,) = torch.autograd.grad(features["relu2_1"].sum(), moving)
    assert torch.isfinite(slope).all()
    assert slope.abs().sum() > 0


@pytest.mark.parametrize(("length", "tile", "halo", "stride"), [(1000, 256, 80, 16), (17, 16, 16, 16), (4096, 500, 48, 8), (31, 64, 80, 16)])  # fmt: skip
def test_spans_cover_every_pixel_once_and_start_on_the_grid(length, tile, halo, stride):
    found = spans(length, tile, halo, stride)
    assert [s.inner[0] for s in found] == [0, *(s.inner[1] for s in found[:-1])]
    assert found[-1].inner[1] == length
    for span in found:
        assert span.inner[0] % stride == 0
        assert span.outer[0] % stride == 0
        assert span.outer == (max(0, span.inner[0] - halo), min(length, span.inner[1] + halo))
