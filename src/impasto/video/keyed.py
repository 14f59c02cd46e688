"""Paintings of single frames carried through a film: forwards and backwards from each, and joined in between.

The EbSynth pipeline (Jamriska et al. 2019, Stylizing Video by Example): each frame is synthesised from the nearest painted
one on either side, guided by what the frames show, by positions that go along with the motion, and by the frame painted
before; between two painted frames the two results are blended.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from impasto.core import Array, Context, Film, UsageError
from impasto.image import resize

from .blend import better, blended
from .motion import Motion, motion_between, warp
from .steady import frame_context, keep_steady

_CALM = 0.5  # how much of the frame before a finished frame keeps at most: guides do most of it


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame to paint after a painted one. All (H, W, 3) but the positions, (H, W, 2), x and y in [0, 1].

    painting, photo, places: of the painted frame; content, positions: of this one, positions carried along from there.
    before: the painting of the frame before, carried along, and trust: where that can be believed, (H, W). guides: pairs
    that were given of the painted frame and of this one.
    """

    painting: Array
    photo: Array
    places: Array
    content: Array
    positions: Array
    before: Array
    trust: Array
    guides: tuple[tuple[Array, Array], ...] = ()


Paint = Callable[[Shot, Context], tuple[Array, Array]]
"""A frame's painting (H, W, 3) and how badly it fits, (H, W)."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Frames painted one after another, away from a painted one."""

    key: int
    numbers: range

    @property
    def name(self) -> str:
        """What its pictures are stored under."""
        return f"from-{self.key}-{'on' if self.numbers.step > 0 else 'back'}"


def paint_keyed(film: Film, paint: Paint, context: Context, guides: Sequence[str] = ()) -> None:
    """Paint a film from its painted frames: all passes, then every frame in order, blended where two passes meet.

    guides: names of the pictures that lie over frames and say what is where.
    """
    film.spread()
    keys = sorted(film.keys)
    if keys[-1] >= len(film):
        raise UsageError(f"keyframes: the film ends after {len(film)} frames.")
    passes = list(passes_of(keys, len(film)))
    total, done = sum(len(each.numbers) for each in passes) + len(film), 0
    for each in passes:
        follow(film, each, paint, context, done, total, guides)
        done += len(each.numbers)
        if context.stopping:
            return
    for number in range(len(film)):
        if not film.finished(number):
            join(film, keys, number)
        context.report(done + number + 1, total, preview=lambda number=number: film.painted(number))
        if context.stopping:
            return


def passes_of(keys: list[int], length: int) -> Iterator[Pass]:
    """From each painted frame onwards to the next one, and back to the one before; those at the ends go all the way.

    >>> [(p.key, list(p.numbers)) for p in passes_of([1, 4], 6)]
    [(1, [0]), (1, [2, 3]), (4, [3, 2]), (4, [5])]
    """
    for place, key in enumerate(keys):
        first = keys[place - 1] if place else -1
        last = keys[place + 1] if place + 1 < len(keys) else length
        for numbers in (range(key - 1, first, -1), range(key + 1, last)):
            if numbers:
                yield Pass(key, numbers)


def grid(shape: tuple[int, int]) -> Array:
    """Where each pixel lies, (H, W, 2): x and y in [0, 1]."""
    height, width = shape
    x, y = (np.arange(width, dtype=np.float32) + 0.5) / width, (np.arange(height, dtype=np.float32) + 0.5) / height
    return np.stack(np.meshgrid(x, y), -1)


def follow(
    film: Film, each: Pass, paint: Paint, context: Context, done: int, total: int, guides: Sequence[str] = ()
) -> None:
    """Paint the frames of one pass, each after the one before it; what is laid by already is not painted again."""
    photo = film.inputs(each.key).content
    places = grid(photo.shape[:2])
    positions = places
    for step, number in enumerate(each.numbers):
        near = number - each.numbers.step
        content = film.inputs(number).content
        stored = film.recall(f"{each.name}-{number}")
        if film.laid_by(each.name, number) is not None and stored is not None:
            positions = stored["positions"].astype(np.float32)
            continue
        motion = motion_between(film.inputs(near).content, content)
        positions = warp(positions, motion.backward, "linear")
        before = film.keys[each.key] if near == each.key else film.laid_by(each.name, near)
        assert before is not None
        shot = Shot(
            film.keys[each.key],
            photo,
            places,
            content,
            positions,
            motion.carry(before),
            motion.trust,
            _guides(film, each.key, number, guides),
        )
        picture, errors = paint(shot, frame_context(context, done + step, total))
        if context.stopping:
            return
        film.note(f"{each.name}-{number}", positions=positions, errors=errors)
        film.lay_by(each.name, number, picture)
        context.report(done + step + 1, total, preview=lambda picture=picture: picture)


def _guides(film: Film, key: int, number: int, names: Sequence[str]) -> tuple[tuple[Array, Array], ...]:
    """The guides of a painted frame with those of another, at the film's size."""
    one, other = film.inputs(key), film.inputs(number)
    return tuple(
        (resize(guide, one.content.shape[:2]), resize(other.extras[name], one.content.shape[:2]))
        for name, guide in one.extras.items()
        if name in names
    )


def join(film: Film, keys: list[int], number: int) -> None:
    """Keep a finished frame: a painted one as it is, one of a single pass as that made it, one of two blended."""
    if number in film.keys:
        film.keep(number, film.keys[number])
        return
    left = max((key for key in keys if key < number), default=None)
    right = min((key for key in keys if key > number), default=None)
    names = [f"from-{key}-{way}" for key, way in ((left, "on"), (right, "back")) if key is not None]
    pictures = [film.laid_by(name, number) for name in names]
    motion = motion_between(film.inputs(number - 1).content, film.inputs(number).content) if number else None
    one, *more = (picture for picture in pictures if picture is not None)
    if more:
        assert left is not None
        assert right is not None
        assert motion is not None
        one = _blend(film, number, names, [one, *more], motion, (number - left) / (right - left), number - 1 == left)
    keep_steady(film, number, one, motion, min(film.settings.steady, _CALM))


def _blend(
    film: Film, number: int, names: list[str], pictures: list[Array], motion: Motion, share: float, first: bool
) -> Array:
    """Both passes' pictures as one. What has gone over to the later painting stays with it, along the motion."""
    notes = [film.recall(f"{name}-{number}") for name in names]
    errors = [
        note["errors"].astype(np.float32) if note else np.zeros(pictures[0].shape[:2], np.float32) for note in notes
    ]
    stored = None if first else film.recall(f"seam-{(number - 1) % 2}")
    before = (
        None if stored is None else warp(np.float32(stored["chosen"]), motion.backward, "linear") * motion.trust > 0.5
    )
    # Nearer paintings are trusted more: at a painted frame itself nothing of the other is left.
    chosen = better(errors[0] * np.float32(share), errors[1] * np.float32(1 - share), before)
    film.note(f"seam-{number % 2}", chosen=chosen)
    return blended(*pictures, chosen, share)
