"""Each metric as a pure function of two or three pictures or of their feature maps; no sizes or files here.

Feature maps are tensors (1, C, H, W) of VGG-19; pictures are arrays (H, W, 3) in [0, 1]; luma is (H, W) in [0, 1].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array

if TYPE_CHECKING:
    from torch import Generator, Tensor

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"
REMD_LAYERS = ("relu3_1", "relu4_1")
REMD_SAMPLES = 1500


@dataclass(frozen=True, slots=True)
class Metric:
    """One column of a report: the attribute of `Evaluation` it shows, its short title and which way is better."""

    key: str
    title: str
    better: Literal["lower", "higher"]
    help: str
    decimals: int = 3


METRICS = (
    Metric("style_ratio", "Style ratio", "lower", "Gram distance to the style; the photo itself is 1."),
    Metric("remd", "Style REMD", "lower", "Relaxed earth mover's distance of deep features to the style."),
    Metric("histogram_distance", "Colour distance", "lower", "Earth mover's distance of Lab colours to the style.", 1),
    Metric("content_cosine", "Content cosine", "higher", "Agreement of relu4_2 with the photo; the photo itself is 1."),
    Metric("ssim", "SSIM", "higher", "Structural similarity of lightness to the photo; the photo itself is 1."),
    Metric("laplacian_error", "Edge error", "lower", "How far edges moved; 0 kept them all, a flat picture is 1."),
)
"""What sheets and tables show, style before content."""


def style_ratio(result: "Tensor", content: "Tensor", style: "Tensor") -> float | None:
    """How much of the photo's way to the style is left, from Gram matrices (1, C, C): 0 has arrived, 1 has not moved.

    |G(x) - G(s)|² / |G(c) - G(s)|². None where the photo has the style's Gram matrix already, to float32 rounding.
    """
    left = (result - style).double().square().sum()
    whole = (content - style).double().square().sum()
    if whole <= 1e-12 * style.double().square().sum():  # float32 sums are good to about 1e-6 of the norm
        return None
    return float(left / whole)


def mean_ratio(ratios: Mapping[str, float | None]) -> float | None:
    """Mean over the layers that have a ratio; None when none has."""
    known = [ratio for ratio in ratios.values() if ratio is not None]
    return float(np.mean(known)) if known else None


def content_cosine(result: "Tensor", content: "Tensor") -> float:
    """How well the subject survived, from features (1, C, H, W): mean over positions of the cosine, 1 for the photo.

    A silent position (all zeros) agrees with a silent one and is orthogonal to any other.
    """
    result, content = result[0].flatten(1).double(), content[0].flatten(1).double()
    lengths = result.norm(dim=0) * content.norm(dim=0)
    cosine = (result * content).sum(0) / lengths.clamp_min(1e-8)
    both_silent = (result == 0).all(0) & (content == 0).all(0)
    return float(cosine.masked_fill(both_silent, 1.0).mean())


def remd(features: "Tensor", style: "Tensor", *, samples: int = REMD_SAMPLES, seed: int = 0) -> float:
    """Relaxed earth mover's distance (cosine) of feature maps (1, C, H, W) to the style's, 0 for the style itself.

    At most `samples` positions of each, drawn without replacement from one seeded generator: first from `features`,
    then from `style` (Kolkin et al. 2019 draw 1024 a step).
    """
    import torch

    from impasto.textures.distributions import relaxed_emd

    generator = torch.Generator().manual_seed(seed)
    x = _sample(features, samples, generator)
    return float(relaxed_emd(x, _sample(style, samples, generator)))


def _sample(features: "Tensor", samples: int, generator: "Generator") -> "Tensor":
    import torch

    points = features[0].flatten(1).T
    return points[torch.randperm(len(points), generator=generator)[:samples].to(points.device)]


def ssim(result: NDArray[np.floating], content: NDArray[np.floating]) -> float:
    """Structural similarity of two luma pictures (H, W), both sides at least 11 pixels; 1 when equal.

    Wang et al. 2004, eq. 13, with their constants: 11 x 11 Gaussian of σ 1.5, K1 = 0.01, K2 = 0.03, range 1. Only
    windows that lie inside the picture count.
    """
    import cv2

    if result.shape != content.shape or min(result.shape) < 11:
        raise ValueError(f"SSIM needs two pictures of one size, at least 11 x 11, got {result.shape}, {content.shape}")

    def blur(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.GaussianBlur(x, (11, 11), 1.5), np.float64)[5:-5, 5:-5]

    x, y = result.astype(np.float64), content.astype(np.float64)
    mean_x, mean_y = blur(x), blur(y)
    var_x, var_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    lightness = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return float((lightness * (2 * covariance + c2) / (var_x + var_y + c2)).mean())


def laplacian_error(result: NDArray[np.floating], content: NDArray[np.floating], *, pool_px: int = 4) -> float | None:
    """How far the photo's edges moved, from luma (H, W): 0 kept them all; a flat picture, which has none, scores 1.

    |Δx - Δc| / |Δc|, Δ the 5-point Laplacian of the luma averaged over squares of `pool_px`, so that strokes finer
    than the subject's contours are not counted against the picture (the Laplacian loss of Li et al. 2017, arXiv:1707.01253; p = 4).
    None for a photo without edges.
    """
    edges = _laplacian(content, pool_px)
    moved = _laplacian(result, pool_px) - edges
    whole = np.square(edges).mean()
    if whole <= 1e-12:  # of a range of 1: the rounding of a flat picture
        return None
    return float(np.sqrt(np.square(moved).mean() / whole))


def _laplacian(luma: NDArray[np.floating], pool_px: int) -> NDArray[np.float64]:
    height, width = (side // pool_px for side in luma.shape)
    if min(height, width) < 3:
        raise ValueError(f"the Laplacian needs at least {3 * pool_px} pixels a side, got {luma.shape}")
    kept = luma[: height * pool_px, : width * pool_px].astype(np.float64)
    x = kept.reshape(height, pool_px, width, pool_px).mean((1, 3))
    return 4 * x[1:-1, 1:-1] - x[:-2, 1:-1] - x[2:, 1:-1] - x[1:-1, :-2] - x[1:-1, 2:]


_BIN = 0.25  # Lab units: well under what an eye tells apart
_REACH = 256  # no sRGB colour is farther than 207 from the origin of Lab


def histogram_distance(picture: Array, style: Array) -> float:
    """How far a picture's colours are from the style's, in Lab units (CIE 1976), wherever they stand; sizes may differ.

    Sliced earth mover's distance: colours are projected on 13 fixed directions (the axes, face diagonals and space
    diagonals of Lab), and the distances of the histograms, bins of 0.25, are averaged. Equal colours are at 0; moving
    every colour by t gives about t / 2.
    """
    distances = [
        np.abs(np.cumsum(ours) - np.cumsum(theirs)).sum() * _BIN
        for ours, theirs in zip(_histograms(picture), _histograms(style), strict=True)
    ]
    return float(np.mean(distances))


def _directions() -> NDArray[np.float32]:
    """The 13 lines through the middle of a 3 x 3 x 3 cube, as unit vectors (3, 13)."""
    steps = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij")).reshape(3, -1)[:, 14:]
    return (steps / np.linalg.norm(steps, axis=0)).astype(np.float32)


def _histograms(picture: Array) -> list[NDArray[np.float64]]:
    from impasto.image.colour import rgb_to_lab

    projected = rgb_to_lab(picture).reshape(-1, 3) @ _directions()
    bins = np.floor((projected + _REACH) / _BIN).astype(np.int64).clip(0, int(2 * _REACH / _BIN) - 1)
    return [np.bincount(column, minlength=int(2 * _REACH / _BIN)) / len(bins) for column in bins.T]
