"""Regions: label pictures that say which parts of the painting may paint which parts of the photo.

Every colour of a label picture is one region; the same colour in the photo's and in the painting's labels belong together.
"""

import numpy as np

from impasto.core import InputError, Inputs, UsageError
from impasto.image.labels import Labels, check_lies_over, hex_of, labels_of, nearest

_SAME = 40 / 255  # two pictures' colours are the same label when no channel differs by more


def matched_labels(inputs: Inputs) -> tuple[Labels, Labels] | None:
    """Region numbers of every pixel of the photo's and of the painting's label pictures, or None without them.

    The extras "content_map" and "style_map" are of any size in their picture's proportions. Regions of the painting
    that the photo lacks get no number of the photo's. Raises UsageError for one without the other and for several
    paintings, InputError for labels of other proportions and for a region of the photo that the painting lacks.
    """
    content, style = inputs.extras.get("content_map"), inputs.extras.get("style_map")
    if content is None and style is None:
        return None
    if content is None or style is None:
        missing = "content_map" if content is None else "style_map"
        raise UsageError(f"{missing}: labels are needed for both the photo and the painting, or for neither.")
    if len(inputs.styles) != 1:
        raise UsageError(f"style_map: labels go with one painting, got {len(inputs.styles)}.")
    check_lies_over("content_map", content, "photo", inputs.content)
    check_lies_over("style_map", style, "painting", inputs.styles[0].picture)
    found, wanted = labels_of(content, "content_map")
    theirs, colours = labels_of(style, "style_map")
    partner = nearest(wanted, colours)
    for colour, number in zip(wanted, partner, strict=True):
        if np.abs(colours[number] - colour).max() > _SAME:
            known = ", ".join(hex_of(c) for c in colours)
            raise InputError(f"content_map: the region {hex_of(colour)} is not in the style_map, which has: {known}.")
    return partner[found], theirs
