"""What `styleblit` compares: the guides that are given, or those that can be made from the pictures."""

from dataclasses import dataclass

import numpy as np

from impasto.core import Array, Inputs
from impasto.guides.normals import sphere_normals
from impasto.guides.pairs import appearance_pair, given_pair
from impasto.guides.positions import positions
from impasto.image.labels import check_lies_over
from impasto.image.resize import resize

from . import Options

USUAL_THRESHOLD = 24.0  # Sykora et al.'s shader
_LOOSER = 36.0  # where nothing better than greys is compared, 24 leaves chunks of few pixels


@dataclass(frozen=True, slots=True)
class Guides:
    """Of the result (3, H, W) and of the painting (3, h, w), values from 0 to 255; and how far chunks may differ."""

    target: Array
    source: Array
    threshold: float


def read_guides(inputs: Inputs, painting: Array, options: Options) -> Guides:
    """Guides of the result and of the painting as it is used. Raises UsageError or InputError where they do not fit."""
    source, target, usual = _pair(inputs, painting, options)
    return Guides(
        _planes(target, inputs.content.shape[:2]),
        _planes(source, painting.shape[:2]),
        usual if options.threshold is None else options.threshold,
    )


def _pair(inputs: Inputs, painting: Array, options: Options) -> tuple[Array, Array, float]:
    if options.guide == "normals" and "style_guide" not in inputs.extras:
        wanted = inputs.extras.get("content_guide", inputs.content)
        check_lies_over("content_guide", wanted, "result", inputs.content)
        height, width = painting.shape[:2]
        return resize(sphere_normals(min(height, width)), (height, width)), wanted, USUAL_THRESHOLD
    given = given_pair(inputs, "style_guide", "content_guide")
    if given is not None:
        return *given, USUAL_THRESHOLD
    if inputs.blank:
        return positions(painting.shape[:2]), positions(inputs.content.shape[:2]), USUAL_THRESHOLD
    return *appearance_pair(painting, inputs.content, options.match_levels), _LOOSER


def _planes(guide: Array, shape: tuple[int, int]) -> Array:
    scaled = guide if guide.shape[:2] == shape else resize(guide, shape)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1) * np.float32(255)).clip(0, 255)
