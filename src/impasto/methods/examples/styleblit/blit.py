"""The control flow of `styleblit`: guides, chunks from large to small, and the mixing of their borders."""

import numpy as np
from numpy.typing import NDArray

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Estimate, Inputs, Result, RunOptions
from impasto.image.resize import resize, style_size
from impasto.kernels import styleblit as kernel
from impasto.kernels.compiled import in_bands, thread_count

from . import Options
from .guides import Guides, read_guides

Field = NDArray[np.int32]
_JITTER_SIDE = 256  # the table of random steps repeats after so many blocks, as in the authors' shader


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Find where every pixel's chunk comes from, and copy it."""
    painting = inputs.styles[0].picture if inputs.blank else recoloured(inputs, options.preserve_colour)[1][0]
    painting = resize(painting, style_size(painting.shape[:2], inputs.content.shape[:2], options.style_scale))
    guides = read_guides(inputs, painting, options)
    if context.run.device in ("cuda", "mps") and options.search == "table":
        return on_card(inputs, painting, guides, look_up_table(guides.source), options, context)
    picture, _, shares = blit(painting, guides, options, context)
    kept = "off" if inputs.blank else options.preserve_colour
    return Result(with_kept_colour(picture, inputs.content, kept), {"covered_by_side": shares})


def blit(painting: Array, guides: Guides, options: Options, context: Context) -> tuple[Array, Field, dict[str, float]]:
    """The picture, where each of its pixels came from (H, W), and how much chunks of each side and larger covered."""
    threads = thread_count(context.run)
    shape = guides.target.shape[1:]
    table = look_up_table(guides.source)
    levels = [2**n for n in range(options.chunk_size.bit_length() - 1, 0, -1)]
    field = np.full(shape, kernel.UNSET, np.int32)
    jitter = jitter_table(context.run.seed, options.jitter)
    shares: dict[str, float] = {}
    for number, side in enumerate(levels):
        if context.stopping:
            break
        lay(guides, table, side, options, jitter, field, threads)
        shares[str(side)] = float((field != kernel.UNSET).mean())
        context.report(number + 1, len(levels) + 1, message=f"chunks of {side} px")
    finish(guides, table, options, field, threads)
    picture = np.empty((*shape, 3), np.float32)
    in_bands(len(field), threads, lambda a, b: kernel.blend(painting, field, options.blend_px, picture, a, b))
    if not context.stopping:
        context.report(len(levels) + 1, len(levels) + 1, message="mixed")
    return picture, field, shares


def on_card(
    inputs: Inputs, painting: Array, guides: Guides, table: NDArray[np.int32], options: Options, context: Context
) -> Result:
    """The same on a graphics card, where one was asked for; a processor is done before torch is loaded."""
    from impasto.engines.hardware import choose_device

    from .on_torch import TorchBlit

    work = TorchBlit(guides, table, jitter_table(context.run.seed, options.jitter), choose_device(context.run))
    levels = [2**n for n in range(options.chunk_size.bit_length() - 1, 0, -1)]
    shares: dict[str, float] = {}
    for number, side in enumerate(levels):
        if context.stopping:
            break
        work.lay_level(side)
        shares[str(side)] = work.covered
        context.report(number + 1, len(levels) + 1, message=f"chunks of {side} px")
    work.lay_rest()
    kept = "off" if inputs.blank else options.preserve_colour
    picture = with_kept_colour(work.blend(painting, options.blend_px), inputs.content, kept)
    return Result(picture, {"covered_by_side": shares, "device": str(work.device)})


def lay(
    guides: Guides, table: NDArray[np.int32], side: int, options: Options, jitter: Array, field: Field, threads: int
) -> None:  # fmt: skip
    """One level: chunks around seeds, a seed to every block of `side` pixels."""
    target, source = guides.target, guides.source
    steps = np.full([-(-length // side) + 2 for length in field.shape], kernel.UNSET, np.int32)
    if options.search == "exact":
        seeds = seeds_of(field.shape, side, jitter)
        steps[:] = exact_steps(target, source, seeds.reshape(2, -1)).reshape(steps.shape)
    in_bands(len(field), threads, lambda a, b: kernel.lay_level(
        target, source, table, jitter, steps, side, np.float32(guides.threshold), field, a, b))  # fmt: skip


def finish(guides: Guides, table: NDArray[np.int32], options: Options, field: Field, threads: int) -> None:
    """Pixel by pixel, whatever no chunk could fill."""
    target, source = guides.target, guides.source
    if options.search == "exact":
        rest = np.stack(np.nonzero(field == kernel.UNSET))
        field[tuple(rest)] = exact_steps(target, source, rest)
    in_bands(len(field), threads, lambda a, b: kernel.lay_rest(target, source, table, field, a, b))


def jitter_table(seed: int, strength: float) -> Array:
    """Where in its block a seed lies, (2, 256, 256) in [0, 1): anywhere at strength 1, in the middle at 0."""
    random = np.random.default_rng(seed).random((2, _JITTER_SIDE, _JITTER_SIDE), np.float32)
    return (np.float32(0.5) + np.float32(strength) * (random - np.float32(0.5))).clip(0, 1 - 1e-6)


def seeds_of(shape: tuple[int, int], side: int, jitter: Array) -> NDArray[np.int32]:
    """Rows and columns of the seeds of all blocks and of one block around them, (2, n + 2, m + 2), kept inside the picture."""
    height, width = shape
    blocks = np.meshgrid(np.arange(-1, -(-height // side) + 1), np.arange(-1, -(-width // side) + 1), indexing="ij")
    places = tuple(np.stack(blocks) % _JITTER_SIDE)
    seeds = [
        np.clip(np.floor(side * (block + jitter[axis][places])), 0, shape[axis] - 1)
        for axis, block in enumerate(blocks)
    ]
    return np.stack(seeds).astype(np.int32)


def look_up_table(source: Array) -> NDArray[np.int32]:
    """For every cell of colours a pixel of the guide (3, h, w) in it, or in the nearest cell that has one."""
    from scipy.ndimage import distance_transform_edt

    side = kernel.TABLE_SIDE
    cells = (source.reshape(3, -1) * np.float32(side / 256)).astype(np.intp)
    table = np.full((side, side, side), -1, np.int32)
    # Of several pixels in a cell, the last written stays; backwards, that is the first.
    table[tuple(cells[:, ::-1])] = np.arange(cells.shape[1], dtype=np.int32)[::-1]
    nearest = distance_transform_edt(table < 0, return_distances=False, return_indices=True)
    return np.ascontiguousarray(table[tuple(nearest)])


def exact_steps(target: Array, source: Array, places: NDArray[np.integer]) -> Field:
    """Steps (n,) from places (2, n) to the pixel of the source that looks most alike, of all there are."""
    from scipy.spatial import cKDTree

    width = source.shape[2]
    colours, first = np.unique(source.reshape(3, -1).T, axis=0, return_index=True)
    _, found = cKDTree(colours).query(target[:, places[0], places[1]].T, p=1)
    rows, columns = np.divmod(first[found], width)
    steps = ((rows - places[0]) << 16) | ((columns - places[1]) & 0xFFFF)
    inside = (places[0] < source.shape[1]) & (places[1] < width)
    here = np.where(inside, places, 0)
    same = inside & (source[:, here[0], here[1]] == target[:, places[0], places[1]]).all(0)
    return np.where(same, 0, steps).astype(np.int32)


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need, as counted: guides, paintings and fields, and copies to decode and save."""
    pixels = height * width * (1 + options.style_scale**2)
    return Estimate(memory_bytes=int(pixels * 3 * 4 * 8) + 60_000_000, seconds=0.3 + pixels / 4e6)
