"""`lapstyle`: the losses of Gatys 2016, and the Laplacian of the averaged picture."""

from torch import Tensor

from impasto.core import Context, Inputs, Result
from impasto.reconstruction.easel import paint
from impasto.reconstruction.terms import Term, blended, content_term, laplacian_term, smoothness_term, style_term
from impasto.textures.covariance import gram, gram_loss

from . import Options


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise the pixels until features and contours match the photo and Gram matrices match the paintings."""
    auto = options.weights == "auto"
    terms = balanced_terms(options) if auto else published_terms(options)
    return paint(inputs, terms, options, context, balanced=auto)


def balanced_terms(options: Options) -> list[Term]:
    """What pulls at the picture, each as hard as its weight says."""
    return [
        content_term(options.content_weight, options.content_layers),
        style_term(options.style_weight, options.style_layers, blended(gram), gram_loss),
        laplacian_term(options.laplacian_weight, options.laplacian_pools),
        smoothness_term(options.tv_weight),
    ]


def published_terms(options: Options) -> list[Term]:
    """The same with the weights of the authors' code, an extension of J. Johnson's neural-style in Torch.

    There every loss is a mean of squares, a Gram matrix is divided by C H W, and the Laplacian sees values of 0 to 255.
    """

    def style(layer: str, target: Tensor) -> float:
        return options.style_layers[layer] / target.shape[1] ** 4  # ours: divided by H W, summed over C² entries

    return [
        content_term(options.content_weight, options.content_layers, lambda layer, _: options.content_layers[layer]),
        style_term(options.style_weight, options.style_layers, blended(gram), gram_loss, style),
        laplacian_term(
            options.laplacian_weight, options.laplacian_pools, lambda pool: options.laplacian_pools[str(pool)] * 255**2
        ),
        smoothness_term(options.tv_weight),
    ]
