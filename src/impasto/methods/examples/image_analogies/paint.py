"""The control flow of `image_analogies`: the three pictures, the field of sources, and the fourth picture."""

import numpy as np

from impasto.core import Array, Cancelled, Context, Estimate, Inputs, Result, RunOptions
from impasto.image.colour import transfer_luminance

from . import Options
from .analogy import Field, Plan, synthesise
from .pairs import read_analogy


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Find what each pixel is to be copied from, and copy it; with the photo's colours where only light and dark were."""
    if context.stopping:
        raise Cancelled("stopped before the first row was filled.")
    analogy = read_analogy(inputs, options)
    flat = analogy.paint.reshape(-1, 3)

    def painted(field: Field) -> Array:
        picture = np.clip(flat[field], 0, 1)
        return transfer_luminance(picture, inputs.content) if analogy.luminance else picture

    plan = Plan(
        analogy.coherence, analogy.weight, options.levels, slack=options.tolerance, seed=context.run.seed,
        inside=analogy.inside,
    )  # fmt: skip
    field, levels = synthesise(
        analogy.before, analogy.after, analogy.target, plan,
        report=lambda done, total, seen: context.report(done, total, preview=lambda: painted(seen())),
        stopping=lambda: context.stopping,
    )  # fmt: skip
    return Result(painted(field), {"mode": analogy.kind, "levels": levels})


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: features of a style as large as the result, twice, and the planes of all pictures."""
    pixels = height * width
    style = pixels * (1 if options.style_scale is None else options.style_scale**2)
    return Estimate(memory_bytes=int(style * 560 + pixels * 120) + 200_000_000, seconds=1 + pixels * 2e-5)
