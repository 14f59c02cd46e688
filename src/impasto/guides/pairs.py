"""Pairs of guides: what lies over the style and what lies over the result, in the same colours."""

import numpy as np

from impasto.core import Array, Inputs, UsageError
from impasto.image.labels import check_lies_over

from .appearance import detail, grey, match_levels

_BLUR = 1 / 80  # of a picture's long side: smaller forms than that are the strokes', not the subject's
_DETAIL = 1.4  # how much detail counts beside light and dark; at 2 faces are sharp and strokes are few


def given_pair(inputs: Inputs, style_name: str, content_name: str) -> tuple[Array, Array] | None:
    """The guides of style and result that were given, at their own sizes; None where neither was.

    A photo stands in for a missing guide of the result. Raises InputError for a guide of other proportions than its
    picture, UsageError for one without a partner.
    """
    given, wanted = inputs.extras.get(style_name), inputs.extras.get(content_name)
    if wanted is not None:
        check_lies_over(content_name, wanted, "result", inputs.content)
    if given is None:
        if wanted is not None:
            raise UsageError(f"{content_name}: nothing to compare it with; give {style_name}, too.")
        return None
    check_lies_over(style_name, given, "style", inputs.styles[0].picture)
    if wanted is None and inputs.blank:
        raise UsageError(f"{style_name}: nothing to compare it with; give a photo or {content_name}, too.")
    return given, inputs.content if wanted is None else wanted


def appearance_pair(painting: Array, photo: Array, strength: float) -> tuple[Array, Array]:
    """Light and dark, the same blurred further, and detail, of a painting and of a photo: (h, w, 3) and (H, W, 3).

    strength: how far the photo's values are moved to the painting's distribution, 0 to 1.
    """
    found: list[list[Array]] = []
    for picture in (painting, photo):
        blur = max(picture.shape[:2]) * _BLUR
        fine = np.float32(0.5) + np.float32(_DETAIL) * (detail(picture, 4 * blur, blur / 4) - np.float32(0.5))
        found.append([grey(picture, blur / 4), grey(picture, blur), fine])
    matched = [match_levels(ours, theirs, strength) for theirs, ours in zip(*found, strict=True)]
    return np.dstack(found[0]), np.dstack(matched)
