"""How steady is a painted film? Its warped difference, beside that of the film it was painted from."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from impasto.core import Array
from impasto.image import resize
from impasto.video.motion import motion_between, warped_difference


@dataclass(frozen=True, slots=True)
class Stability:
    """Flicker of a painted film and of the film itself, RMS in 8-bit levels over all frames but the first.

    contrast: deviation of the painted frames' values to that of the film's: a drawing in black and white changes more
    at every line that moves.
    """

    flicker: float
    film_flicker: float
    contrast: float
    frames: int

    @property
    def ratio(self) -> float:
        """Flicker to that of the film: 1 has just the film's own."""
        return self.flicker / max(self.film_flicker, 1e-6)

    @property
    def relative(self) -> float:
        """The same for equal contrast."""
        return self.ratio / max(self.contrast, 1e-6)


def stability(film: Iterable[Array], painted: Iterable[Array]) -> Stability:
    """Compare a painted film with the film, frame by frame, (H, W, 3) each; frames are looked at in the painting's size.

    The motion is the film's; what is seen for the first time does not count (Ruder et al. 2016; Lai et al. 2018). Raises
    ValueError for fewer than two frames, or a film shorter than its painting.
    """
    squares: list[tuple[float, float]] = []
    spreads: list[tuple[float, float]] = []
    before: tuple[Array, Array] | None = None
    shown = iter(film)
    for painting in painted:
        frame = next(shown, None)
        if frame is None:
            raise ValueError("the film is shorter than its painting")
        frame = frame if frame.shape == painting.shape else resize(frame, painting.shape[:2])
        spreads.append((float(painting.std()), float(frame.std())))
        if before is not None:
            motion = motion_between(before[0], frame)
            flickers = warped_difference(before[1], painting, motion), warped_difference(before[0], frame, motion)
            if np.isfinite(flickers).all():
                squares.append((flickers[0] ** 2, flickers[1] ** 2))
        before = frame, painting
    if not squares:
        raise ValueError("there are no two frames in a row to compare")
    flicker, own = np.sqrt(np.mean(squares, axis=0))
    contrast = float(np.divide(*np.mean(spreads, axis=0)))
    return Stability(float(flicker), float(own), contrast, len(spreads))
