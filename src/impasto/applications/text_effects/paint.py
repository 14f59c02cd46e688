"""The control flow of `text_effects`: the letters, how far everything lies from them, and the synthesis."""

import numpy as np

from impasto.core import Array, Cancelled, Context, Estimate, InputError, Inputs, Result, RunOptions, UsageError
from impasto.image.labels import check_lies_over
from impasto.image.resize import resize, style_size

from . import Options
from .distance import Mask, Strokes, half_widths, strokes_of, text_in
from .lettering import lettered
from .synthesis import Plan, synthesise
from .turning import angles, rims

_LARGEST = 2.0  # how far a style is enlarged of its own accord: more would be blurred
_SMALLEST_PX = 24  # a side of the style at least, of its own accord
# Peak bytes as measured at 320 to 1280 pixels: of the interpreter with its libraries, and while scales are found for a
# sample of patches; for each pixel of the result; for each of a turned copy, and of its means where patches are tinted.
_FIXED_BYTES, _LEAST_BYTES = 240e6, 330e6
_BYTES_PER_PIXEL, _PER_COPY, _PER_TINTED_COPY = 340, 52, 60


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Write or read the text, bring the styled word to its size, and lay its effect on it."""
    if context.stopping:
        raise Cancelled("stopped before the first patch was laid.")
    if options.patch_size % 2 == 0:
        raise UsageError(f"patch_size: {options.patch_size} has no middle pixel; take {options.patch_size + 1}.")
    target = strokes_of(target_mask(inputs, options))
    if not target.mask.any():
        context.warn("there is no text in the drawing; the result is the style's background.")
    style, source = styled_word(inputs, options, target)
    plan = Plan(
        options.distance_weight, options.direction_weight, options.height_weight, options.uniformity, options.patch_size, options.levels,
        options.rounds, options.turn, options.tint, context.run.seed,
    )  # fmt: skip
    picture, account = synthesise(
        style, source, target, plan,
        report=lambda done, total, preview: context.report(done, total, preview=preview),
        stopping=lambda: context.stopping,
    )  # fmt: skip
    widths = {"style": source.radius_px, "text": target.radius_px}
    return Result(np.clip(picture, 0, 1), account | {"half_widths_px": widths})


def target_mask(inputs: Inputs, options: Options) -> Mask:
    """Where text is wanted, (H, W): the drawing's, or written. Raises UsageError where both were asked for."""
    if inputs.blank:
        return lettered(options.text, options.font, inputs.content.shape[:2])
    if options.text != Options().text:
        raise UsageError("text: the drawing says what is written; leave one of them out.")
    return text_in(inputs.content)


def styled_word(inputs: Inputs, options: Options, target: Strokes) -> tuple[Array, Strokes]:
    """The style (h, w, 3) at its scale, and its strokes. Raises InputError for a mask without letters."""
    letters, own = inputs.extras["style_text"], inputs.styles[0].picture
    check_lies_over("style_text", letters, "style", own)
    mask = text_in(letters)
    if not mask.any():
        raise InputError("style_text: there are no letters in it; it is of one tone.")
    shape = own.shape[:2]
    if options.style_scale is not None:
        size = style_size(shape, inputs.content.shape[:2], options.style_scale)
    else:
        across = half_widths(mask).mean() * shape[0] / mask.shape[0]
        wanted = target.radius_px / across if target.mask.any() else 1.0
        scale = float(np.clip(wanted, min(1.0, _SMALLEST_PX / min(shape)), _LARGEST))
        size = round(shape[0] * scale), round(shape[1] * scale)
    soft = resize(mask.astype(np.float32), size)
    return resize(own, size), strokes_of(soft > 0.5 if (soft > 0.5).any() else soft >= soft.max())


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: stacks of three scales of the result, and of all turned copies of a style.

    How large the style will be is known only when its strokes are measured: it is taken to be a square of as many pixels.
    """
    pixels = height * width
    copies, side = len(angles(options.turn)), round(pixels**0.5)
    down, across = rims((side, side), options.turn)
    turned = copies * (side + 2 * down) * (side + 2 * across)
    memory = _FIXED_BYTES + pixels * _BYTES_PER_PIXEL + turned * (_PER_COPY + (_PER_TINTED_COPY if options.tint else 0))
    seconds = pixels * options.rounds * 1.2e-6 * (1.5 if copies > 1 else 1) * (1.3 if options.tint else 1)
    return Estimate(memory_bytes=int(max(memory, _LEAST_BYTES)), seconds=1 + seconds)
