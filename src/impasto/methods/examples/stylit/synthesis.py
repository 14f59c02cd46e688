"""The control flow of `stylit`: guides for the synthesis, and its picture."""

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Cancelled, Context, Estimate, Inputs, Result, RunOptions, UsageError
from impasto.guides.pairs import read_guides
from impasto.image.resize import resize, resize_mask, style_size
from impasto.kernels.compiled import thread_count
from impasto.reconstruction.guided import Plan, synthesise

from . import Options

_TOGETHER = 2.0  # weight of all given guides: three of 0.66 or four of 0.5 in the authors' examples


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Read the guides, give the painting's patches away, and keep the photo's colours if asked to."""
    if context.stopping:
        raise Cancelled("stopped before the first patch was laid.")
    if options.patch_size % 2 == 0:
        raise UsageError(f"patch_size: {options.patch_size} has no middle pixel; take {options.patch_size + 1}.")
    painting = inputs.styles[0].picture if inputs.blank else recoloured(inputs, options.preserve_colour)[1][0]
    painting = resize(painting, style_size(painting.shape[:2], inputs.content.shape[:2], options.style_scale))
    valid = resize_mask(inputs.style_masks[0], painting.shape[:2]) > 0.5 if inputs.style_masks else None
    guides = read_guides(inputs, painting, options.guide_weights, options.match_levels, together=_TOGETHER)
    plan = Plan(
        patch=options.patch_size, levels=options.levels, rounds=options.rounds, passes=options.search_passes,
        stop_threshold=0.0, style_weight=options.style_weight, seed=context.run.seed,
        threads=thread_count(context.run), retrieval="budget",
    )  # fmt: skip
    made = synthesise(
        painting, guides, inputs.content.shape[:2], plan, valid=valid,
        report=lambda done, total, preview: context.report(done, total, preview=preview),
        stopping=lambda: context.stopping,
    )  # fmt: skip
    picture = with_kept_colour(made.picture, inputs.content, "off" if inputs.blank else options.preserve_colour)
    report = {"levels": made.levels, "guides": len(guides)}
    return Result(np.clip(picture, 0, 1), report, further={"error": made.misfit})


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need, as counted for one guide of three channels: stacks, fields and the sorted errors."""
    pixels = height * width * (1 + options.style_scale**2)
    work = height * width * options.rounds * options.search_passes
    return Estimate(memory_bytes=int(pixels * 4 * 48) + 80_000_000, seconds=1 + work / 2e5)
