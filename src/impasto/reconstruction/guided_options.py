"""What can be turned on every method that lays a style's patches where guides agree; see `guided`."""

from typing import Annotated

from pydantic import Field

from impasto.content.colour import PreserveColour
from impasto.core import UI, NamedWeights, PictureOptions
from impasto.guides.view import ViewOptions


class GuidedOptions(ViewOptions, PictureOptions):
    """Guides and patches."""

    guide_weights: NamedWeights = {}
    """How much each pair of guides counts, by number: 1:0.66,2:0.66,3:0.66."""
    style_weight: Annotated[float, Field(ge=0, le=1e6), UI(scale="log")] = 1.0
    """How much a patch's own look counts beside the guides: more keeps strokes whole, less follows the guides."""
    style_scale: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Size of the style relative to the result: smaller gives finer strokes."""
    match_levels: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How far the photo's greys are spread to the painting's before the two are compared. Given guides are left alone."""
    preserve_colour: PreserveColour = "off"
    """Keep the photo's colours, by painting light and dark only, or by giving the painting the photo's palette first."""
    patch_size: Annotated[int, Field(ge=3, le=15)] = 5
    """Side of the patches that are compared, an odd number of pixels: larger keeps larger pieces of the style whole."""
    rounds: Annotated[int, Field(ge=1, le=100), UI(advanced=True)] = 6
    """How often patches are found their places and a picture is voted for, at every scale."""
    search_passes: Annotated[int, Field(ge=1, le=100), UI(advanced=True)] = 4
    """How often the picture, or the style, is passed over, to and fro, in search of better matches, in every round."""
