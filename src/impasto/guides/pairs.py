"""Pairs of guides: what lies over the style and what lies over the result, in the same colours."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from impasto.core import Array, Inputs, UsageError
from impasto.image.labels import check_lies_over
from impasto.image.resize import resize

from .appearance import detail, grey, match_levels
from .inputs import MOST_PAIRS, pair_names

_BLUR = 1 / 80  # of a picture's long side: smaller forms than that are the strokes', not the subject's
_DETAIL = 1.4  # how much detail counts beside light and dark; at 2 faces are sharp and strokes are few
_MADE = 2.0  # weight of the guide made from photo and painting; at 1, faces do not survive


@dataclass(frozen=True, slots=True)
class Guide:
    """What is where: over the style (h, w, c) and over the result (H, W, c), any values in [0, 1]; and how much it counts."""

    source: Array
    target: Array
    weight: float = 1.0


def read_guides(
    inputs: Inputs, painting: Array, weights: Mapping[str, float], strength: float = 1.0, together: float = 1.0
) -> list[Guide]:
    """The guides that were given, at the sizes of painting and result, or one made from both; none without a photo.

    weights: by number; those left out get their part of `together`. strength: how far a guide that is made moves the photo's greys.
    Raises UsageError for weights of guides that are not there.
    """
    given = {str(number): given_pair(inputs, *pair_names(number)) for number in range(1, MOST_PAIRS + 1)}
    pairs = {number: pair for number, pair in given.items() if pair is not None}
    made = not pairs and not inputs.blank
    if made:
        pairs = {"1": appearance_pair(painting, inputs.content, strength)}
    for number in weights:
        if number not in pairs:
            raise UsageError(f"guide_weights: there is no guide '{number}'; there are: {', '.join(pairs) or 'none'}.")
    usual = _MADE if made else together / max(len(pairs), 1)
    return [
        Guide(
            _fitted(source, painting.shape[:2]), _fitted(target, inputs.content.shape[:2]), weights.get(number, usual)
        )
        for number, (source, target) in pairs.items()
    ]


def _fitted(guide: Array, shape: tuple[int, int]) -> Array:
    return guide if guide.shape[:2] == shape else resize(guide, shape)


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
