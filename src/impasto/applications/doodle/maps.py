"""The two maps of a doodle, brought to one set of labels and checked against the pictures they lie over."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impasto.core import Array, InputError, Inputs
from impasto.image import style_size
from impasto.image.labels import Labels, check_lies_over, hex_of, labels_of, nearest
from impasto.image.resize import nearest_pixels

_SAME = 40 / 255  # two maps' colours are the same label when no channel differs by more


@dataclass(frozen=True, slots=True)
class Maps:
    """Labels of the painting and of the result, (H, W) each, as large as they are painted; colours (L, 3) of the labels."""

    style: Labels
    target: Labels
    colours: Array

    def planes(self, labels: Labels) -> Array:
        """One plane for every label, (L, H, W): 1 where it is, 0 elsewhere."""
        return (labels[None] == np.arange(len(self.colours))[:, None, None]).astype(np.float32)


def read_maps(inputs: Inputs, missing: Literal["refuse", "nearest"] = "refuse", style_scale: float = 1.0) -> Maps:
    """The maps of a run, at the size of the result and of the painting beside it (`style_scale` times as large). Raises InputError for a map of other proportions than its picture, or a label without a source."""
    style_map, target_map = inputs.extras["style_map"], inputs.extras["target_map"]
    check_lies_over("style_map", style_map, "painting", inputs.styles[0].picture)
    check_lies_over("target_map", target_map, "photo", inputs.content)
    style, colours = labels_of(style_map, "style_map")
    target, wanted = labels_of(target_map, "target_map")
    partner = nearest(wanted, colours)
    if missing == "refuse":
        shares = np.bincount(target.ravel(), minlength=len(wanted)) / target.size
        for colour, share, here in zip(wanted, shares, partner, strict=True):
            if np.abs(colours[here] - colour).max() > _SAME:
                raise InputError(
                    f"target_map: label {hex_of(colour)} ({share:.1%} of it) is not in the style_map, which has "
                    f"{', '.join(hex_of(c) for c in colours)}. Recolour it, or set missing_labels to nearest."
                )
    size = inputs.content.shape[:2]
    beside = style_size(inputs.styles[0].picture.shape[:2], size, style_scale)
    return Maps(nearest_pixels(style, beside), nearest_pixels(partner[target], size), colours)
