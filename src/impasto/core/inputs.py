"""What a method takes in: declarations (what it needs) and the pictures themselves (what it got).

Declarations drive the command line, the REST schema and the studio's form; `Inputs` is what `stylize` receives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]
"""A picture: float32 sRGB in [0, 1], shape (H, W, 3); a mask: (H, W)."""


@dataclass(frozen=True, slots=True)
class Content:
    """The picture whose subject is kept.

    models: what is rendered of a 3D model that stands in for it, a pair of guides for each (guides/render.py); none where
    a method takes no models.
    """

    name: str = "content"
    optional: bool = False
    many: bool = False
    models: tuple[str, ...] = ()
    help: str = "The picture to repaint."


@dataclass(frozen=True, slots=True)
class Styles:
    """The picture or pictures whose look is taken. `many` allows several, each with a weight."""

    name: str = "styles"
    optional: bool = False
    many: bool = False
    help: str = "The picture whose look is taken."


@dataclass(frozen=True, slots=True)
class Masks:
    """Region pictures that say where each style goes."""

    name: str = "masks"
    optional: bool = True
    many: bool = True
    help: str = "Greyscale or label pictures: where each style goes."


@dataclass(frozen=True, slots=True)
class StyleMasks:
    """Region pictures that say from where in each style its look is taken."""

    name: str = "style_masks"
    optional: bool = True
    many: bool = True
    help: str = "Greyscale or label pictures, one for each style: which part of it to take."


@dataclass(frozen=True, slots=True)
class Extra:
    """Any further named picture a method wants (a guide, a doodle, a depth map).

    of: which picture it belongs to and lies over. labels: its flat colours name regions, whatever the colours are.
    """

    name: str
    help: str
    optional: bool = False
    many: bool = False
    of: Literal["content", "styles"] = "content"
    labels: bool = False


InputSpec: TypeAlias = Content | Styles | Masks | StyleMasks | Extra


@dataclass(frozen=True, slots=True)
class Style:
    """One style picture with its share. Weights of several styles are relative to one another."""

    picture: Array
    weight: float = 1.0
    name: str = "style"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The decoded pictures of one call. Methods must not write into these arrays.

    content: (H, W, 3), already at the size the result is to have. blank: there is no photo; content is then an even
    grey of the result's size. styles: at their own sizes. masks: (H, W) each, as large as the content. style_masks:
    none, or one as large as its style for each style. extras: by declared name, at their own sizes.
    """

    content: Array
    styles: tuple[Style, ...] = ()
    masks: tuple[Array, ...] = ()
    extras: Mapping[str, Array] = field(default_factory=dict[str, Array])
    style_masks: tuple[Array, ...] = ()
    blank: bool = False

    @property
    def style_shares(self) -> tuple[float, ...]:
        """Style weights scaled to sum to one."""
        total = sum(style.weight for style in self.styles)
        return tuple(style.weight / total for style in self.styles)
