"""What `styleblit` compares: the guides that are given, or those that can be made from the pictures."""

import numpy as np

from impasto.core import Array, Inputs, UsageError
from impasto.guides.appearance import blurred, detail, grey, match_levels
from impasto.guides.normals import sphere_normals
from impasto.guides.positions import positions
from impasto.image.labels import check_lies_over
from impasto.image.resize import resize

from . import Options

_BLUR = 1 / 128  # of a picture's long side: smaller forms than that are the strokes', not the subject's


def read_guides(inputs: Inputs, painting: Array, options: Options) -> tuple[Array, Array]:
    """Guides of the result and of the painting as it is used: (3, H, W) and (3, h, w), values from 0 to 255."""
    target, source = _pair(inputs, painting, options)
    return _planes(target, inputs.content.shape[:2]), _planes(source, painting.shape[:2])


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
    found = []
    for picture in (photo, painting):
        blur = max(picture.shape[:2]) * _BLUR
        plain = grey(picture)
        found.append([blurred(plain, blur / 4), blurred(plain, blur), detail(picture, 4 * blur)])
    ours = [match_levels(a, b, strength) for a, b in zip(*found, strict=True)]
    return np.dstack(ours), np.dstack(found[1])


def _planes(guide: Array, shape: tuple[int, int]) -> Array:
    scaled = guide if guide.shape[:2] == shape else resize(guide, shape)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1) * np.float32(255)).clip(0, 255)
