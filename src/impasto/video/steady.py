"""Painting a film frame by frame, and steadying it: what a painting keeps of the one before, carried along what moves.

After Bonneel et al. 2015 (Blind Video Temporal Consistency) in what it wants, and Ruder et al. 2016 in what it trusts. No
least squares are solved: the paintings are mixed, where the film itself looks the same as before.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from impasto.core import Array, Context, EndOfFilm, Film, Inputs, Progress, Result

from .motion import Motion, motion_between, squared_length, warped_difference

_DETAIL_PX, _MOST_GAIN = 1.5, 1.04  # little, as it is raised again with every frame
_LIKE = 0.05  # how far a colour of the film may stray from where it was, 0 to 1, and still be the same thing
_SOFT_PX = 2.0  # differences are looked at under a Gaussian of that deviation: grain is no change
_LIVELY = 0.8  # a painting may change so many times as much as the film does at the same place
_SEEN = (0.1, 0.3)  # trust from which a place is followed at all, and altogether


def steadied(
    painting: Array, before: Array, motion: Motion, film_before: Array, film_now: Array, strength: float
) -> Array:
    """A frame's painting (H, W, C) with as much of the painting before as `strength` says, 0 to 1, where that is safe.

    Kept is the larger of two shares. One is strength itself, where the motion is trusted and the film shows now what it
    showed there before. The other holds the painting's change to the film's own: black lines on white would flicker many
    times as much as a film whose noise moves them. What is new comes in by (1 - strength)^2 a frame all the same, or
    lines would drift away from what they show; where the film shows something else, it comes at once.
    """
    import cv2

    carried, change = motion.carry(before), film_now - motion.carry(film_before)
    smooth = cv2.GaussianBlur(change, (0, 0), _SOFT_PX, borderType=cv2.BORDER_REPLICATE)
    alike = np.exp(squared_length(smooth) / np.float32(-2 * _LIKE**2))
    least, most = _SEEN
    followed = np.clip((motion.trust - least) / (most - least), 0, 1)
    lively = np.minimum(1, _LIVELY * _size(change) / _size(painting - carried))
    held = (1 - (1 - strength) ** 2) * followed * (1 - lively)
    share = (np.maximum(np.float32(strength) * motion.trust * alike, held) * _within(motion))[..., None]
    mixed: Array = painting + share.astype(np.float32) * (carried - painting)
    return np.clip(crisp_as(mixed, painting), 0, 1).astype(np.float32, copy=False)


def _size(change: Array) -> Array:
    """How large a change (H, W, C) is around each place, RMS."""
    import cv2

    squares = squared_length(change) / np.float32(change.shape[2])
    soft: Array = cv2.GaussianBlur(squares, (0, 0), _SOFT_PX, borderType=cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return np.sqrt(soft, dtype=np.float32) + np.float32(1e-6)


def _within(motion: Motion) -> Array:
    """1 where what is seen came from within the picture, less where it came from up to half a pixel beyond.

    There the border's repetition would be carried inwards frame after frame, as streaks.
    """
    height, width = motion.trust.shape
    x = np.arange(width, dtype=np.float32) + motion.backward[..., 0]
    y = np.arange(height, dtype=np.float32)[:, None] + motion.backward[..., 1]
    beyond = np.maximum(np.maximum(-x, x - (width - 1)), np.maximum(-y, y - (height - 1)))
    return np.clip(1 - beyond, 0, 1).astype(np.float32)


def crisp_as(picture: Array, like: Array) -> Array:
    """The picture (H, W, 3) with its finest detail raised to the strength it has in another, place by place.

    Mixing and carrying along soften a little every time; over a film they would soften much.
    """
    import cv2

    def soft(planes: Array, sigma: float) -> Array:
        return cv2.GaussianBlur(planes, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)

    detail = picture - soft(picture, _DETAIL_PX)
    ours, theirs = (soft(squared_length(d), 4 * _DETAIL_PX) for d in (detail, like - soft(like, _DETAIL_PX)))
    gain = np.clip(np.sqrt((theirs + 1e-6) / (ours + 1e-6)), 1, _MOST_GAIN)
    return picture + (gain - 1)[..., None] * detail


def paint_in_turn(film: Film, paint: Callable[[Inputs, Context], Result], context: Context) -> None:
    """Paint a film's frames one after another with a still method, each steadied by the one before.

    The same seed for every frame: paper, grain and noise stand still. While a frame is followed, steadied and stored, the
    next is painted already: a painting does not depend on the one before, only what is kept of it does.
    """
    waiting = [number for number in range(len(film)) if not film.finished(number)]
    painter = ThreadPoolExecutor(1, "impasto-paint")

    def begin(number: int) -> Future[Result]:
        # Frames are decoded here, in order, and nowhere else.
        return painter.submit(paint, film.inputs(number), frame_context(context, number, len(film)))

    try:
        coming = begin(waiting[0]) if waiting else None
        for place, number in enumerate(waiting):
            assert coming is not None
            motion = None
            if number and film.settings.steady:
                motion = motion_between(film.inputs(number - 1).content, film.inputs(number).content)
            result, ended = coming.result(), None
            if context.stopping:
                return
            if place + 1 < len(waiting):
                try:
                    coming = begin(waiting[place + 1])
                except EndOfFilm as end:
                    ended = end
            keep_steady(film, number, result.picture, motion, film.settings.steady)
            context.report(number + 1, len(film), preview=lambda number=number: film.painted(number))
            if ended is not None:
                raise ended
    finally:
        painter.shutdown(wait=False, cancel_futures=True)


def keep_steady(film: Film, number: int, picture: Array, motion: Motion | None, strength: float) -> None:
    """Keep a frame's picture, steadied by the one before where its motion is known, and what it then flickers."""
    if motion is None:
        film.keep(number, picture)
        return
    before, now, painted = film.inputs(number - 1).content, film.inputs(number).content, film.painted(number - 1)
    picture = steadied(picture, painted, motion, before, now, strength)
    film.keep(
        number, picture, flicker_in=warped_difference(before, now, motion), flicker_out=warped_difference(painted, picture, motion)
    )  # fmt: skip


def frame_context(context: Context, number: int, total: int) -> Context:
    """The context of one frame: its steps are told as a message, and a stop ends it, too."""

    def listen(progress: Progress) -> None:
        if progress.total > 1:
            context.report(number, total, message=f"frame {number + 1}: {progress.step}/{progress.total}")

    return replace(context, listener=listen)
