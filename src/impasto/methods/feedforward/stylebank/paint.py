"""`stylebank`: encode the photo, give every region what its styles' banks make of it, decode."""

from collections.abc import Sequence

import numpy as np
import torch

from impasto.content.colour import with_kept_colour
from impasto.core import Array, Cancelled, Context, Estimate, Inputs, Result, RunOptions, UsageError
from impasto.engines import facts, load
from impasto.engines.hardware import use_threads
from impasto.engines.torch_ops import TORCH
from impasto.image import label_levels
from impasto.reconstruction.networks import stylebank
from impasto.reconstruction.networks.whole import planes

from . import Options

_BASE_BYTES, _BYTES_PER_PIXEL, _PIXELS_PER_SECOND = 350e6, 420, 1.2e6
Regions = list[tuple[dict[str, float], torch.Tensor | float]]
"""Shares of styles, and where they go: (1, 1, h, w), or 1 for everywhere."""


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Mix the styles' banks for the picture, or for every place as the masks say (section 3.4), and decode."""
    if context.stopping:
        raise Cancelled("stopped before there was a picture")
    names = {name: weight for name, weight in options.style_name.items() if weight > 0}
    if not names:
        raise UsageError("style_name: name at least one style with a weight above 0")
    banks = stylebank.load(options.network)
    use_threads(context.run)
    encoder = load(stylebank.encoder(banks.frame, banks.sha256), context.run)
    decoder = load(stylebank.decoder(banks.frame, banks.sha256), context.run)
    features = torch.from_numpy(encoder({"picture": planes(inputs.content, stylebank.MULTIPLE)})["features"])
    total = sum(names.values())
    regions: Regions = [({n: w / total for n, w in names.items()}, 1.0)]
    if inputs.masks:
        guides = guides_of(inputs.masks, list(names), features.shape[2:], options.feather_px)
        regions = [({name: 1.0}, guide) for name, guide in zip(names, guides, strict=True)]
    made = banked(banks, features, regions, options.strength)
    height, width = inputs.content.shape[:2]
    picture = decoder({"features": made.numpy()})["picture"][0, :, :height, :width].transpose(1, 2, 0)
    context.report(1, 1)
    finished = with_kept_colour(np.ascontiguousarray(picture), inputs.content, options.preserve_colour)
    return Result(finished, {"styles": names, "weights": [banks.file.stem], **facts(decoder)})


def banked(banks: stylebank.Banks, features: torch.Tensor, regions: Regions, strength: float) -> torch.Tensor:
    """What the regions' banks make of features (1, C, h, w), as far as strength goes; elsewhere they stay as they are."""
    made, covered = torch.zeros_like(features), 0.0
    seen = stylebank.levelled(TORCH, features)
    for shares, guide in regions:
        bank, bias = (torch.from_numpy(array) for array in banks.fused(shares))
        made += guide * TORCH.conv(seen, bank, bias)
        covered = covered + guide
    return strength * made + (1 - strength * covered) * features


def guides_of(masks: Sequence[Array], names: Sequence[str], size: Sequence[int], feather_px: int) -> list[torch.Tensor]:
    """Where each style goes, (1, 1, h, w) at the features' size, softly; together they are nowhere more than one.

    Of one mask a style, or of one label picture. Raises UsageError where masks and styles do not go together.
    """
    found = list(masks)
    if len(masks) != len(names):
        levels = label_levels(masks[0]) if len(masks) == 1 else None
        if levels is None or len(levels) != len(names):
            raise UsageError(
                f"{len(masks)} mask{'s'[: len(masks) > 1]} for {len(names)} styles ({', '.join(names)}); give a mask for "
                "each, or a label picture with as many grey levels"
            )
        grey = np.rint(masks[0] * 255)
        found = [(grey == level).astype(np.float32) for level in levels]
    soft = np.stack([_feathered(mask, feather_px) for mask in found])
    soft /= np.maximum(soft.sum(0), 1)
    return [torch.from_numpy(_at(guide, size))[None, None] for guide in soft]


def _at(guide: Array, size: Sequence[int]) -> Array:
    """The mean of what lies below every position: no ringing, so that no region is more than itself."""
    import cv2

    side = stylebank.MULTIPLE
    rest = [(0, count * side - length) for count, length in zip(size, guide.shape, strict=True)]
    return np.asarray(
        cv2.resize(np.pad(guide, rest, mode="symmetric"), (size[1], size[0]), interpolation=cv2.INTER_AREA), np.float32
    )


def _feathered(mask: Array, feather_px: int) -> Array:
    import cv2

    return np.asarray(cv2.GaussianBlur(mask, (0, 0), feather_px / 2) if feather_px else mask.copy(), np.float32)


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time: the picture is painted in one piece."""
    pixels = height * width
    return Estimate(int(_BASE_BYTES + _BYTES_PER_PIXEL * pixels), 1 + pixels / _PIXELS_PER_SECOND)
