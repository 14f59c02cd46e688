"""Pictures that are no photos: an optimiser walks through such, and the student must not be fooled there."""

import torch
import torch.nn.functional as F
from torch import Tensor

_NOISE = 0.2  # largest standard deviation
_OVERSHOOT = 0.1  # pictures that are being optimised leave [0, 1] a little


def perturb(pictures: Tensor, share: float) -> Tensor:
    """Change that share of the pictures (N, 3, S, S), each in one of four ways; shape kept, range about [-0.1, 1.1].

    Noise at one of several grain sizes; a blend with another picture of the batch; the coarse of one picture with the
    fine of another; contrast pushed beyond the range.
    """
    count = len(pictures)
    others = pictures.roll(1 + int(torch.randint(max(1, count - 1), ())), 0)
    changed = pictures.clone()
    for i in range(count):
        if float(torch.rand(())) < share:
            way = _WAYS[int(torch.randint(len(_WAYS), ()))]
            changed[i : i + 1] = way(pictures[i : i + 1], others[i : i + 1])
    return changed.clamp(-_OVERSHOOT, 1 + _OVERSHOOT)


def _noise(picture: Tensor, other: Tensor) -> Tensor:  # noqa: ARG001
    grain = 2 ** int(torch.randint(4, ()))
    side = max(2, picture.shape[-1] // grain)
    noise = torch.randn((1, 3, side, side)).to(picture)
    noise = F.interpolate(noise, size=picture.shape[-2:], mode="bilinear", align_corners=False)
    return picture + _NOISE * float(torch.rand(())) * noise


def _blend(picture: Tensor, other: Tensor) -> Tensor:
    return torch.lerp(picture, other, 0.15 + 0.7 * float(torch.rand(())))


def _foreign_detail(picture: Tensor, other: Tensor) -> Tensor:
    factor = 2 ** int(torch.randint(1, 5, ()))
    return _coarse(picture, factor) + other - _coarse(other, factor)


def _contrast(picture: Tensor, other: Tensor) -> Tensor:  # noqa: ARG001
    middle = picture.mean((2, 3), keepdim=True)
    return middle + (picture - middle) * (0.4 + 1.4 * float(torch.rand(())))


def _coarse(picture: Tensor, factor: int) -> Tensor:
    small = F.avg_pool2d(picture, min(factor, picture.shape[-1]))
    return F.interpolate(small, size=picture.shape[-2:], mode="bilinear", align_corners=False)


_WAYS = (_noise, _blend, _foreign_detail, _contrast)
