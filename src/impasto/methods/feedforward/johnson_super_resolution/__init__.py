"""Johnson et al. 2016, section 4.2: enlarge a picture four or eight times, with the detail that a network expects."""

from typing import Annotated, Literal

from pydantic import Field

from impasto.core import UI, Content, Method, PictureOptions, SizeRule, Taxonomy


class Options(PictureOptions):
    """What can be turned on `johnson_super_resolution`."""

    factor: Literal["4", "8"] = "4"
    """How many times the picture is enlarged, by the network that was trained for it; with a size, the network alone is chosen."""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How much of the detail to add: 0 is the picture enlarged smoothly."""
    tile_px: Annotated[int, Field(ge=256, le=8192), UI(advanced=True)] = 1024
    """Side of the tiles in which larger results are made; smaller ones need less memory."""

    @property
    def enlarge(self) -> int:
        """How many times as large as the photo the result is where no size is asked for."""
        return int(self.factor)


METHOD = Method(
    id="johnson_super_resolution",
    title="Johnson 2016, super-resolution",
    summary="Enlarge a picture four or eight times, and add the detail that it lost when it was small.",
    papers=("johnson2016",),
    taxonomy=Taxonomy(reconstruction="offline", family="neural"),
    inputs=(Content(help="The small picture."),),
    size=SizeRule(),
    options=Options,
    presets={"tiny": {"size": 64}},
    run="impasto.methods.feedforward.johnson_super_resolution.enlarge:stylize",
    estimate="impasto.methods.feedforward.johnson_super_resolution.enlarge:estimate",
    weights=("super_resolution_x4", "super_resolution_x8"),
    deviations=(
        "The network adds detail to a picture enlarged by Lanczos windows, where the paper's makes the whole picture from the small one; residual blocks have no norm, and enlarging is nearest neighbour and convolution.",
        "Both networks come from a small recipe, minutes on one core: edges get sharp, lost texture does not come back; their cards say what was reached.",
    ),
)  # fmt: skip
