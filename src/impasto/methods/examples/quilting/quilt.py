"""The control flow of `quilting`: passes over the picture, rows of blocks in each, and the block that fits best."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Cancelled, Context, Estimate, Inputs, Result, RunOptions, UsageError
from impasto.guides.appearance import blurred, grey, match_levels
from impasto.image.resize import fit_size, resize
from impasto.kernels.compiled import in_bands, thread_count
from impasto.kernels.quilting import block_errors, taken

from . import Options

_OVERLAP = 6  # a block overlaps its neighbours by a sixth of its side (Efros & Freeman, section 2)
_SMALLEST_BLOCK = 4
_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, -2), (-2, 0))  # neighbours that are laid already


@dataclass(frozen=True, slots=True)
class Sample:
    """Where blocks come from: the picture (h, w, 3) and, for a transfer, its guide (h, w), the target's (H, W), and their weight."""

    picture: Array
    guide: Array
    target: Array | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Of squared differences: in the overlaps, to the earlier pass, and between the guides."""

    overlap: float = 1.0
    earlier: float = 0.0
    guide: float = 0.0


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Lay blocks of the sample, row by row; with a photo several times, with smaller blocks and more respect for what lies."""
    if context.stopping:
        raise Cancelled("stopped before the first row of blocks was laid.")
    transfer = not inputs.blank
    if transfer and options.tileable:
        raise UsageError("tileable: a picture that follows a photo ends where the photo does; leave one of them out.")
    sample = read_sample(inputs, options)
    shape = inputs.content.shape[:2]
    size = block_size(options, sample, shape, transfer)
    passes = options.passes if transfer else 1
    sizes = [max(_SMALLEST_BLOCK, round(size * (2 / 3) ** n)) for n in range(passes)]
    quilt = Quilt(sample, shape, options, context)
    total = sum(len(starts(shape[0], min(side, *shape), options.tileable)) for side in sizes)
    done = 0
    for number, side in enumerate(sizes):
        done = quilt.lay(side, weights_of(number, passes, options) if transfer else Weights(), number > 0, done, total)
    picture = with_kept_colour(quilt.canvas, inputs.content, options.preserve_colour) if transfer else quilt.canvas
    return Result(np.clip(picture, 0, 1).astype(np.float32), {"block_sizes": sizes, "seam_error": quilt.seam_error})


def weights_of(number: int, passes: int, options: Options) -> Weights:
    """The balance of a pass: 0.1 of texture in the first to 0.9 in the last, the rest is the photo's (section 3)."""
    texture = 0.8 * number / max(passes - 1, 1) + 0.1
    return Weights(texture, texture if number else 0.0, options.content_weight * (1 - texture))


def read_sample(inputs: Inputs, options: Options) -> Sample:
    """The sample at its scale and, with a photo, the guides of both: greys, the photo's spread like the sample's."""
    transfer = not inputs.blank
    picture = recoloured(inputs, options.preserve_colour)[1][0] if transfer else inputs.styles[0].picture
    own, long_side = max(picture.shape[:2]), max(inputs.content.shape[:2])
    side = min(own, long_side) if options.style_scale is None else round(options.style_scale * long_side)
    picture = resize(picture, fit_size(picture.shape[:2], max(side, _SMALLEST_BLOCK + 1)))
    if min(picture.shape[:2]) <= _SMALLEST_BLOCK:
        raise UsageError(f"style: {picture.shape[1]} x {picture.shape[0]} pixels hold no block; raise style_scale.")
    if not transfer:
        return Sample(picture, np.zeros(picture.shape[:2], np.float32))
    guide = grey(picture)
    return Sample(picture, guide, match_levels(grey(inputs.content), guide, options.match_levels))


def block_size(options: Options, sample: Sample, shape: tuple[int, int], transfer: bool) -> int:
    """Side of the first pass's blocks, never more than the sample or the result."""
    most = min(*sample.picture.shape[:2], *shape)
    if options.block_size is not None:
        if options.block_size > min(sample.picture.shape[:2]):
            height, width = sample.picture.shape[:2]
            raise UsageError(
                f"block_size: {options.block_size} is more than the sample of {width} x {height} pixels holds."
            )
        return min(options.block_size, most)
    side = max(shape) / 20 if transfer else min(sample.picture.shape[:2]) / 6
    return int(np.clip(round(side), 8, max(8, most // 2)))


def starts(length: int, block: int, around: bool) -> NDArray[np.intp]:
    """Where blocks begin along a side, evenly spread, overlapping by a sixth at least; around: the last meets the first."""
    step = block - max(1, block // _OVERLAP)
    if around:
        count = max(2, -(-length // step))
        return np.rint(np.arange(count) * length / count).astype(np.intp)
    count = 1 if length <= block else -(-(length - block) // step) + 1
    return np.rint(np.linspace(0, length - block, count)).astype(np.intp)


class Quilt:
    """The canvas and what has been laid on it."""

    def __init__(self, sample: Sample, shape: tuple[int, int], options: Options, context: Context) -> None:
        self.sample, self.shape, self.options, self.context = sample, shape, options, context
        self.random = np.random.default_rng(context.run.seed)
        self.threads = thread_count(context.run)
        rows, columns = (np.arange(n) % m for n, m in zip(shape, sample.picture.shape, strict=False))
        self.canvas = sample.picture[np.ix_(rows, columns)]  # what an interrupted run leaves where nothing was laid
        self.seam_error = 0.0

    def lay(self, block: int, weights: Weights, again: bool, done: int, total: int) -> int:
        """One pass over the picture. Returns how many rows of blocks have been laid in all."""
        block = min(block, *self.shape, *self.sample.picture.shape[:2])
        around = self.options.tileable
        ys, xs = (starts(length, block, around) for length in self.shape)
        earlier = self.canvas.copy() if again else None
        guides = self.guides(block)
        used: dict[tuple[int, int], tuple[int, int]] = {}
        seams: list[float] = []
        for i, y in enumerate(ys):
            if self.context.stopping:
                return done
            for j, x in enumerate(xs):
                place = np.ix_((y + np.arange(block)) % self.shape[0], (x + np.arange(block)) % self.shape[1])
                overlaps = (
                    *_overlap(ys, i, block, self.shape[0], around),
                    *_overlap(xs, j, block, self.shape[1], around),
                )
                overlaps = (overlaps[0], overlaps[2], overlaps[1], overlaps[3])
                # A neighbour's own block, over and over, shows as a grid.
                near = [used[i + a, j + b] for a, b in _AROUND if (i + a, j + b) in used]
                if self.sample.target is None:  # and what follows it in the sample fits perfectly: all would be copied
                    near += [
                        (used[n][0] + y - ys[n[0]], used[n][1] + x - xs[n[1]])
                        for n in ((i - 1, j), (i, j - 1))
                        if n in used
                    ]
                source = self.choose(block, place, overlaps, weights, earlier, guides, near)
                used[i, j] = source
                new = self.sample.picture[source[0] : source[0] + block, source[1] : source[1] + block]
                keep = taken(self.canvas[place], new, overlaps)
                self.canvas[place] = np.where(keep[..., None], new, self.canvas[place])
                seams.append(self.least)
            done += 1
            self.context.report(done, total, preview=self.canvas.copy, message=f"blocks of {block} px")
        self.seam_error = float(np.mean(seams))
        return done

    def guides(self, block: int) -> tuple[Array, Array]:
        """Guides of sample and target, blurred as the blocks are large."""
        if self.sample.target is None:
            return self.sample.guide, self.sample.guide
        return blurred(self.sample.guide, block / 8), blurred(self.sample.target, block / 8)

    def choose(
        self, block: int, place: tuple[NDArray[np.intp], ...], overlaps: tuple[int, ...], weights: Weights,
        earlier: Array | None, guides: tuple[Array, Array], barred: list[tuple[int, int]],
    ) -> tuple[int, int]:  # fmt: skip
        """Row and column in the sample of a block that fits: one of those within the tolerance of the best."""
        height, width = self.sample.picture.shape[0] - block + 1, self.sample.picture.shape[1] - block + 1
        guided = self.sample.target is not None
        if not guided and not any(overlaps):
            self.least = 0.0
            return int(self.random.integers(height)), int(self.random.integers(width))
        step = int(np.ceil(np.sqrt(height * width / self.options.candidates)))
        first = self.random.integers(step, size=2)
        grid = np.mgrid[min(first[0], height - 1) : height : step, min(first[1], width - 1) : width : step]
        rows, columns = grid.reshape(2, -1)
        rows, columns = _without(rows, columns, barred, max(1, block // _OVERLAP))
        laid = np.ascontiguousarray(self.canvas[place]).reshape(block, -1)
        before = laid if earlier is None else np.ascontiguousarray(earlier[place]).reshape(block, -1)
        target = np.ascontiguousarray(guides[1][place]) if guided else laid[:, :block]
        flat = self.sample.picture.reshape(len(self.sample.picture), -1)
        used = np.array([weights.overlap, weights.earlier, 3 * weights.guide], np.float32)  # one plane against three
        tolerance = np.float32(self.options.tolerance)

        def errors(ys: NDArray[np.intp], xs: NDArray[np.intp]) -> Array:
            found = np.empty(len(ys), np.float32)

            def work(start: int, end: int) -> None:
                block_errors(flat, guides[0], laid, before, target, np.array(overlaps), used, tolerance,
                             ys[start:end], xs[start:end], found[start:end])  # fmt: skip

            in_bands(len(ys), self.threads if len(ys) > 1000 else 1, work)
            return found

        found = errors(rows, columns)
        if step > 1:
            rows, columns, found = _refined(rows, columns, found, step, (height, width), errors)
        self.least = float(found.min()) / block**2
        chosen = self.random.choice(np.flatnonzero(found <= found.min() * (1 + tolerance)))
        return int(rows[chosen]), int(columns[chosen])


def _overlap(begins: NDArray[np.intp], number: int, block: int, length: int, around: bool) -> tuple[int, int]:
    """How many pixels of a block are laid already, at its beginning and at its end."""
    before = int(begins[number - 1] + block - begins[number]) if number else 0
    closes = around and number == len(begins) - 1
    return before, min(int(begins[number] + block - length), block - before) if closes else 0


def _without(
    rows: NDArray[np.intp], columns: NDArray[np.intp], barred: list[tuple[int, int]], near: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the sample that are not so near to barred ones; all, if none were left."""
    far = np.ones(len(rows), np.bool_)
    for y, x in barred:
        far &= (np.abs(rows - y) > near) | (np.abs(columns - x) > near)
    return (rows[far], columns[far]) if far.any() else (rows, columns)


def _refined(
    rows: NDArray[np.intp], columns: NDArray[np.intp], found: Array, step: int, limits: tuple[int, int],
    errors: Callable[[NDArray[np.intp], NDArray[np.intp]], Array],
) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:  # fmt: skip
    """The same places with all around the best one."""
    best = int(found.argmin())
    ys, xs = (
        np.arange(max(0, at - step + 1), min(limit, at + step))
        for at, limit in zip((rows[best], columns[best]), limits, strict=True)
    )
    ys, xs = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.r_[rows, ys], np.r_[columns, xs], np.r_[found, errors(ys, xs)]


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: a dozen copies of the picture; the time depends on the sample too, so it is not told."""
    return Estimate(memory_bytes=height * width * 3 * 4 * 12 + 50_000_000)
