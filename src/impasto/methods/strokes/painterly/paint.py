"""How `painterly` paints: layer upon layer, each tracing its strokes on the canvas below and laying them in random order."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto import filters
from impasto.core import Array, Context, Estimate, Inputs, Result, RunOptions
from impasto.filters.flow import edge_flow
from impasto.image.colour import luminance

from . import Options

_LIGHT = np.array([0.6, 0.8], np.float32)  # where light falls on the paint from, x and y: above and left
_PARTS = 24  # of a layer, told one by one: what a time-lapse of the painting is made of
_SHINE = 0.09  # how much a full slope of the paint lightens or darkens it


@dataclass(frozen=True, slots=True)
class Strokes:
    """One layer: radius in px, opacity, control points (n, m, 2) x then y with their counts (n,), colours (n, 3).

    entries: (n,), which bristles each stroke has.
    """

    radius_px: float
    opacity: float
    points: NDArray[np.float32]
    counts: NDArray[np.int32]
    colours: NDArray[np.float32]
    entries: NDArray[np.int32]

    def __len__(self) -> int:
        """How many strokes."""
        return len(self.points)

    def chosen(self, which: NDArray[Any] | slice) -> "Strokes":
        """Some of the strokes, by index or mask."""
        rows = (values[which] for values in (self.points, self.counts, self.colours, self.entries))
        return Strokes(self.radius_px, self.opacity, *rows)


@dataclass(slots=True)
class Painting:
    """A canvas and all that went onto it: layers of strokes, and the mean distance to the photo after each (0 to 442)."""

    ground: Array
    canvas: Array
    relief: Array
    layers: list[Strokes] = field(default_factory=list[Strokes])
    distances: list[float] = field(default_factory=list[float])


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Paint, light the relief of the paint, and tell how many strokes each layer took and how far it is from the photo."""
    painting = paint(inputs.content, options, context)
    picture = lit(painting, options.texture)
    report = {
        "strokes": [len(layer) for layer in painting.layers],
        "brushes_px": [round(layer.radius_px, 2) for layer in painting.layers],
        "distances": [round(distance, 3) for distance in painting.distances],
    }
    return Result(picture, report)


def paint(photo: Array, options: Options, context: Context) -> Painting:
    """The whole painting of a photo (H, W, 3), with its strokes."""
    painting = bare(photo)
    random = np.random.default_rng(context.run.seed)
    profile = bristles(random)
    radii = brushes_px(options, photo.shape, context)
    for number, radius in enumerate(radii):
        strokes = trace_layer(photo, painting, radius, options, random, context)
        for part in range(_PARTS):
            begin, end = (len(strokes) * edge // _PARTS for edge in (part, part + 1))
            lay_strokes(painting, strokes.chosen(slice(begin, end)), profile, options, context)
            if not context.stopping:  # a layer that was begun is finished
                step = number * _PARTS + part + 1
                context.report(step, len(radii) * _PARTS, lambda: lit(painting, options.texture), strokes=len(strokes))
        painting.layers.append(strokes)
        painting.distances.append(255 * float(np.sqrt(squares(photo, painting.canvas)).mean()))
        if context.stopping:
            break
    return painting


def bare(photo: Array) -> Painting:
    """A canvas in the photo's mean colour, with nothing on it."""
    ground = photo.mean((0, 1), dtype=np.float64).astype(np.float32)
    canvas = np.empty_like(photo)
    canvas[:] = ground
    return Painting(ground, canvas, np.zeros(photo.shape[:2], np.float32))


def lay_strokes(painting: Painting, strokes: Strokes, profile: Array, options: Options, context: Context) -> None:
    """Lay strokes onto the canvas, in order."""
    from impasto.kernels.strokes import lay

    lay(
        painting.canvas, painting.relief, strokes.points, strokes.counts, strokes.colours, strokes.radius_px, strokes.opacity,
        profile, options.texture, context.run.threads, strokes.entries,
    )  # fmt: skip


def brushes_px(options: Options, shape: tuple[int, ...], context: Context) -> list[float]:
    """Radii of the brushes for a picture of that shape, in its pixels, the largest first."""
    scale = filters.scale_of(shape)
    radii = [max(filters.within(radius * scale, shape, "brushes", context), 0.7) for radius in options.radii]
    # Small pictures may leave several brushes at the least size: one is enough.
    return list(dict.fromkeys(round(radius, 3) for radius in radii))


def trace_layer(
    photo: Array, painting: Painting, radius: float, options: Options, random: np.random.Generator, context: Context
) -> Strokes:
    """Trace the strokes of one brush against the canvas as it stands."""
    reference = reference_for(photo, radius, options)
    blank = not painting.layers
    far = squares(reference, painting.canvas)
    starts = starts_on(far, max(1, round(options.grid * radius)), -1.0 if blank else options.threshold)
    return trace_from(starts, reference, painting, blank, radius, options, random, context)


def reference_for(photo: Array, radius: float, options: Options) -> Array:
    """The photo as a brush sees it: blurred to its radius."""
    import cv2

    sigma = options.blur * radius
    return cv2.GaussianBlur(photo, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE) if sigma > 0.2 else photo


def trace_from(
    starts: NDArray[np.int32], reference: Array, painting: Painting, blank: bool, radius: float, options: Options,
    random: np.random.Generator, context: Context,
) -> Strokes:  # fmt: skip
    """The strokes of one brush from places (n, 2), in random order."""
    from impasto.kernels.strokes import brushes, trace

    starts = starts[random.permutation(len(starts))]
    tangent = _directions(reference, radius, options.orientation)
    points, counts = trace(
        starts, reference, painting.canvas, blank, tangent, radius, options.min_length, options.max_length,
        options.curvature, context.run.threads,
    )  # fmt: skip
    colours = _strayed(reference[starts[:, 1], starts[:, 0]], options, random)
    return Strokes(radius, options.stroke_opacity, points, counts, colours, brushes(len(points)))


def squares(a: Array, b: Array) -> Array:
    """Squared distances of colours (H, W), with values in [0, 1]."""
    import cv2

    difference = cv2.subtract(a, b)
    return cv2.transform(cv2.multiply(difference, difference), np.ones((1, 3), np.float32))


def starts_on(far: Array, cell: int, threshold: float) -> NDArray[np.int32]:
    """Where strokes begin, (n, 2) x then y: the furthest pixel of every cell that is, on average, beyond the threshold.

    A threshold below 0 takes every cell.
    """
    height, width = far.shape
    rows, columns = -(-height // cell), -(-width // cell)
    padded = np.full((rows * cell, columns * cell), -1, np.float32)
    np.sqrt(far, out=padded[:height, :width])
    cells = padded.reshape(rows, cell, columns, cell).swapaxes(1, 2).reshape(rows * columns, cell * cell)
    furthest = cells.argmax(1)
    inside = np.maximum(cells, 0)
    mean = inside.sum(1) / np.maximum((cells >= 0).sum(1), 1)
    chosen = np.flatnonzero(mean > threshold / 255)
    y = chosen // columns * cell + furthest[chosen] // cell
    x = chosen % columns * cell + furthest[chosen] % cell
    return np.stack([x, y], -1).astype(np.int32)


def _directions(reference: Array, radius: float, orientation: str) -> Array:
    """Unit vectors (H, W, 2) along which strokes run; zero where there is no direction."""
    import cv2

    if orientation == "tensor":
        return edge_flow(reference, radius).tangent
    luma = luminance(reference)
    dx = cv2.Sobel(luma, cv2.CV_32F, 1, 0, borderType=cv2.BORDER_REPLICATE)
    dy = cv2.Sobel(luma, cv2.CV_32F, 0, 1, borderType=cv2.BORDER_REPLICATE)
    length = cv2.magnitude(dx, dy)
    # Below a hundredth of a level the gradient is rounding.
    some = np.where(length > 4e-5, 1 / np.maximum(length, 1e-9), 0).astype(np.float32)
    return cv2.merge([-dy * some, dx * some])


def _strayed(colours: Array, options: Options, random: np.random.Generator) -> Array:
    """Colours (n, 3), each moved at random by up to a quarter of its jitter; hues go round."""
    import cv2

    half = np.float32(0.5)
    hsv_far = (options.jitter_hue, options.jitter_saturation, options.jitter_value)
    if any(hsv_far) and len(colours):
        hsv = cv2.cvtColor(np.clip(colours, 0, 1)[None], cv2.COLOR_RGB2HSV)[0]
        hsv += half * (random.random(colours.shape, np.float32) - half) * np.float32(hsv_far) * np.float32([360, 1, 1])
        hsv[:, 0] %= 360
        hsv[:, 1:] = np.clip(hsv[:, 1:], 0, 1)
        colours = cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0]
    if options.jitter_rgb:
        colours = colours + half * (random.random(colours.shape, np.float32) - half) * np.float32(options.jitter_rgb)
    return np.ascontiguousarray(np.clip(colours, 0, 1), np.float32)


def bristles(random: np.random.Generator) -> Array:
    """What bristles leave across a stroke, 1024 values of mean 0 and deviation 0.5, a quarter of a pixel apart."""
    rough = random.standard_normal(1024)
    smooth = sum(np.roll(rough, shift) * weight for shift, weight in ((-2, 1), (-1, 2), (0, 3), (1, 2), (2, 1)))
    smooth = smooth - smooth.mean()
    return np.ascontiguousarray(np.clip(0.5 * smooth / smooth.std(), -1, 1), np.float32)


def lit(painting: Painting, texture: float) -> Array:
    """The canvas with light falling on the relief of its paint from above left."""
    import cv2

    if not texture:
        return np.clip(painting.canvas, 0, 1)
    relief = cv2.GaussianBlur(painting.relief, (0, 0), 0.7, borderType=cv2.BORDER_REPLICATE)
    slope = _LIGHT[0] * cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=0.25) + _LIGHT[1] * cv2.Sobel(
        relief, cv2.CV_32F, 0, 1, scale=0.25
    )
    shade = np.float32(texture * _SHINE) * np.clip(slope, -1, 1)
    return np.clip(painting.canvas + shade[..., None], 0, 1)


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, 16 float32 planes and as many again for many strokes, and 0.4 microseconds for each pixel and layer."""
    return filters.estimated(height * width, planes=32, nanoseconds=400 * len(options.radii), run=run)
