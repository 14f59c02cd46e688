"""How `styleblit` carries paintings of single frames through a film: chunks follow positions that go along with the motion."""

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, Context, Film
from impasto.guides.appearance import grey
from impasto.guides.inputs import over_content
from impasto.video.keyed import Shot, paint_keyed

from . import Options
from .blit import blit
from .guides import USUAL_THRESHOLD, Guides

_SOFT_PX = 1.0  # grain in light and dark would break chunks


def paint_film(film: Film, options: Options, context: Context) -> None:
    """Blit every frame from the painted ones."""

    def paint(shot: Shot, inner: Context) -> tuple[Array, Array]:
        guides = guides_of(shot, options)
        picture, field, _ = blit(shot.painting, guides, options, inner)
        return picture, misfit(guides, field)

    paint_keyed(film, paint, context, over_content())


def guides_of(shot: Shot, options: Options) -> Guides:
    """Where things were in the painted frame, across and down, and how light they, or their first guide, are: in red, green and blue."""
    shown = shot.guides[0] if shot.guides else (shot.photo, shot.content)
    own, wanted = (
        np.ascontiguousarray(np.dstack([places, grey(photo, _SOFT_PX)]).transpose(2, 0, 1) * np.float32(255))
        for places, photo in ((shot.places, shown[0]), (shot.positions, shown[1]))
    )
    return Guides(wanted, own, USUAL_THRESHOLD if options.threshold is None else options.threshold)


def misfit(guides: Guides, field: NDArray[np.int32]) -> Array:
    """How far each pixel's guides differ from those where it came from, (H, W). A field holds steps: rows above columns."""
    height, width = guides.source.shape[1:]
    y, x = np.indices(field.shape)
    rows = np.clip(y + (field >> 16), 0, height - 1)
    columns = np.clip(x + (field & 0xFFFF).astype(np.uint16).astype(np.int16), 0, width - 1)
    return np.abs(guides.source[:, rows, columns] - guides.target).sum(0)
