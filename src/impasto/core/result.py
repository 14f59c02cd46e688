"""What a method gives back: the picture and an honest account of how it came about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .inputs import Array


@dataclass(frozen=True, slots=True)
class Result:
    """A finished picture, float32 sRGB in [0, 1], (H, W, 3), and its report (JSON-ready: losses, sizes, seconds, warnings).

    further: pictures beside it, (H, W) or (H, W, 3) in [0, 1], by a name such as "error".
    """

    picture: Array
    report: dict[str, Any] = field(default_factory=dict[str, Any])
    further: Mapping[str, Array] = field(default_factory=dict[str, Array], kw_only=True)
