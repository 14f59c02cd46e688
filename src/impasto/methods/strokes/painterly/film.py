"""How `painterly` paints films: strokes go along with what moves, and only what has changed is painted over.

Hertzmann & Perlin 2000 (Painterly Rendering for Video and Interaction): strokes are moved by the optical flow, and where the
frame before no longer fits, new ones are laid. Here the strokes themselves are kept, and laid anew in every frame, so that
paint stays as crisp as on the first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, Context, Film
from impasto.video.motion import Motion, motion_between, trusted, warp
from impasto.video.steady import frame_context, keep_steady

from . import Options
from .paint import (
    Painting,
    Strokes,
    bare,
    bristles,
    brushes_px,
    lay_strokes,
    lit,
    paint,
    reference_for,
    squares,
    starts_on,
    trace_from,
)

_FADE = 0.6  # how much of a frame is carried into the next, at most: new strokes come in over two or three frames
_LOST = 0.5  # strokes whose way is trusted less are let go
_WORSE = 0.5  # of the threshold: what fits so much worse than when it was painted is let go, or painted over
_CROWD = 3  # strokes of a layer that begin in one cell of its grid, at most; the oldest lie beneath and go first
_BARE = 0.3  # mean height of the paint, 1 where it lies, below which a place is bare canvas


@dataclass(frozen=True, slots=True)
class Layer:
    """Strokes of one brush, and how far from the photo they left the canvas: lengths of differences in [0, 1] RGB.

    misfits: (n,), of each stroke when it was laid. settled: (H, W), of the canvas after this layer when it was last painted.
    """

    strokes: Strokes
    misfits: Array
    settled: Array


def paint_film(film: Film, options: Options, context: Context) -> None:
    """Paint the first frame; in each further one move the strokes, let go those that no longer fit, and fill in."""
    layers: list[Layer] | None = None
    for number in range(len(film)):
        if film.finished(number):
            continue
        photo, motion = film.inputs(number).content, None
        inner = frame_context(context, number, len(film))
        if number == 0 or not film.settings.steady:
            painting, layers = begin(photo, options, inner)
        else:
            motion = motion_between(film.inputs(number - 1).content, photo)
            layers = layers or recalled(film, number - 1, brushes_px(options, photo.shape, inner), options)
            painting, layers = repaint(photo, layers, motion, options, inner, number)
        if context.stopping:
            return
        remember(film, number, layers)
        keep_steady(film, number, lit(painting, options.texture), motion, min(film.settings.steady, _FADE))
        context.report(number + 1, len(film), preview=lambda number=number: film.painted(number))


def begin(photo: Array, options: Options, context: Context) -> tuple[Painting, list[Layer]]:
    """The painting of a first frame, and its strokes."""
    painting = paint(photo, options, context)
    again, profile = bare(photo), bristles(np.random.default_rng(context.run.seed))
    layers: list[Layer] = []
    for strokes in painting.layers:
        lay_strokes(again, strokes, profile, options, context)
        reference = reference_for(photo, strokes.radius_px, options)
        layers.append(Layer(strokes, misfits(strokes, reference), distance(reference, again, strokes.radius_px)))
    return painting, layers


def repaint(
    photo: Array, layers: list[Layer], motion: Motion, options: Options, context: Context, number: int
) -> tuple[Painting, list[Layer]]:
    """Lay the strokes of the frame before where they are now, layer by layer, and new ones where these do not suffice."""
    painting = bare(photo)
    profile = bristles(np.random.default_rng(context.run.seed))
    random = np.random.default_rng([context.run.seed, number])
    trust = trusted(motion.forward, motion.backward)
    found: list[Layer] = []
    for layer in layers:
        radius = layer.strokes.radius_px
        reference = reference_for(photo, radius, options)
        kept = still_fitting(moved(layer, motion, trust), reference, options)
        lay_strokes(painting, kept.strokes, profile, options, context)
        before = painting.canvas.copy()
        new = added(reference, painting, kept, not found, options, random, context)
        lay_strokes(painting, new, profile, options, context)
        painting.layers.append(new)
        settled = distance(reference, painting, radius)
        touched = squares(before, painting.canvas) > 0
        settled = np.where(touched | (motion.trust < _LOST), settled, np.minimum(settled, kept.settled))
        found.append(joined(kept, Layer(new, misfits(new, reference), settled), options))
        if context.stopping:
            break
    return painting, found


def distance(reference: Array, painting: Painting, radius: float) -> Array:
    """How far the canvas is from the photo around each pixel (H, W), over about a brush's width."""
    return spread(np.sqrt(squares(reference, painting.canvas)), radius)


def spread(plane: Array, radius: float) -> Array:
    """Means of a plane (H, W) over squares as wide as a brush."""
    import cv2

    side = 2 * max(1, round(radius)) + 1
    return cv2.blur(plane, (side, side), borderType=cv2.BORDER_REPLICATE)


def moved(layer: Layer, motion: Motion, trust: Array) -> Layer:
    """The strokes where the motion takes them, without those that are lost on the way or leave the picture."""
    strokes = layer.strokes
    if not len(strokes):
        return Layer(strokes, layer.misfits, warp(layer.settled, motion.backward, "linear") * (motion.trust > _LOST))
    points = strokes.points + sampled(motion.forward, strokes.points)
    height, width = trust.shape
    inside = ((points >= -0.5) & (points <= [width - 0.5, height - 0.5])).all(-1)
    real = real_points(strokes)
    sure = along(sampled(trust, strokes.points) * inside, real) > _LOST
    begun = inside[:, 0]
    kept = strokes.chosen(np.flatnonzero(sure & begun))
    there = points[sure & begun].astype(np.float32)
    strokes = Strokes(kept.radius_px, kept.opacity, there, kept.counts, kept.colours, kept.entries)
    # What came into view has not been painted yet: nothing is settled there.
    settled = warp(layer.settled, motion.backward, "linear") * (motion.trust > _LOST)
    return Layer(strokes, layer.misfits[sure & begun], settled)


def still_fitting(layer: Layer, reference: Array, options: Options) -> Layer:
    """Those strokes that are not much further from the photo than when they were laid."""
    worse = misfits(layer.strokes, reference) - layer.misfits
    fit = np.flatnonzero(worse < _WORSE * options.threshold / 255)
    return Layer(layer.strokes.chosen(fit), layer.misfits[fit], layer.settled)


def added(
    reference: Array, painting: Painting, kept: Layer, first: bool, options: Options, random: np.random.Generator, context: Context
) -> Strokes:  # fmt: skip
    """New strokes where the canvas is too far from the photo, and further than it was when painted; where it is bare, too."""
    radius, limit = kept.strokes.radius_px, options.threshold / 255
    far = squares(reference, painting.canvas)
    worse = distance(reference, painting, radius) - kept.settled > _WORSE * limit
    far = np.where(worse, far, np.float32(0))
    if first:
        far = np.where(spread(painting.relief, radius) < _BARE, np.float32(4), far)
    starts = starts_on(far, max(1, round(options.grid * radius)), options.threshold)
    return trace_from(starts, reference, painting, False, radius, options, random, context)


def joined(old: Layer, new: Layer, options: Options) -> Layer:
    """Old strokes below new ones; where they crowd, the oldest go."""
    pairs = zip(_rows(old), _rows(new), strict=True)
    points, counts, colours, entries, far = (np.concatenate(pair) for pair in pairs)
    cell = max(1.0, options.grid * old.strokes.radius_px)
    cells = np.floor(points[:, 0] / cell).astype(np.int64) @ [1, 1 << 20]
    # How many later strokes begin in the same cell: strokes are in order of age.
    order = np.argsort(cells[::-1], kind="stable")
    runs = cells[::-1][order]
    rank = np.empty(len(cells), np.int64)
    rank[order] = np.arange(len(cells)) - np.searchsorted(runs, runs)
    few = np.flatnonzero(rank[::-1] < _CROWD)
    strokes = Strokes(old.strokes.radius_px, old.strokes.opacity, points, counts, colours, entries)
    return Layer(strokes.chosen(few), far[few], new.settled)


def _rows(layer: Layer) -> tuple[NDArray[np.float32] | NDArray[np.int32], ...]:
    strokes = layer.strokes
    return strokes.points, strokes.counts, strokes.colours, strokes.entries, layer.misfits


def misfits(strokes: Strokes, reference: Array) -> Array:
    """How far each stroke's colour is from the photo along it, on average: (n,)."""
    if not len(strokes):
        return np.zeros(0, np.float32)
    off = np.sqrt(np.square(sampled(reference, strokes.points) - strokes.colours[:, None]).sum(-1))
    return along(off, real_points(strokes)).astype(np.float32)


def real_points(strokes: Strokes) -> NDArray[np.bool_]:
    """Which control points (n, m) a stroke has."""
    return np.arange(strokes.points.shape[1]) < strokes.counts[:, None]


def along(values: Array, real: NDArray[np.bool_]) -> Array:
    """Means over each stroke's own points: (n, m) to (n,)."""
    return (values * real).sum(1) / real.sum(1)


def sampled(planes: Array, points: NDArray[np.float32]) -> Array:
    """Values (H, W) or (H, W, C) at points (n, m, 2), x then y, between pixels; beyond the border, the border's."""
    import cv2

    # OpenCV takes at most 32767 rows of places at a time.
    parts = [
        cv2.remap(
            planes,
            np.ascontiguousarray(p[..., 0]),
            np.ascontiguousarray(p[..., 1]),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for p in np.array_split(points, -(-len(points) // 30_000))
    ]
    return np.concatenate(parts)


def remember(film: Film, number: int, layers: list[Layer]) -> None:
    """Note the strokes of a frame; those of the frame before stay until this one is kept."""
    names = ("points", "counts", "colours", "entries", "misfits")
    arrays = {
        f"{name}_{n}": rows for n, layer in enumerate(layers) for name, rows in zip(names, _rows(layer), strict=True)
    }
    arrays |= {f"settled_{n}": layer.settled for n, layer in enumerate(layers)}
    film.note(f"strokes-{number % 2}", frame=np.array(number), **arrays)


def recalled(film: Film, number: int, radii: list[float], options: Options) -> list[Layer]:
    """The strokes of a frame as they were noted. Raises ValueError where they are gone."""
    stored = film.recall(f"strokes-{number % 2}")
    if stored is None or int(stored["frame"]) != number:
        raise ValueError(f"the strokes of frame {number} are gone")
    return [
        Layer(
            Strokes(
                radius,
                options.stroke_opacity,
                *(stored[f"{name}_{n}"] for name in ("points", "counts", "colours", "entries")),
            ),
            stored[f"misfits_{n}"],
            stored[f"settled_{n}"],
        )
        for n, radius in enumerate(radii)
    ]
