"""Hypercolumns: everything a network sees at one place, shallow and deep layers stacked into one long vector."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor


def on_grid(features: Tensor, grid: tuple[int, int]) -> Tensor:
    """Features (N, C, H, W) on another grid (h, w): means of areas where they shrink, bilinear where they grow."""
    if features.shape[-2:] == grid:
        return features
    if features.shape[-2] > grid[0]:
        return F.adaptive_avg_pool2d(features, grid)
    return F.interpolate(features, size=grid, mode="bilinear", align_corners=False)


def as_rows(features: Tensor) -> Tensor:
    """One vector for every place: (N, C, h, w) -> (N h w, C), without a copy when the order is channels-last."""
    return features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])


def hypercolumns(features: Mapping[str, Tensor], grid: tuple[int, int], gains: Mapping[str, float]) -> Tensor:
    """One vector for every place of a grid (h, w): {layer: (1, C, H, W)} -> (h w, sum of C), layers times their gains."""
    return torch.cat([as_rows(on_grid(features[layer], grid)) * gain for layer, gain in gains.items()], dim=1)


def equal_gains(features: Mapping[str, Tensor], shares: Mapping[str, float]) -> dict[str, float]:
    """Gains that let each layer contribute its share of a hypercolumn's mean squared length.

    Bare activations of VGG-19 differ a hundredfold between layers, and by weight file; shares carry over.
    """
    gains: dict[str, float] = {}
    for layer, share in shares.items():
        energy = features[layer].float().square().sum(1).mean().item()
        gains[layer] = (share / max(energy, 1e-12)) ** 0.5
    return gains


def sampled(features: Mapping[str, Tensor], places: Tensor, gains: Mapping[str, float]) -> Tensor:
    """Hypercolumns at single places: {layer: (1, C, H, W)} and (n, 2) of y, x in [0, 1] -> (n, sum of C).

    Every layer is read where its unit stands over the place. Between four units one would see their mean, which is less
    than any of them, and a grain that the mean does not show.
    """
    return torch.cat([_at_places(features[layer], places) * gain for layer, gain in gains.items()], dim=1)


def _at_places(features: Tensor, places: Tensor) -> Tensor:
    # By rows instead of grid_sample, which would first copy the whole map out of channels-last order.
    rows, (height, width) = as_rows(features), features.shape[-2:]
    y, x = ((places[:, axis] * side).long().clamp(0, side - 1) for axis, side in enumerate((height, width)))
    return rows.index_select(0, y * width + x)
