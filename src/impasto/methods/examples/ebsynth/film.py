"""How `ebsynth` carries paintings of single frames through a film (Jamriska et al. 2019, Stylizing Video by Example)."""

import numpy as np

from impasto.core import Array, Context, Film, UsageError
from impasto.guides.appearance import blurred, grey
from impasto.guides.inputs import over_content
from impasto.guides.pairs import Guide
from impasto.reconstruction.guided import synthesise
from impasto.video.keyed import Shot, paint_keyed

from . import Options
from .synthesis import plan_of

# The pipeline's weights: what the frame shows, its detail, where things were, and the painting before.
_IMAGE, _DETAIL, _POSITION, _BEFORE = 6.0, 1.0, 2.0, 0.5
_GIVEN = 6.0  # what is said of the frames counts as much as what they show


def paint_film(film: Film, options: Options, context: Context) -> None:
    """Synthesise every frame from the painted ones, with guides made from the film."""
    if options.patch_size % 2 == 0:
        raise UsageError(f"patch_size: {options.patch_size} has no middle pixel; take {options.patch_size + 1}.")
    plan = plan_of(options, context.run)

    def paint(shot: Shot, inner: Context) -> tuple[Array, Array]:
        made = synthesise(
            shot.painting, guides_of(shot), shot.content.shape[:2], plan,
            report=lambda done, total, preview: inner.report(done, total, preview=preview),
            stopping=lambda: inner.stopping,
        )  # fmt: skip
        return np.clip(made.picture, 0, 1), made.errors

    paint_keyed(film, paint, context, over_content())


def guides_of(shot: Shot) -> list[Guide]:
    """What guides a frame: its colours, its detail, positions, the painting before where that can be believed, and
    the guides that were given.
    """
    # Where nothing can be carried along, what is there now says nothing: the frame itself stands in.
    before = np.where(shot.trust[..., None] > 0.5, shot.before, shot.painting.mean((0, 1)))
    return [
        Guide(shot.photo, shot.content, _IMAGE),
        Guide(fine(shot.photo), fine(shot.content), _DETAIL),
        Guide(shot.places, shot.positions, _POSITION),
        Guide(shot.painting, before.astype(np.float32), _BEFORE),
        *(Guide(own, wanted, _GIVEN / len(shot.guides)) for own, wanted in shot.guides),
    ]


def fine(picture: Array) -> Array:
    """What a picture has beyond its surroundings of five pixels, around grey: (H, W, 1)."""
    plain = grey(picture)
    return (plain - blurred(plain, 1.2) + np.float32(0.5))[..., None]
