"""Options that every recipe shares which teaches decoders. Imports no torch."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, TrainingOptions


class DecodingOptions(TrainingOptions):
    """What can be turned on any training of decoders."""

    encoder: Literal["vgg19", "slim"] = "slim"
    """The network whose features are turned back into pictures: vgg19, or slim, a quarter as wide."""
    start_from: str | None = None
    """Begin with the convolutions of this weight file (a path, or the name of one that impasto knows) where they fit."""
    pixel_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """Weight of the pixels' squared error, relative to what photos vary by."""
    feature_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """Weight of the features' squared error, relative to the features' own size."""
    tv_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 0.0
    """How strongly grain is smoothed away (total variation)."""
