"""The three pictures of an analogy, as planes to compare, for each of its modes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impasto.content.colour import recoloured
from impasto.core import Array, InputError, Inputs, UsageError
from impasto.guides.appearance import slopes
from impasto.guides.pairs import given_pair
from impasto.image.colour import luminance
from impasto.image.labels import labels_of
from impasto.image.resize import fit_size, resize

from . import Options

_PAINTED = 10.0  # coherence where a painting is its own guide: whole strokes, and at 5 fragments of them
_COHERENCE = {"filter": 5.0, "texture": 1.0, "numbers": 2.0, "enlarge": 0.5, "transfer": 1.0}
_DRAWN = (1.0, 10.0)  # coherence and weight where edges are compared; with less weight, hatching grows over even ground
_WEIGHT = {"filter": 1.0, "texture": 1.0, "numbers": 3.0, "enlarge": 1.0, "transfer": 0.5}
_STEEPEST = 8.0  # gain of a remap: a photo of one grey would otherwise make the pair grey, or noise of it
_STEEP = 0.15  # deviation of slopes beside greys: about what those of photos and prints are
_EDGE = 0.1  # how far a grey has to rise for an edge that smoothing keeps
_FLAT, _FLAT_SHARE = 8 / 255, 0.9  # of a label picture's pixels so many are so near to their label's colour

Kind = Literal["filter", "texture", "numbers", "enlarge", "transfer"]


@dataclass(frozen=True, slots=True)
class Analogy:
    """before (h, w, b), after (h, w, a), target (H, W, b): what is compared. paint (h, w, 3): what the result is made of.

    luminance: the photo's colours are laid over it. inside: what lies at the style's border is not copied.
    """

    kind: Kind
    before: Array
    after: Array
    target: Array
    paint: Array
    coherence: float
    weight: float
    luminance: bool
    inside: bool


def read_analogy(inputs: Inputs, options: Options) -> Analogy:
    """Bring style, guide and photo to one size, one distribution and the planes that count.

    Raises UsageError for a mode that misses one of its pictures, or has no use for one that was given.
    """
    guide = None if inputs.blank and "style_guide" not in inputs.extras else _guide(inputs)
    kind = kind_of(inputs, guide, options)
    drawn = options.compare == "edges"
    colour = options.preserve_colour
    if colour is None:
        colour = "luminance" if kind == "enlarge" or (kind == "filter" and guide is not None and not drawn) else "off"
    painted = kind == "filter" and guide is None
    own = inputs.styles[0].picture
    style = own if inputs.blank else recoloured(inputs, "off" if colour == "luminance" else colour)[1][0]
    size = _style_size(own.shape[:2], inputs.content.shape[:2], options.style_scale)
    style = resize(style, size)
    if guide is not None:
        guide = resize(guide, size)
    before, target = _before(kind, style, guide, inputs.content, options)
    grey = options.compare in ("luminance", "edges") or (
        options.compare is None and not painted and kind in ("filter", "enlarge")
    )
    if grey:
        before, after, target = (luminance(p).astype(np.float32)[..., None] for p in (before, style, target))
    else:
        after = style
    paint = style
    if drawn:
        before, target = _slopes(before, target, options.match_levels)
    elif kind not in ("numbers", "texture"):
        gain, shift = remap(before, target, options.match_levels)
        before, after = before * gain + shift, after * gain + shift
    if colour == "luminance":
        paint = after if after.shape[2] == 3 else after.repeat(3, 2)
    usual = _DRAWN if drawn else (_PAINTED if painted else _COHERENCE[kind], _WEIGHT[kind])
    coherence = usual[0] if options.coherence is None else options.coherence
    weight = usual[1] if options.content_weight is None else options.content_weight
    kept = colour == "luminance" and not inputs.blank
    # An exact pair is copied to its border; elsewhere, windows that repeat it leave marks.
    inside = drawn or painted or kind == "texture"
    return Analogy(kind, before, after, target, paint, coherence, weight, kept, inside)


def _guide(inputs: Inputs) -> Array | None:
    if inputs.blank:
        raise UsageError("style_guide: nothing to compare it with; give a photo, too.")
    pair = given_pair(inputs, "style_guide", "content_guide")
    return None if pair is None else pair[0]


def kind_of(inputs: Inputs, guide: Array | None, options: Options) -> Kind:
    """What the pictures that were given are for, or what was asked for."""
    kind = options.mode
    if kind == "auto":
        if inputs.blank:
            return "texture"
        return "filter" if guide is None or not _are_labels(guide) else "numbers"
    if inputs.blank and kind != "texture":
        raise UsageError(f"mode: '{kind}' needs a photo; without one, a texture is made.")
    if kind == "texture" and not inputs.blank:
        raise UsageError("mode: a texture is made without a photo; 'transfer' lays one over a photo.")
    if kind == "numbers" and guide is None:
        raise UsageError("mode: 'numbers' needs a label picture over the style; give style_guide.")
    if kind in ("enlarge", "transfer") and guide is not None:
        raise UsageError(f"style_guide: '{kind}' makes its own from the style; leave it out.")
    return kind


def _are_labels(guide: Array) -> bool:
    """Whether nearly all pixels are one of a few colours; a soft photo has a few common colours, too, and all between."""
    try:
        labels, palette = labels_of(guide)
    except InputError:
        return False
    return float((np.abs(guide - palette[labels]).max(2) < _FLAT).mean()) > _FLAT_SHARE


def _style_size(own: tuple[int, int], result: tuple[int, int], scale: float | None) -> tuple[int, int]:
    side = min(max(own), max(result)) if scale is None else round(scale * max(result))
    # A dozen pixels hold a window with its margin.
    least = -(-12 * max(own) // min(own))
    return fit_size(own, max(side, least))


def _before(kind: Kind, style: Array, guide: Array | None, photo: Array, options: Options) -> tuple[Array, Array]:
    """What the style was before, and what the photo is to be compared as."""
    if kind == "texture":
        return np.zeros_like(style), np.zeros_like(photo)
    if guide is not None:
        return guide, photo
    if kind == "transfer":
        return style, photo
    if kind == "enlarge":
        return tuple(blunted(picture, options.enlargement) for picture in (style, photo))  # type: ignore[return-value]
    return tuple(smoothed(picture, options.blur * max(picture.shape)) for picture in (style, photo))  # type: ignore[return-value]


def blunted(picture: Array, factor: float) -> Array:
    """The picture without the detail it would lose if it were made so many times smaller."""
    height, width = picture.shape[:2]
    small = resize(picture, (max(1, round(height / factor)), max(1, round(width / factor))))
    return resize(small, (height, width))


def smoothed(picture: Array, radius_px: float) -> Array:
    """The picture with its strokes smoothed away and its edges kept."""
    from impasto.filters.guided import guided

    if radius_px < 0.5:
        return picture
    guide = luminance(picture).astype(np.float32)
    radius = max(1, round(radius_px))
    planes = [guided(np.ascontiguousarray(picture[..., c]), guide, radius, _EDGE) for c in range(3)]
    return np.dstack(planes)


def _slopes(before: Array, target: Array, strength: float) -> tuple[Array, Array]:
    """Slopes of two planes of greys, (H, W, 5), as steep in the mean at strength 1."""
    steep, wanted = slopes(before[..., 0]), slopes(target[..., 0])
    theirs, ours = (max(float(planes.std(dtype=np.float64)), 1e-3) for planes in (steep, wanted))
    ours = ours**strength * theirs ** (1 - strength)
    return steep * np.float32(_STEEP / theirs), wanted * np.float32(_STEEP / ours)


def remap(before: Array, target: Array, strength: float) -> tuple[Array, Array]:
    """Gain and shift (c,) that give planes the mean and spread of the target's (section 3.4)."""
    spread, goal = before.std((0, 1), dtype=np.float64), target.std((0, 1), dtype=np.float64)
    gain = np.clip(goal / np.maximum(spread, 1e-6), 1 / _STEEPEST, _STEEPEST)
    shift = target.mean((0, 1), dtype=np.float64) - gain * before.mean((0, 1), dtype=np.float64)
    return (1 + strength * (gain - 1)).astype(np.float32), (strength * shift).astype(np.float32)
