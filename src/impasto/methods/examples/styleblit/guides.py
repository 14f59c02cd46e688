"""What `styleblit` compares: the guides that are given, or those that can be made from the pictures."""

from dataclasses import dataclass

import numpy as np

from impasto.core import Array, Inputs, UsageError
from impasto.guides.appearance import detail, grey, match_levels
from impasto.guides.normals import sphere_normals
from impasto.guides.positions import positions
from impasto.image.labels import check_lies_over
from impasto.image.resize import resize

from . import Options

_BLUR = 1 / 80  # of a picture's long side: smaller forms than that are the strokes', not the subject's
_DETAIL = 1.4  # how much detail counts beside light and dark; at 2 faces are sharp and strokes are few
_THRESHOLD = 24.0  # Sykora et al.'s shader
_LOOSER = 36.0  # where nothing better than greys is compared, 24 leaves chunks of few pixels


@dataclass(frozen=True, slots=True)
class Guides:
    """Of the result (3, H, W) and of the painting (3, h, w), values from 0 to 255; and how far chunks may differ."""

    target: Array
    source: Array
    threshold: float


def read_guides(inputs: Inputs, painting: Array, options: Options) -> Guides:
    """Guides of the result and of the painting as it is used. Raises UsageError or InputError where they do not fit."""
    target, source = _pair(inputs, painting, options)
    made = not inputs.extras and not inputs.blank and options.guide == "appearance"
    usual = _LOOSER if made else _THRESHOLD
    return Guides(
        _planes(target, inputs.content.shape[:2]), _planes(source, painting.shape[:2]),
        usual if options.threshold is None else options.threshold,
    )  # fmt: skip


def _pair(inputs: Inputs, painting: Array, options: Options) -> tuple[Array, Array]:
    given, wanted = (inputs.extras.get(name) for name in ("style_guide", "content_guide"))
    if given is not None:
        check_lies_over("style_guide", given, "style", inputs.styles[0].picture)
    if wanted is not None and not inputs.blank:
        check_lies_over("content_guide", wanted, "photo", inputs.content)
    if options.guide == "normals":
        height, width = painting.shape[:2]
        ball = resize(sphere_normals(min(height, width)), (height, width)) if given is None else given
        return (inputs.content if wanted is None else wanted), ball
    if given is not None:
        if wanted is None and inputs.blank:
            raise UsageError("style_guide: nothing to compare it with; give a photo or content_guide, too.")
        return (inputs.content if wanted is None else wanted), given
    if wanted is not None:
        raise UsageError("content_guide: nothing to compare it with; give style_guide, too, or set guide to normals.")
    if inputs.blank:
        return positions(inputs.content.shape[:2]), positions(painting.shape[:2])
    return appearance_pair(inputs.content, painting, options.match_levels)


def appearance_pair(photo: Array, painting: Array, strength: float) -> tuple[Array, Array]:
    """Light and dark, the same blurred further, and detail, of a photo and of a painting: (H, W, 3) and (h, w, 3)."""
    found: list[list[Array]] = []
    for picture in (photo, painting):
        blur = max(picture.shape[:2]) * _BLUR
        fine = np.float32(0.5) + np.float32(_DETAIL) * (detail(picture, 4 * blur, blur / 4) - np.float32(0.5))
        found.append([grey(picture, blur / 4), grey(picture, blur), fine])
    ours = [match_levels(a, b, strength) for a, b in zip(*found, strict=True)]
    return np.dstack(ours), np.dstack(found[1])


def _planes(guide: Array, shape: tuple[int, int]) -> Array:
    scaled = guide if guide.shape[:2] == shape else resize(guide, shape)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1) * np.float32(255)).clip(0, 255)
