"""What a network in training is told: how much of the photo is lost, how far the painting's texture is, pair by pair."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto.textures.covariance import gram
from impasto.textures.moments import moments

_FLOOR = 0.05  # of what photo and painting have: keeps pairs that are alike from drowning the others

Features = Mapping[str, Tensor]


def relative_style_error(found: Features, photo: Features, painting: Features, layers: Mapping[str, float]) -> Tensor:
    """(N,): distance of Gram matrices to the painting's, 0 for the painting's texture and about 1 for the photo's.

    As `relative_gram_error`, from the painting's features.
    """
    return relative_gram_error(found, photo, {layer: gram(painting[layer]) for layer in layers}, layers)


def relative_gram_error(found: Features, photo: Features, goals: Features, layers: Mapping[str, float]) -> Tensor:
    """(N,): |G - G_s|² / (|G_c - G_s|² + 0.05 (|G_c|² + |G_s|²)) by layer, averaged by the layers' weights.

    goals: the painting's Gram matrices (N, C, C) by layer.
    """
    total = sum(layers.values()) or 1.0
    errors: list[Tensor] = []
    for layer, weight in layers.items():
        errors.append(weight / total * _ratio(gram(found[layer]), gram(photo[layer]), goals[layer]))
    return torch.stack(errors).sum(0)


def relative_content_error(found: Tensor, photo: Tensor) -> Tensor:
    """(N,): mean squared distance of features, each channel brought to mean 0 and deviation 1; 2 for unrelated pictures."""
    return (_normalised(found) - _normalised(photo)).square().mean((1, 2, 3))


def relative_texture_error(found: Features, photo: Features, goals: Features, layers: Mapping[str, float]) -> Tensor:
    """(N,): as `relative_gram_error`, with a channel's mean and what goes on around it weighed apart.

    A Gram matrix is mostly its means, which are the painting's colours; strokes are in the rest, the covariance. goals:
    Gram matrices and means as `paintings.textures` gives them.
    """
    total = sum(layers.values()) or 1.0
    errors: list[Tensor] = []
    for layer, weight in layers.items():
        goal_mean = goals[f"{layer} mean"]
        goal = goals[layer] - _outer(goal_mean)
        covariance, mean = _apart(found[layer])
        before, before_mean = _apart(photo[layer])
        error = _ratio(covariance, before, goal) + MEANS * _ratio(mean, before_mean, goal_mean)
        errors.append(weight / total * error)
    return torch.stack(errors).sum(0)


MEANS = 0.5
"""What means count, where covariances count one."""


def _apart(features: Tensor) -> tuple[Tensor, Tensor]:
    mean = features.float().mean((2, 3))
    return gram(features) - _outer(mean), mean


def _outer(mean: Tensor) -> Tensor:
    return mean[:, :, None] * mean[:, None]


def _ratio(found: Tensor, before: Tensor, goal: Tensor) -> Tensor:
    scale = _square(before - goal) + _FLOOR * (_square(before) + _square(goal))
    return _square(found - goal) / scale.clamp_min(1e-12)


def published_style_error(found: Features, painting: Features, layers: Mapping[str, float]) -> Tensor:
    """(N,): mean squared difference of Gram matrices, divided by H W only, summed over layers (the authors' code)."""
    return published_gram_error(found, {layer: gram(painting[layer]) for layer in layers}, layers)


def published_gram_error(found: Features, goals: Features, layers: Mapping[str, float]) -> Tensor:
    """(N,): the same, from the painting's Gram matrices."""
    errors = [weight * (gram(found[k]) - goals[k]).square().mean((1, 2)) for k, weight in layers.items()]
    return torch.stack(errors).sum(0)


def published_content_error(found: Tensor, photo: Tensor) -> Tensor:
    """(N,): mean squared difference of features."""
    return (found.float() - photo.float()).square().mean((1, 2, 3))


def _normalised(features: Tensor) -> Tensor:
    mean, deviation = moments(features)
    # A channel that is silent in one picture has no deviation to divide by.
    return (features.float() - mean) / (deviation + 0.1 * deviation.detach().mean(1, keepdim=True))


def _square(matrices: Tensor) -> Tensor:
    return matrices.square().flatten(1).sum(1)


def own_texture_error(found: Features, goals: Features, layers: Mapping[str, float]) -> Tensor:
    """(N,): as `relative_texture_error` where there is no photo to start from: relative to what the painting itself has."""
    total = sum(layers.values()) or 1.0
    errors: list[Tensor] = []
    for layer, weight in layers.items():
        mean = goals[f"{layer} mean"]
        goal = goals[layer] - _outer(mean)
        covariance, own = _apart(found[layer])
        error = _square(covariance - goal) / _square(goal).clamp_min(1e-12)
        error = error + MEANS * _square(own - mean) / _square(mean).clamp_min(1e-12)
        errors.append(weight / total * error)
    return torch.stack(errors).sum(0)
