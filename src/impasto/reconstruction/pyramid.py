"""Laplacian pyramids: a picture as bands of detail, fine to coarse (Burt & Adelson 1983).

An optimiser that moves the bands instead of the pixels shifts a whole area with one number, so that large shapes and
colours move as fast as grain does (Kolkin et al. 2019, section 2.5).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def laplacian_pyramid(picture: Tensor, bands: int) -> list[Tensor]:
    """Split a picture (N, C, H, W) into at most `bands` bands of detail, finest first, and the small rest.

    Each band is what its level loses when it is halved. Halving stops at one pixel, so small pictures have fewer.
    """
    found: list[Tensor] = []
    while len(found) < bands and max(picture.shape[-2:]) > 1:
        height, width = picture.shape[-2:]
        smaller = _at(picture, ((height + 1) // 2, (width + 1) // 2))
        found.append(picture - _at(smaller, (height, width)))
        picture = smaller
    return [*found, picture]


def collapse(pyramid: Sequence[Tensor]) -> Tensor:
    """The picture that a pyramid was made of: every band laid on the enlarged sum of the coarser ones."""
    *bands, picture = pyramid
    for band in reversed(bands):
        picture = band + _at(picture, (band.shape[-2], band.shape[-1]))
    return picture


def without_detail(picture: Tensor, bands: int) -> Tensor:
    """The picture with its finest bands emptied: its masses of light and colour, and none of its texture."""
    *fine, rest = laplacian_pyramid(picture, bands)
    return collapse([*(torch.zeros_like(band) for band in fine), rest])


def finest_band(picture: Tensor) -> Tensor:
    """The detail a picture loses when it is halved, (N, C, H, W) around zero."""
    return laplacian_pyramid(picture, 1)[0]


def _at(picture: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(picture, size=size, mode="bilinear", align_corners=False)
