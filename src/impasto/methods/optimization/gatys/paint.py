"""`gatys`: content by features, style by Gram matrices, in balanced or in published weights."""

from collections.abc import Sequence

from torch import Tensor

from impasto.core import Context, Inputs, Result
from impasto.reconstruction.easel import paint
from impasto.reconstruction.regions import Region, guided_style_term, read_regions
from impasto.reconstruction.terms import (
    Share,
    Term,
    blended,
    content_term,
    histogram_term,
    laplacian_term,
    smoothness_term,
    style_term,
)
from impasto.textures.covariance import gram, gram_loss

from . import Options
from .scales import fine_steps, with_fine_style


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise the pixels, coarse to fine, until features match the photo and Gram matrices match the paintings."""
    listed = terms(options, read_regions(inputs))
    before = fine_steps(inputs)
    if before:
        inputs = with_fine_style(inputs, options, context)
    return paint(inputs, listed, options, context, balanced=options.weights == "auto", before=before)


def terms(options: Options, regions: Sequence[Region] = ()) -> list[Term]:
    """What pulls at the picture."""
    content, share = published_shares(options) if options.weights != "auto" else (None, None)
    if regions:
        style = guided_style_term(options.style_weight, options.style_layers, regions, options.propagation, share)
    else:
        style = style_term(options.style_weight, options.style_layers, blended(gram), gram_loss, share)
    return [
        content_term(options.content_weight, options.content_layers, content),
        style,
        histogram_term(options.histogram_weight, options.histogram_layers),
        laplacian_term(options.laplacian_weight, options.laplacian_pools),
        smoothness_term(options.tv_weight),
    ]


def published_shares(options: Options) -> tuple[Share, Share]:
    """How the paper, or the authors' code, weighs the content loss and the style loss of a layer."""
    total = sum(options.style_layers.values()) or 1.0

    def content(layer: str, target: Tensor) -> float:
        # Eq. 1 is half the sum of squares, ours the mean; so is the notebook's.
        whole = 0.5 * target.numel() if options.weights == "paper" else 1.0
        return options.content_layers[layer] * whole

    def style(layer: str, target: Tensor) -> float:
        channels = target.shape[1]
        if options.weights == "paper":
            # Eq. 4: 1 / (4 C² N²) of Gram matrices not divided by N; eq. 5: every layer counts its share (a fifth).
            return options.style_layers[layer] / total / (4 * channels**2)
        # The notebook: weight 1e3 / C² on the mean over C² entries; every layer counts whole.
        return options.style_layers[layer] / channels**4

    return content, style
