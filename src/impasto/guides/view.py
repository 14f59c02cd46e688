"""How a model is looked at: options that methods which take one share."""

from typing import Annotated

from pydantic import Field

from impasto.core import UI, BaseOptions


class ViewOptions(BaseOptions):
    """Where the eye is. Only used where the photo is a model."""

    turn: Annotated[float, Field(ge=-360, le=360), UI(group="model")] = 0.0
    """With a model: degrees that it is turned to the right before it is looked at."""
    tilt: Annotated[float, Field(ge=-360, le=360), UI(group="model")] = 0.0
    """With a model: degrees that it is then tilted towards the eye."""
    roll: Annotated[float, Field(ge=-360, le=360), UI(group="model")] = 0.0
    """With a model: degrees that the picture of it is turned clockwise."""
    field_of_view: Annotated[float, Field(ge=0, le=120), UI(group="model")] = 0.0
    """With a model: degrees that the eye sees from edge to edge; 0 looks from so far away that nothing is foreshortened."""
