"""What the network is told: how much of the photo is lost, how far the painting's texture is, pair by pair."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto.textures.covariance import gram
from impasto.textures.moments import moments

_FLOOR = 0.05  # of what photo and painting have: keeps pairs that are alike from drowning the others

Features = Mapping[str, Tensor]


def relative_style_error(found: Features, photo: Features, painting: Features, layers: Mapping[str, float]) -> Tensor:
    """(N,): distance of Gram matrices to the painting's, 0 for the painting's texture and about 1 for the photo's.

    |G - G_s|² / (|G_c - G_s|² + 0.05 (|G_c|² + |G_s|²)) by layer, averaged by the layers' weights.
    """
    total = sum(layers.values()) or 1.0
    errors: list[Tensor] = []
    for layer, weight in layers.items():
        goal, before = gram(painting[layer]), gram(photo[layer])
        scale = _square(before - goal) + _FLOOR * (_square(before) + _square(goal))
        errors.append(weight / total * _square(gram(found[layer]) - goal) / scale.clamp_min(1e-12))
    return torch.stack(errors).sum(0)


def relative_content_error(found: Tensor, photo: Tensor) -> Tensor:
    """(N,): mean squared distance of features, each channel brought to mean 0 and deviation 1; 2 for unrelated pictures."""
    return (_normalised(found) - _normalised(photo)).square().mean((1, 2, 3))


def published_style_error(found: Features, painting: Features, layers: Mapping[str, float]) -> Tensor:
    """(N,): mean squared difference of Gram matrices, divided by H W only, summed over layers (the authors' code)."""
    errors = [weight * (gram(found[k]) - gram(painting[k])).square().mean((1, 2)) for k, weight in layers.items()]
    return torch.stack(errors).sum(0)


def published_content_error(found: Tensor, photo: Tensor) -> Tensor:
    """(N,): mean squared difference of features."""
    return (found.float() - photo.float()).square().mean((1, 2, 3))


def _normalised(features: Tensor) -> Tensor:
    mean, deviation = moments(features)
    # A channel that is silent in one picture has no deviation to divide by.
    return (features.float() - mean) / (deviation + 0.1 * deviation.detach().mean(1, keepdim=True))


def _square(matrices: Tensor) -> Tensor:
    return matrices.square().sum((1, 2))
