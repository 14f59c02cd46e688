"""Regions: label pictures that say which parts of the painting may paint which parts of the photo.

Every colour of a label picture is one region; the same colour in the photo's and in the painting's labels belong together.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, UsageError

Labels = NDArray[np.int64]
_LEAST_SHARE = 0.005  # of the pixels: rarer colours are the soft edges of a drawn label, not a region


def matched_labels(extras: Mapping[str, Array], paintings: int) -> tuple[Labels, Labels] | None:
    """Region numbers of every pixel of the photo's and of the painting's label pictures, or None without them.

    extras: may hold "content_mask" and "style_mask", (H, W, 3) each. Raises UsageError for one without the other, for
    several paintings, and for a region of the photo that the painting lacks.
    """
    content, style = extras.get("content_mask"), extras.get("style_mask")
    if content is None and style is None:
        return None
    if content is None or style is None:
        missing = "content_mask" if content is None else "style_mask"
        raise UsageError(f"{missing}: labels are needed for both the photo and the painting, or for neither.")
    if paintings != 1:
        raise UsageError(f"style_mask: labels go with one painting, got {paintings}.")
    regions = _regions(style)
    wanted = _regions(content)
    for colour in wanted:
        if colour not in regions:
            known = ", ".join(_name(c) for c in regions)
            raise UsageError(f"content_mask: the region {_name(colour)} is not in the style_mask, which has: {known}.")
    return _numbered(content, wanted, wanted), _numbered(style, regions, wanted)


def _rounded(labels: Array) -> NDArray[np.int64]:
    """Colours in sixteenths, so that a compressed label picture keeps its labels."""
    return np.rint(labels * 15).astype(np.int64)


def _regions(labels: Array) -> list[tuple[int, ...]]:
    """The colours that cover enough of a label picture, in a fixed order."""
    colours, counts = np.unique(_rounded(labels).reshape(-1, 3), axis=0, return_counts=True)
    enough = counts >= min(counts.max(), _LEAST_SHARE * counts.sum())
    return [tuple(int(v) for v in colour) for colour in colours[enough]]


def _numbered(labels: Array, regions: list[tuple[int, ...]], order: list[tuple[int, ...]]) -> Labels:
    """Each pixel's nearest region as a number into `order`; -1 for regions that are not in it."""
    flat = _rounded(labels).reshape(-1, 3)
    colours, inverse = np.unique(flat, axis=0, return_inverse=True)
    distance = ((colours[:, None] - np.array(regions)[None]) ** 2).sum(2)
    numbers = np.array([order.index(region) if region in order else -1 for region in regions])
    return numbers[distance.argmin(1)][inverse.reshape(-1)].reshape(labels.shape[:2])


def _name(colour: tuple[int, ...]) -> str:
    return "#" + "".join(f"{value * 17:02x}" for value in colour)
