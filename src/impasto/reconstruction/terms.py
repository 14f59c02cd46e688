"""Terms: the reasons to change a picture, each with a name and a pull, that any method may list side by side.

A term looks at the photo and the paintings once for every scale and answers with aims: losses of the moving picture.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from impasto.content.features import feature_loss
from impasto.content.laplacian import contours, laplacian_loss
from impasto.content.smoothness import total_variation
from impasto.encoders.vgg import check_layers
from impasto.textures.histogram import histogram_loss, quantiles
from impasto.textures.spectrum import amplitude_target, spectrum_loss

TINY = 1e-12  # below any loss that means something: a black painting's targets have almost no size


@dataclass(frozen=True, slots=True)
class View:
    """A picture (1, 3, H, W) in [0, 1] and what the network sees in it, by layer.

    margin_px: how far the picture was mirrored around itself for the network; the features cover that, too.
    """

    picture: Tensor
    features: dict[str, Tensor]
    margin_px: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to paint from at one scale: the photo, and the paintings with their shares, which sum to one."""

    content: View
    styles: tuple[tuple[View, float], ...]


@dataclass(frozen=True, slots=True)
class Aim:
    """One loss at one scale, and its weight among the aims of its term."""

    loss: Callable[[View], Tensor]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Term:
    """A group of aims that pull together. `layers`: what it must see; `aims`: the losses by name at one scale."""

    name: str
    pull: float
    aims: Callable[[Scene], dict[str, Aim]]
    layers: tuple[str, ...] = ()


Target = TypeVar("Target")
Samples = Sequence[tuple[Tensor, float]]
"""One layer's features of every painting, (1, C, h, w), each with the painting's share."""
Share = Callable[[str, Tensor], float]
"""(layer, target) -> the weight of that layer's loss, for weights that a publication states."""


def content_term(pull: float, layers: Mapping[str, float], share: Share | None = None) -> Term:
    """Keep the photo's features at the layers given, each with its weight."""

    def measure(scene: Scene, layer: str) -> Tensor:
        return scene.content.features[layer]

    return _layered("content", pull, layers, measure, feature_loss, share)


def style_term(pull: float, layers: Mapping[str, float], measure: Callable[[Samples], Target],
               loss: Callable[[Tensor, Target], Tensor], share: Share | None = None, name: str = "style") -> Term:  # fmt: skip
    """Take on what a texture model measures in the paintings' features at the layers given; their weights are relative.

    measure: the paintings' features at a layer -> its target there. loss: (features, target) -> scalar.
    """
    total = sum(layers.values()) or 1.0

    def measured(scene: Scene, layer: str) -> Target:
        return measure([(view.features[layer], part) for view, part in scene.styles])

    return _layered(name, pull, {k: w / total for k, w in layers.items()}, measured, loss, share)


def histogram_term(pull: float, layers: Mapping[str, float]) -> Term:
    """Take on the paintings' histograms at the layers given; several paintings meet halfway between their values."""
    return style_term(pull, layers, blended(quantiles), histogram_loss, name="histogram")


def laplacian_term(pull: float, pools: Mapping[str, float], share: Callable[[int], float] | None = None) -> Term:
    """Keep the photo's contours at several grains: pool sizes in pixels, each with its weight among them.

    share: pool -> weight of its loss, for weights that a publication states.
    """
    weights = {int(name): weight for name, weight in pools.items() if weight > 0}
    total = sum(weights.values())

    def aim(photo: Tensor, pool: int) -> Aim:
        target = contours(photo, pool)
        of_nothing = target.square().mean()
        part = share(pool) if share else relative_share(weights[pool] / total, of_nothing)
        return Aim(lambda view: laplacian_loss(view.picture, target, pool), part)

    def aims(scene: Scene) -> dict[str, Aim]:
        return {f"laplacian {pool}": aim(scene.content.picture, pool) for pool in weights}

    return Term("laplacian", pull if weights else 0.0, aims)


def spectrum_term(pull: float) -> Term:
    """Take on the paintings' amplitude spectrum; several paintings each pull by their share."""

    def aim(scene: Scene, number: int) -> Aim:
        size = scene.content.picture.shape[-2], scene.content.picture.shape[-1]
        view, part = scene.styles[number]
        target = amplitude_target(view.picture, size)
        contrast = view.picture.var((2, 3)).mean()
        return Aim(lambda view: spectrum_loss(view.picture, target), relative_share(part, contrast))

    def aims(scene: Scene) -> dict[str, Aim]:
        return {f"spectrum {number + 1}": aim(scene, number) for number in range(len(scene.styles))}

    return Term("spectrum", pull, aims)


def smoothness_term(pull: float) -> Term:
    """Let neighbouring pixels agree."""
    return Term("tv", pull, lambda _: {"tv": Aim(lambda view: total_variation(view.picture))})


Statistic = TypeVar("Statistic", Tensor, tuple[Tensor, Tensor])


def blended(statistic: Callable[[Tensor], Statistic]) -> Callable[[Samples], Statistic]:
    """Measure a statistic in every painting and blend by shares: for statistics of which a mean is one again."""

    def measure(samples: Samples) -> Statistic:
        found = [statistic(features) for features, _ in samples]
        shares = [part for _, part in samples]
        if isinstance(found[0], tuple):
            return tuple(_mix(part, shares) for part in zip(*found, strict=True))  # type: ignore[return-value]
        return _mix(found, shares)  # type: ignore[arg-type,return-value]

    return measure


def _mix(values: Sequence[Tensor], shares: Sequence[float]) -> Tensor:
    return torch.stack([share * value for value, share in zip(values, shares, strict=True)]).sum(0)


def relative_share(weight: float, loss_of_nothing: Tensor) -> float:
    """The weight of a loss taken relative to what a blank would score: the same pull then serves every scale and layer."""
    return weight / max(loss_of_nothing.item(), TINY)


def _layered(name: str, pull: float, layers: Mapping[str, float], measure: Callable[[Scene, str], Target],
             loss: Callable[[Tensor, Target], Tensor], share: Share | None) -> Term:  # fmt: skip
    """One aim for every layer that has a weight."""
    check_layers(layers)
    weights = {layer: weight for layer, weight in layers.items() if weight > 0}

    def aim(scene: Scene, layer: str) -> Aim:
        target = measure(scene, layer)
        if share is not None:
            assert isinstance(target, Tensor)
            part = share(layer, target)
        else:
            part = relative_share(weights[layer], loss(torch.zeros_like(scene.content.features[layer]), target))
        return Aim(lambda view: loss(view.features[layer], target), part)

    return Term(
        name, pull if weights else 0.0, lambda scene: {f"{name} {k}": aim(scene, k) for k in weights}, tuple(weights)
    )
