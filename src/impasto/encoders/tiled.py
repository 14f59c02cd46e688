"""Look at a large picture through tiles, in bounded memory, and see exactly what one look at the whole would have seen.

Every tile is cut out with a halo as wide as its deepest units can see, so that features and gradients are those of the
whole picture, without seams. Features are kept at the layers asked for only; on the way back each tile is looked at
again (Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost, here in space instead of depth).
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .encoder import Encoder
from .vgg import LAYERS, check_layers, deepest, mirrored


@dataclass(frozen=True, slots=True)
class Span:
    """One tile along one side, in pixels: what is cut out (`outer`), and what of it counts (`inner`)."""

    outer: tuple[int, int]
    inner: tuple[int, int]


def stride_of(layer: str) -> int:
    """Pixels between neighbouring units of a layer.

    >>> [stride_of(layer) for layer in ("relu1_1", "pool1", "relu5_1")]
    [1, 2, 16]
    """
    return 2 ** sum(name.startswith("pool") for name in LAYERS[: LAYERS.index(layer) + 1])


def reach_of(layer: str) -> int:
    """Pixels that a unit sees on each side beyond the square it stands for.

    >>> [reach_of(layer) for layer in ("relu1_1", "relu2_1", "relu4_2", "relu5_1")]
    [1, 4, 38, 70]
    """
    return sum(stride_of(name) for name in LAYERS[: LAYERS.index(layer) + 1] if name.startswith("conv"))


def halo_of(layers: Iterable[str]) -> int:
    """Width of the halo that the deepest of these layers needs, a multiple of its stride."""
    last = deepest(layers)
    stride = stride_of(last)
    return math.ceil(reach_of(last) / stride) * stride


def spans(length: int, tile_px: int, halo: int, stride: int) -> list[Span]:
    """Tiles of about equal length, at most `tile_px` without their halos, that begin at multiples of the stride.

    >>> [(s.outer, s.inner) for s in spans(100, 48, 16, 16)]
    [((0, 64), (0, 48)), ((32, 100), (48, 100))]
    """
    count = math.ceil(length / tile_px)
    step = max(stride, math.ceil(length / count / stride) * stride)
    starts = [start for start in range(0, length, step) if start == 0 or length - start >= stride]
    found: list[Span] = []
    for start, end in zip(starts, [*starts[1:], length], strict=True):
        found.append(Span((max(0, start - halo), min(length, end + halo)), (start, end)))
    return found


class Tiled:
    """An encoder that looks at pictures larger than `tile_px` in tiles; called as the one it stands for."""

    def __init__(self, network: Encoder, tile_px: int) -> None:
        """tile_px: side of a tile without its halo; one that is much smaller than the halo is mostly halo."""
        self.network, self.tile_px = network, tile_px
        self.dtype, self.device = network.dtype, network.device

    def __call__(self, picture: Tensor, layers: Iterable[str], *, margin_px: int = 0) -> dict[str, Tensor]:
        """Features by layer, with gradients that reach the picture, as the encoder's own."""
        layers = tuple(dict.fromkeys(check_layers(layers)))
        picture = mirrored(picture, margin_px)
        stride, halo = stride_of(deepest(layers)), halo_of(layers)
        height, width = picture.shape[-2:]
        if max(height, width) <= self.tile_px + 2 * halo:
            return self.network(picture, layers)
        tiles = tuple(
            (down, across)
            for down in spans(height, self.tile_px, halo, stride)
            for across in spans(width, self.tile_px, halo, stride)
        )
        return dict(zip(layers, _Looked.apply(picture, self.network, layers, tiles), strict=True))  # type: ignore[arg-type]


Tiles = tuple[tuple[Span, Span], ...]


class _Looked(torch.autograd.Function):
    """Picture (N, 3, H, W) -> features of every layer, tile by tile both ways."""

    @staticmethod
    def forward(
        ctx: Any, picture: Tensor, network: Encoder, layers: tuple[str, ...], tiles: Tiles
    ) -> tuple[Tensor, ...]:
        ctx.save_for_backward(picture)
        ctx.network, ctx.layers, ctx.tiles = network, layers, tiles
        found: dict[str, Tensor] = {}
        for tile in tiles:
            seen = network(_cut(picture, tile), layers)
            for layer, (whole, own) in _places(layers, tile).items():
                features = seen[layer]
                if layer not in found:
                    size = [side // stride_of(layer) for side in picture.shape[-2:]]
                    # Channels last, as the network gives them: whoever sums over places reads them so.
                    found[layer] = torch.empty(
                        (*features.shape[:2], *size), dtype=features.dtype, device=features.device,
                        memory_format=torch.channels_last,
                    )  # fmt: skip
                found[layer][whole] = features[own]
        return tuple(found[layer] for layer in layers)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        (picture,) = ctx.saved_tensors
        total = torch.zeros_like(picture)
        wanted = {layer: g for layer, g in zip(ctx.layers, gradients, strict=True) if g is not None}
        for tile, piece, gradient in _tile_gradients(picture, ctx.network, wanted, ctx.tiles):
            total[..., slice(*tile[0].outer), slice(*tile[1].outer)] += gradient.to(piece.dtype)
        return total, None, None, None


def _tile_gradients(
    picture: Tensor, network: Encoder, wanted: Mapping[str, Tensor], tiles: Tiles
) -> Iterator[tuple[tuple[Span, Span], Tensor, Tensor]]:
    """Each tile, its pixels, and what the gradients at its own features ask of them, halo included."""
    for tile in tiles:
        piece = _cut(picture, tile).detach().requires_grad_()
        with torch.enable_grad():
            seen = network(piece, tuple(wanted))
        asked: list[Tensor] = []
        for layer, (whole, own) in _places(wanted, tile).items():
            mine = torch.zeros_like(seen[layer])
            mine[own] = wanted[layer][whole].to(mine.dtype)
            asked.append(mine)
        (gradient,) = torch.autograd.grad([seen[layer] for layer in wanted], piece, asked)
        yield tile, piece, gradient


def _cut(picture: Tensor, tile: tuple[Span, Span]) -> Tensor:
    return picture[..., slice(*tile[0].outer), slice(*tile[1].outer)]


Place = tuple[Any, ...]


def _places(layers: Iterable[str], tile: tuple[Span, Span]) -> dict[str, tuple[Place, Place]]:
    """Where a tile's own features lie in the whole picture's, and in those of its cut-out, by layer."""
    found: dict[str, tuple[Place, Place]] = {}
    for layer in layers:
        stride = stride_of(layer)
        whole = tuple(slice(span.inner[0] // stride, span.inner[1] // stride) for span in tile)
        own = tuple(
            slice((span.inner[0] - span.outer[0]) // stride, (span.inner[1] - span.outer[0]) // stride) for span in tile
        )
        found[layer] = ((..., *whole), (..., *own))
    return found
