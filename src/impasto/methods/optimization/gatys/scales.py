"""Scale control: a new style with the large shapes of one painting and the fine strokes of another."""

from dataclasses import replace

from impasto.core import Array, Context, Inputs, Style
from impasto.image import resize, style_size
from impasto.image.colour import match_mean_covariance
from impasto.reconstruction.easel import paint
from impasto.reconstruction.terms import blended, style_term
from impasto.textures.covariance import gram, gram_loss

from . import Options

# Gatys et al. 2017, section 6: only layers that see no further than a stroke; the coarse painting is where it starts, and
# as there is no content loss its own fine texture is replaced altogether.
_LAYERS = {"relu1_1": 1.0, "relu2_1": 1.0}
_STEPS = 60  # the loss at so shallow layers has all but settled by then


def fine_steps(inputs: Inputs) -> int:
    """The steps that the new styles of a call take beforehand."""
    return _STEPS * len(inputs.styles) if "fine_style" in inputs.extras else 0


def with_fine_style(inputs: Inputs, options: Options, context: Context) -> Inputs:
    """Give every style the fine strokes of the picture `fine_style`, in the style's own colours."""
    fine, total = inputs.extras["fine_style"], fine_steps(inputs) + options.steps
    styles: list[Style] = []
    for style in inputs.styles:
        size = style_size(style.picture.shape[:2], inputs.content.shape[:2], options.style_scale)
        done = _STEPS * len(styles)
        made = _restroked(resize(style.picture, size), fine, options, context, done, total - done - _STEPS)
        styles.append(replace(style, picture=made))
    return replace(inputs, styles=tuple(styles))


def _restroked(coarse: Array, fine: Array, options: Options, context: Context, before: int, after: int) -> Array:
    """The coarse painting with the fine one's Gram matrices at the shallow layers."""
    matched = match_mean_covariance(fine, coarse, clip=True)
    alone = options.model_copy(
        update={"scales": 1, "steps": _STEPS, "init": "content", "preserve_colour": "off", "style_scale": 1.0}
    )
    term = style_term(1.0, _LAYERS, blended(gram), gram_loss)
    return paint(Inputs(coarse, (Style(matched),)), [term], alone, context, before=before, after=after).picture
