"""What a method gives back: the picture and an honest account of how it came about."""

from dataclasses import dataclass, field
from typing import Any

from .inputs import Array


@dataclass(frozen=True, slots=True)
class Result:
    """A finished picture, float32 sRGB in [0, 1], (H, W, 3), and its report (JSON-ready: losses, sizes, seconds, warnings)."""

    picture: Array
    report: dict[str, Any] = field(default_factory=dict[str, Any])
