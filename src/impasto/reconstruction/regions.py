"""Regions: which style goes where, and from where in the style it comes (Gatys et al. 2017, section 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from impasto.core import Array, Inputs, UsageError
from impasto.encoders.receptive import Propagation, propagate
from impasto.encoders.vgg import check_layers
from impasto.image import label_levels, resize_mask
from impasto.textures.covariance import gram, gram_loss

from .terms import Aim, Scene, Share, Term, View, relative_share

_FEWEST_UNITS = 4.0  # below it a region has no texture at a layer, and the layer says nothing of it


@dataclass(frozen=True, slots=True)
class Source:
    """Where a region's look comes from: the number of a style, its share, and the part of it (None: all)."""

    style: int
    share: float = 1.0
    guide: Array | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Where in the result, (H, W) in [0, 1], and from where."""

    guide: Array
    sources: tuple[Source, ...]


def read_regions(inputs: Inputs) -> tuple[Region, ...]:
    """The regions that the masks of a call describe; none where it has no masks.

    One mask for each style, white where it goes; or one label picture, whose labels, dark to bright, take the styles in
    order; or one style and a label picture on either side, whose labels belong together. Raises UsageError in one line.
    """
    masks, guides = inputs.masks, inputs.style_masks
    styles = len(inputs.styles)
    if not masks:
        return _everywhere(inputs) if guides else ()
    if len(masks) == styles == 1 and guides and label_levels(masks[0]) is not None:
        regions = _same_labels(masks[0], guides[0])
    elif len(masks) == styles:
        regions = tuple(Region(mask, (Source(n, 1.0, _nth(guides, n)),)) for n, mask in enumerate(masks))
    elif len(masks) == 1:
        parts = _labels(masks[0], styles)
        regions = tuple(Region(part, (Source(n, 1.0, _nth(guides, n)),)) for n, part in enumerate(parts))
    else:
        raise UsageError(
            f"{len(masks)} masks for {styles} style{'s'[: styles > 1]}; give one mask for each style, in order, or one "
            "label picture with a label for each."
        )
    for number, region in enumerate(regions, 1):
        _refuse_black(region.guide, f"mask {number}")
        for source in region.sources:
            if source.guide is not None:
                _refuse_black(source.guide, f"style mask {source.style + 1}")
    return regions


def _everywhere(inputs: Inputs) -> tuple[Region, ...]:
    """No place is named, so that every style goes everywhere by its share, each from its own part."""
    sources = tuple(
        Source(n, share, guide)
        for n, (share, guide) in enumerate(zip(inputs.style_shares, inputs.style_masks, strict=True))
    )
    for source in sources:
        assert source.guide is not None
        _refuse_black(source.guide, f"style mask {source.style + 1}")
    return (Region(np.ones(inputs.content.shape[:2], np.float32), sources),)


def _nth(guides: Sequence[Array], number: int) -> Array | None:
    return guides[number] if guides else None


def _labels(mask: Array, styles: int) -> list[Array]:
    levels = label_levels(mask)
    if levels is None:
        raise UsageError(
            f"one mask for {styles} styles must be a label picture, one grey level for each style; this one has too many."
        )
    if len(levels) != styles:
        raise UsageError(
            f"the mask has {len(levels)} labels (grey levels {_listed(levels)}) for {styles} styles; give a label for each."
        )
    return [_where(mask, level) for level in levels]


def _same_labels(mask: Array, guide: Array) -> tuple[Region, ...]:
    levels, there = label_levels(mask), label_levels(guide)
    assert levels is not None
    if there is None:
        raise UsageError(
            "the mask is a label picture and the style mask is not; draw both with the same few grey levels."
        )
    for level in levels:
        if level not in there:
            raise UsageError(f"the mask's label {level} is not in the style mask, which has {_listed(there)}.")
    return tuple(Region(_where(mask, level), (Source(0, 1.0, _where(guide, level)),)) for level in levels)


def _where(mask: Array, level: int) -> Array:
    return (np.rint(mask * 255) == level).astype(np.float32)


def _listed(levels: np.ndarray) -> str:
    return ", ".join(str(level) for level in levels)


def _refuse_black(mask: Array, name: str) -> None:
    if mask.max() < 1 / 255:
        raise UsageError(f"{name}: it is black everywhere, which leaves no place.")


def guided_style_term(pull: float, layers: Mapping[str, float], regions: Sequence[Region], propagation: Propagation,
                      share: Share | None = None) -> Term:  # fmt: skip
    """Take on, region by region, the Gram matrices of each region's own sources (Gatys et al. 2017, eq. 4).

    Every region counts the same, whatever its area. A layer at which a region has shrunk to a few units is left out for it.
    """
    check_layers(layers)
    weights = {layer: weight for layer, weight in layers.items() if weight > 0}
    total = sum(weights.values()) or 1.0

    def aim(target: Tensor, guide: Tensor, layer: str) -> Aim:
        if share is not None:
            part = share(layer, target)
        else:
            part = relative_share(weights[layer] / total, target.square().sum((1, 2)).mean())
        return Aim(lambda view: gram_loss(view.features[layer], target, guide), part / len(regions))

    def aims(scene: Scene) -> dict[str, Aim]:
        found: dict[str, Aim] = {}
        for number, region in enumerate(regions, 1):
            guides = guides_at(region.guide, scene.content, tuple(weights), propagation)
            for layer, guide in guides.items():
                target = _target(region, scene, layer, propagation)
                found[f"style {layer} region {number}"] = aim(target, guide, layer)
        return found

    return Term("style", pull if weights else 0.0, aims, tuple(weights))


def guides_at(mask: Array, view: View, layers: tuple[str, ...], propagation: Propagation) -> dict[str, Tensor]:
    """A mask at those layers where enough of it is left; at all of them, simply made smaller, where none would be."""
    height, width = view.picture.shape[-2:]
    small = torch.from_numpy(resize_mask(mask, (height, width)))[None, None].to(view.picture.device)
    for mode in (propagation, "simple"):
        carried = propagate(small, layers, mode, margin_px=view.margin_px)
        found = {layer: guide for layer, guide in carried.items() if guide.square().sum() >= _FEWEST_UNITS}
        if found:
            return found
    return propagate(small, layers, "all", margin_px=view.margin_px)


def _target(region: Region, scene: Scene, layer: str, propagation: Propagation) -> Tensor:
    """The Gram matrix of a region's sources, blended by share."""
    made: list[Tensor] = []
    for source in region.sources:
        view, _ = scene.styles[source.style]
        guide = None
        if source.guide is not None:
            guide = guides_at(source.guide, view, (layer,), propagation)[layer]
        made.append(source.share * gram(view.features[layer], guide))
    return torch.stack(made).sum(0)
