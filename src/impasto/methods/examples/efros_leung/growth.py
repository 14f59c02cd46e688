"""The control flow of `efros_leung`: a seed in the middle, and ring after ring of pixels around what is known."""

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, Context, Estimate, Inputs, Result, RunOptions, UsageError
from impasto.image.resize import fit_size, resize
from impasto.kernels.growing import grow

from . import Options

_LONG_SIDE = 128  # of a sample that nobody gave a scale
_SHARPNESS = 6.4  # a window's Gaussian has a 6.4th of its side as deviation (authors' notes)
_RAISE = 1.1  # of the largest misfit that is accepted, when nothing could be filled
_AT_ONCE = 256  # pixels between two looks at whether to stop


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Grow the sample from a seed of 3 x 3 pixels until the canvas is full."""
    sample, window = read_sample(inputs, options)
    shape = inputs.content.shape[:2]
    random = np.random.default_rng(context.run.seed)
    rows, columns = (np.arange(n) % m for n, m in zip(shape, sample.shape, strict=False))
    canvas = sample[np.ix_(rows, columns)]  # what an interrupted run leaves where nothing has grown
    known, sources = np.zeros(shape, np.bool_), np.full(shape, -1, np.int64)
    plant(sample, canvas, known, sources, random)
    offsets, kernel = neighbourhood(window)
    worst, total = options.max_error, known.size
    while not known.all() and not context.stopping:
        ring = frontier(known, window, options.tileable, random)
        filled = 0
        for start in range(0, len(ring), _AT_ONCE):
            part = ring[start : start + _AT_ONCE]
            filled += grow(sample, canvas, known, sources, part, random.random(len(part)), offsets, kernel,
                           np.float32(options.tolerance), np.float32(worst), int(options.tileable))  # fmt: skip
            context.report(int(known.sum()), total, preview=canvas.copy)
            if context.stopping:
                break
        worst = worst if filled else worst * _RAISE
    return Result(canvas, {"filled": float(known.mean()), "coherence": coherence(sources, sample.shape[1])})


def read_sample(inputs: Inputs, options: Options) -> tuple[Array, int]:
    """The sample at its scale and the side of the window, odd."""
    picture = inputs.styles[0].picture
    own, long_side = max(picture.shape[:2]), max(inputs.content.shape[:2])
    side = min(own, _LONG_SIDE) if options.style_scale is None else max(1, round(options.style_scale * long_side))
    size = fit_size(picture.shape[:2], side)
    window = options.window_size | 1
    if window != options.window_size:
        raise UsageError(f"window_size: {options.window_size} has no middle pixel; take {window}.")
    if min(size) < window:
        if options.style_scale is not None or "window_size" in options.model_fields_set:
            raise UsageError(f"window_size: {window} is more than the sample of {size[1]} x {size[0]} pixels holds.")
        window = max(3, (min(size) // 2) | 1)
        if min(size) < window:
            raise UsageError(f"style: {size[1]} x {size[0]} pixels are fewer than the smallest window, 3 x 3.")
    return resize(picture, size), window


def plant(
    sample: Array, canvas: Array, known: NDArray[np.bool_], sources: NDArray[np.int64], random: np.random.Generator
) -> None:
    """Lay a random 3 x 3 of the sample in the middle of the canvas."""
    height, width = known.shape
    y, x = (int(random.integers(side - 2)) for side in sample.shape[:2])
    place = np.s_[height // 2 - 1 : height // 2 + 2, width // 2 - 1 : width // 2 + 2]
    canvas[place] = sample[y : y + 3, x : x + 3]
    sources[place] = (y + np.arange(3))[:, None] * sample.shape[1] + x + np.arange(3)
    known[place] = True


def neighbourhood(window: int) -> tuple[NDArray[np.int64], Array]:
    """Offsets (k, 2) of a window's pixels without the middle one, and their Gaussian weights (k,), the largest first."""
    radius = window // 2
    offsets = np.stack(np.mgrid[-radius : radius + 1, -radius : radius + 1], -1).reshape(-1, 2)
    distance = np.square(offsets).sum(1)
    order = np.argsort(distance, kind="stable")[1:]
    weights = np.exp(-distance / (2 * (window / _SHARPNESS) ** 2))
    return offsets[order].astype(np.int64), weights[order].astype(np.float32)


def frontier(known: NDArray[np.bool_], window: int, around: bool, random: np.random.Generator) -> NDArray[np.int64]:
    """Unknown pixels (n, 2) beside known ones, those with the most known pixels in their window first, ties at random."""
    import cv2

    pad = window // 2
    padded = np.pad(known.astype(np.float32), pad, mode="wrap" if around else "constant")
    inner = np.s_[pad : pad + known.shape[0], pad : pad + known.shape[1]]
    neighbours = cv2.boxFilter(padded, -1, (window, window), normalize=False)[inner]
    beside = cv2.dilate(padded, np.ones((3, 3), np.uint8))[inner] > 0
    pixels = np.argwhere(beside & ~known)
    pixels = pixels[random.permutation(len(pixels))]
    return pixels[np.argsort(-np.rint(neighbours[tuple(pixels.T)]), kind="stable")].astype(np.int64)


def coherence(sources: NDArray[np.int64], width: int) -> float:
    """Share of pixels whose right neighbour is also their right neighbour in the sample: 1 is a plain copy."""
    both = (sources[:, :-1] >= 0) & (sources[:, 1:] >= 0)
    follows = both & (sources[:, 1:] == sources[:, :-1] + 1) & (sources[:, 1:] % width > 0)
    return float(follows.sum() / max(both.sum(), 1))


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: the canvas and little beside; the time depends on the sample, so it is not told."""
    return Estimate(memory_bytes=height * width * 64 + 50_000_000)
