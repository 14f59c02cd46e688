"""More paintings than there are: cuts at several scales, and other colours."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.image.colour import rgb_to_yuv

_CLOSEST = 0.8  # of the wanted side: cuts are enlarged by no more than a quarter
# Half of what the authors' code allows (brightness 0.8, saturation 0.5 to 1.5, hue 0.2 of a turn), which leaves many
# paintings black or white.
_BRIGHTNESS, _SATURATION, _HUE = 0.4, 0.5, 0.2


def cut(pictures: Tensor, side_px: int) -> Tensor:
    """Squares from anywhere in (N, 3, S, S), of sides between 0.8 side_px and S, brought to side_px."""
    whole = pictures.shape[-1]
    found: list[Tensor] = []
    for picture in pictures.split(1):
        side = round(_between(min(whole, _CLOSEST * side_px), whole))
        top, left = (int(torch.randint(whole - side + 1, ())) for _ in "yx")
        square = picture[..., top : top + side, left : left + side]
        found.append(
            F.interpolate(square, size=(side_px, side_px), mode="bilinear", antialias=True, align_corners=False)
        )
    return torch.cat(found).contiguous(memory_format=torch.channels_last)


def recolour(pictures: Tensor, share: float) -> Tensor:
    """Change brightness, saturation and hue of that share of (N, 3, S, S), and turn half of them upside down."""
    changed: list[Tensor] = []
    basis = torch.from_numpy(rgb_to_yuv(torch.eye(3, dtype=torch.float64).numpy()).T).to(pictures)
    for picture in pictures.split(1):
        if float(torch.rand(())) < 0.5:
            picture = picture.flip(2)
        if float(torch.rand(())) < share:
            angle, spread = math.tau * _between(-_HUE, _HUE), _between(1 - _SATURATION, 1 + _SATURATION)
            turn = torch.tensor(
                [
                    [1, 0, 0],
                    [0, spread * math.cos(angle), -spread * math.sin(angle)],
                    [0, spread * math.sin(angle), spread * math.cos(angle)],
                ]
            ).to(pictures)
            matrix = torch.linalg.inv(basis) @ turn @ basis
            picture = (torch.einsum("oc,nchw->nohw", matrix, picture) + _between(-_BRIGHTNESS, _BRIGHTNESS)).clamp(0, 1)
        changed.append(picture)
    return torch.cat(changed)


def _between(low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand(()))
