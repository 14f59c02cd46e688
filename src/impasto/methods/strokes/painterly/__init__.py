"""Painterly rendering: a photo painted anew with curved brush strokes, large brushes first (Hertzmann 1998).

Each layer looks at the photo blurred to its brush, and paints where the canvas is still too far from it. A stroke starts
where it is furthest, takes the photo's colour there, and runs along edges until that colour no longer fits.
"""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from impasto.core import Content, Method, PictureOptions, Taxonomy


class Options(PictureOptions):
    """Brushes and strokes. Lengths are pixels of a picture 1000 pixels long, and grow with it."""

    brushes: str = "32,16,8,4"
    """Radii of the brushes, one layer each, in pixels of a picture 1000 pixels long; the largest paints first."""
    threshold: Annotated[float, Field(gt=0, le=442)] = 60.0
    """How far the canvas may be from the photo (0 to 442, the length of a difference in 8-bit RGB) before it is painted over; low values paint more, and more finely."""
    curvature: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How closely strokes follow turns of the photo's edges: 1 takes every turn, 0 runs straight on."""
    blur: Annotated[float, Field(ge=0, le=4)] = 0.5
    """How much the photo is blurred for a brush, relative to its radius; less blur lets noise make strokes."""
    stroke_opacity: Annotated[float, Field(gt=0, le=1)] = 1.0
    """How opaque the paint is; less lets layers beneath show through."""
    grid: Annotated[float, Field(gt=0, le=8)] = 1.0
    """Distance between strokes, relative to the brush's radius."""
    min_length: Annotated[int, Field(ge=0, le=64)] = 4
    """Shortest stroke, in steps of the brush's radius; 0 allows dots."""
    max_length: Annotated[int, Field(ge=0, le=64)] = 16
    """Longest stroke, in steps of the brush's radius; 0 paints dots alone."""
    jitter_hue: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How far the hues of strokes stray from the photo's."""
    jitter_saturation: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How far the saturations of strokes stray from the photo's."""
    jitter_value: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How far the brightness of strokes strays from the photo's."""
    jitter_rgb: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How far red, green and blue of strokes each stray from the photo's."""
    orientation: Literal["tensor", "gradient"] = "tensor"
    """Where strokes get their direction: the smoothed structure tensor, calm where the photo is noisy, or, as in the paper, the gradient at each point."""
    texture: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How much the bristles of the brush and the thickness of the paint show; 0 paints flat colour."""

    @field_validator("brushes")
    @classmethod
    def _readable(cls, value: str) -> str:
        _radii(value)
        return value

    @property
    def radii(self) -> tuple[float, ...]:
        """The brushes from large to small."""
        return _radii(self.brushes)


def _radii(text: str) -> tuple[float, ...]:
    try:
        found = sorted((float(part) for part in text.split(",") if part.strip()), reverse=True)
    except ValueError:
        found = []
    if not 1 <= len(found) <= 10 or not all(0 < radius <= 500 for radius in found):
        raise ValueError(f"'{text}' names no brushes; write one to ten radii between 0 and 500, as in 16,8,4")
    return tuple(found)


# Hertzmann 1998, section 3.1, with the radii 8, 4 and 2 of its pictures, which are about 500 pixels long.
_PAPER = {"orientation": "gradient", "texture": 0.0}
_STYLES: dict[str, dict[str, object]] = {
    "impressionist": {"brushes": "16,8,4", "threshold": 100},
    "expressionist": {
        "brushes": "16,8,4", "threshold": 50, "curvature": 0.25, "stroke_opacity": 0.7, "min_length": 10, "jitter_value": 0.5,
    },
    "wash": {"brushes": "16,8,4", "threshold": 200, "stroke_opacity": 0.5, "jitter_rgb": 0.3},
    "pointillist": {
        "brushes": "8,4", "threshold": 100, "grid": 0.5, "min_length": 0, "max_length": 0, "jitter_value": 1.0,
        "jitter_hue": 0.3,
    },
}  # fmt: skip

METHOD = Method(
    id="painterly",
    title="Painterly rendering",
    summary="A photo painted anew with curved brush strokes, large brushes first.",
    papers=("hertzmann1998", "hertzmann2000"),
    taxonomy=Taxonomy(family="strokes"),
    inputs=(Content(),),
    options=Options,
    presets={
        "tiny": {"size": 64, "brushes": "120,60,30"},
        **{name: _PAPER | style for name, style in _STYLES.items()},
    },
    run="impasto.methods.strokes.painterly.paint:stylize",
    estimate="impasto.methods.strokes.painterly.paint:estimate",
    sequence="impasto.methods.strokes.painterly.film:paint_film",
    deviations=(
        "a fourth, larger brush, finer threshold, structure-tensor directions and bristles by default; the presets named "
        "after the paper's four styles have its values, its gradients and flat paint",
        "brushes grow with the picture: the paper's radii 8, 4, 2 are taken as those of a picture 500 pixels long",
        "the canvas begins as the photo's mean colour; the first layer covers all of it",
        "full jitter moves values by up to a quarter of their range either way: the paper does not say how far, and all of it "
        "is noise",
        "in films strokes are moved by the optical flow and laid anew, so that paint stays crisp; only where they no longer fit, "
        "or the canvas is too far from the frame, are new ones painted",
        "strokes of a layer are laid in random order, as in the paper's z-buffer; their rims are smoothed over a pixel",
    ),
)
