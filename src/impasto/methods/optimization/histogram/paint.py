"""`histogram`: content by features, style by Gram matrices and by histograms."""

from impasto.core import Context, Inputs, Result
from impasto.reconstruction.easel import paint
from impasto.reconstruction.terms import (
    blended,
    content_term,
    histogram_term,
    laplacian_term,
    smoothness_term,
    style_term,
)
from impasto.textures.covariance import gram, gram_loss

from . import Options


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise the pixels until features match the photo, Gram matrices and histograms of features the paintings."""
    terms = [
        content_term(options.content_weight, options.content_layers),
        style_term(options.style_weight, options.style_layers, blended(gram), gram_loss),
        histogram_term(options.histogram_weight, options.histogram_layers),
        laplacian_term(options.laplacian_weight, options.laplacian_pools),
        smoothness_term(options.tv_weight),
    ]
    return paint(inputs, terms, options, context)
