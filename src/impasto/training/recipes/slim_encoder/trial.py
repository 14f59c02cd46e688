"""A trial by painting: what the student is for, on a few held-out pairs, judged by the teacher."""

from collections.abc import Iterable

import torch
from torch import Tensor

from impasto.core import Array
from impasto.encoders.slim import TAPPED, Slim
from impasto.encoders.vgg import VGG19
from impasto.image.tensors import to_array
from impasto.textures.covariance import gram

_STYLE_LAYERS = tuple(layer for layer in TAPPED if layer.endswith("_1"))
_PAIRS, _STEPS, _RATE = 4, 40, 0.03


def paint_trials(network: Slim, teacher: VGG19, photos: Tensor, paintings: Tensor) -> tuple[Array, float]:
    """Move photos (N, 3, S, S) towards paintings down the student's style loss alone, with Adam.

    Returns a sheet with a row for photos, paintings and results, and the style left: the teacher's Gram distance of
    the results to the paintings relative to that of the photos, averaged over layers and pairs. 0 is the painting's
    texture, 1 the photo's.
    """
    count = min(_PAIRS, len(photos), len(paintings))
    photos, paintings = photos[:count], paintings[:count]
    with torch.no_grad():
        goals = _grams(network, paintings)
        sizes = [goal.square().sum((1, 2)).clamp_min(1e-12) for goal in goals]
    with torch.enable_grad():
        moving = photos.clone().requires_grad_()
        optimiser = torch.optim.Adam([moving], lr=_RATE)
        for _ in range(_STEPS):
            optimiser.zero_grad()
            _distances(_grams(network, moving), goals, sizes).sum().backward()
            optimiser.step()
    with torch.no_grad():
        results = moving.detach().clamp(0, 1)
        wanted, before, after = (_grams(teacher, x) for x in (paintings, photos, results))
        ones = [torch.ones(count, device=photos.device)] * len(wanted)
        worst = [(b - w).square().sum((1, 2)).clamp_min(1e-12) for b, w in zip(before, wanted, strict=True)]
        left = torch.stack([d / w for d, w in zip(_each(after, wanted, ones), worst, strict=True)]).mean()
    rows = [torch.cat(list(row), dim=-1) for row in (photos, paintings, results)]
    return to_array(torch.cat(rows, dim=-2)[None]), float(left)


def _grams(network: VGG19, pictures: Tensor) -> list[Tensor]:
    return [gram(x) for x in network(pictures, _STYLE_LAYERS).values()]


def _each(grams: Iterable[Tensor], goals: Iterable[Tensor], sizes: Iterable[Tensor]) -> list[Tensor]:
    return [(g - a).square().sum((1, 2)) / size for g, a, size in zip(grams, goals, sizes, strict=True)]


def _distances(grams: list[Tensor], goals: list[Tensor], sizes: list[Tensor]) -> Tensor:
    return torch.stack(_each(grams, goals, sizes)).sum(0)
