"""Masks as callers hand them over: decoded, checked against the picture they lie on, brought to its size."""

from collections.abc import Sequence
from typing import NamedTuple

from impasto.core import Array, InputError, Method, UsageError
from impasto.core.inputs import Masks, StyleMasks
from impasto.image import Picture, fit_size, resize_mask
from impasto.image.colour import luminance

from . import sources
from .sizes import Shape

_SLACK = 0.01  # of a side: what two programs may round differently


class Subject(NamedTuple):
    """The picture a mask lies on: its name, its own size, and the size at which the method sees it."""

    name: str
    shape: Shape
    target: Shape


def read_masks(given: Sequence[sources.Source], subjects: Sequence[Subject], kind: str) -> tuple[list[Picture], tuple[Array, ...]]:  # fmt: skip
    """Decode masks, each for its subject, to grey (H, W) in [0, 1] at the subject's target size.

    Raises InputError for a mask whose proportions are not its subject's.
    """
    pictures = [sources.picture(source, f"{kind} {number}") for number, source in enumerate(given, 1)]
    for picture, subject in zip(pictures, subjects, strict=True):
        _check_shape(picture, subject)
    grey = (luminance(sources.opaque(picture)).clip(0, 1) for picture in pictures)
    made = tuple(resize_mask(mask, subject.target) for mask, subject in zip(grey, subjects, strict=True))
    for mask in made:
        mask.flags.writeable = False
    return pictures, made


def _check_shape(mask: Picture, subject: Subject) -> None:
    fitted = fit_size(mask.size, max(subject.shape))
    if all(abs(a - b) <= max(1, _SLACK * b) for a, b in zip(fitted, subject.shape, strict=True)):
        return
    (height, width), (own_height, own_width) = subject.shape, mask.size
    raise InputError(
        f"{mask.name}: a mask of {own_width} x {own_height} pixels does not lie on {subject.name}, "
        f"which has {width} x {height}."
    )


def check_mask_count(method: Method, styles: int, masks: int, style_masks: int) -> None:
    """Refuse masks that the method has no use for, and name the ones it misses."""
    regions = next((spec for spec in method.inputs if isinstance(spec, Masks)), None)
    if regions is None and masks:
        raise UsageError(f"'{method.id}' takes no masks.")
    if regions is not None and not masks and not regions.optional:
        raise UsageError(f"'{method.id}' needs masks. {regions.help}")
    if style_masks and not any(isinstance(spec, StyleMasks) for spec in method.inputs):
        raise UsageError(f"'{method.id}' takes no masks of styles.")
    if style_masks not in (0, styles):
        raise UsageError(
            f"{_count(style_masks, 'style mask')} for {_count(styles, 'style')}; give one for each, or none."
        )


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
