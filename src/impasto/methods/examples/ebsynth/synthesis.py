"""The control flow of `ebsynth`: guides for the synthesis, and its picture."""

import numpy as np

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Cancelled, Context, Estimate, Inputs, Result, RunOptions, UsageError
from impasto.guides.pairs import read_guides
from impasto.image.resize import resize, resize_mask, style_size
from impasto.kernels.compiled import thread_count
from impasto.reconstruction.guided import Plan, synthesise

from . import Options


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Read the guides, synthesise, and keep the photo's colours if asked to."""
    if context.stopping:
        raise Cancelled("stopped before the first patch was laid.")
    if options.patch_size % 2 == 0:
        raise UsageError(f"patch_size: {options.patch_size} has no middle pixel; take {options.patch_size + 1}.")
    painting = inputs.styles[0].picture if inputs.blank else recoloured(inputs, options.preserve_colour)[1][0]
    painting = resize(painting, style_size(painting.shape[:2], inputs.content.shape[:2], options.style_scale))
    valid = resize_mask(inputs.style_masks[0], painting.shape[:2]) > 0.5 if inputs.style_masks else None
    guides = read_guides(inputs, painting, options.guide_weights, options.match_levels)
    made = synthesise(
        painting, guides, inputs.content.shape[:2], plan_of(options, context.run), valid=valid,
        report=lambda done, total, preview: context.report(done, total, preview=preview),
        stopping=lambda: context.stopping,
    )  # fmt: skip
    picture = with_kept_colour(made.picture, inputs.content, "off" if inputs.blank else options.preserve_colour)
    report = {"levels": made.levels, "guides": len(guides)}
    return Result(np.clip(picture, 0, 1), report, further={"error": made.misfit})


def plan_of(options: Options, run: RunOptions) -> Plan:
    """The options as the synthesis knows them."""
    return Plan(
        patch=options.patch_size, levels=options.levels, rounds=options.rounds, passes=options.search_passes,
        uniformity=options.uniformity, stop_threshold=options.stop_threshold, extra_pass=options.extra_pass,
        weighted=options.weighted_votes, style_weight=options.style_weight, seed=run.seed, threads=thread_count(run),
    )  # fmt: skip


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need, as counted for one guide of three channels: stacks, fields and each thread's counts."""
    pixels = height * width * (1 + options.style_scale**2)
    work = height * width * options.rounds * options.search_passes
    return Estimate(memory_bytes=int(pixels * 4 * 40) + 80_000_000, seconds=1 + work / 2e6)
