"""From whatever a caller hands over to decoded pictures: files, bytes, PIL images, arrays, with weights or without."""

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from impasto.core import Array, InputError, UsageError
from impasto.image import Picture, decode, resize
from impasto.image.files import shown

Source: TypeAlias = Any
"""A path, bytes, an open file, a PIL image, an array (uint8, uint16 or float) or a decoded Picture."""


def picture(source: Source, name: str, enough_px: int | None = None) -> Picture:
    """Decode one picture; `name` is what messages call it when it has no name of its own. enough_px: see `decode`."""
    if isinstance(source, Picture):
        return source
    nameless = isinstance(source, bytes | bytearray | memoryview | np.ndarray)
    return decode(source, name=name if nameless else None, enough_px=enough_px)


def weighted(styles: Any) -> list[tuple[Source, float]]:
    """Styles with their weights, from one style, a list, a list of (style, weight) pairs or a dict.

    Raises UsageError for a weight that is not a positive number.
    """
    if styles is None:
        return []
    if isinstance(styles, Mapping):
        pairs: list[Any] = list(styles.items())
    elif _is_pair(styles):
        pairs = [styles]
    elif isinstance(styles, Iterable) and not _is_single(styles):
        pairs = [style if _is_pair(style) else (style, 1.0) for style in styles]
    else:
        pairs = [(styles, 1.0)]
    return [(source, _weight(source, weight)) for source, weight in pairs]


def _is_path(value: Any) -> bool:
    return isinstance(value, str) or hasattr(value, "__fspath__")


def _is_single(value: Any) -> bool:
    # Strings, bytes, arrays and open files can be walked too, yet each is one picture.
    return isinstance(value, str | bytes | bytearray | memoryview | np.ndarray) or hasattr(value, "read")


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], Real) and not isinstance(value[0], Real)
    )


def _weight(source: Source, weight: Any) -> float:
    if not isinstance(weight, Real) or not math.isfinite(weight) or weight <= 0:
        name = shown(source) if _is_path(source) else "style"
        raise UsageError(f"{name}: a style's weight must be a number above 0, got {weight!r}.")
    return float(weight)


def opaque(given: Picture) -> Array:
    """The picture's colours with transparency filled by its mean opaque colour, (H, W, 3).

    Networks have no notion of transparency, and what lies under it is often black, which would pull the style.
    """
    if given.alpha is None:
        return given.rgb
    alpha = given.alpha[..., None]
    total = float(alpha.sum(dtype=np.float64))
    if total == 0:
        raise InputError(f"{given.name}: the picture is fully transparent; there is nothing to see in it.")
    mean = (given.rgb * alpha).sum((0, 1), dtype=np.float64) / total
    return (given.rgb * alpha + (1 - alpha) * mean).astype(np.float32)


def refuse_flat(name: str, rgb: Array) -> None:
    """Raise InputError for a style of a single colour: it has no look to take."""
    # Most pictures are told by their first row, in no time.
    if (rgb[0] == rgb[0, 0]).all() and (rgb == rgb[0, 0]).all():
        colour = "".join(f"{round(float(value) * 255):02x}" for value in rgb[0, 0])
        raise InputError(f"{name}: the whole picture is one colour (#{colour}); there is no style in it to take.")


def blank(shape: tuple[int, int]) -> Array:
    """An empty canvas, mid-grey (H, W, 3), locked against writing: what a method finds in place of a photo."""
    return fitted(np.full((*shape, 3), 0.5, np.float32), shape)


def fitted(array: Array, shape: tuple[int, int]) -> Array:
    """The array at (height, width), untouched when it has that size already, and locked against writing."""
    out = (array if array.shape[:2] == shape else resize(array, shape)).view()
    out.flags.writeable = False
    return out
