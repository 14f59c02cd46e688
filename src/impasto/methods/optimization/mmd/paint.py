"""`mmd`: content by features, style by the kernels asked for, each a term of its own."""

from torch import Tensor

from impasto.core import Context, Inputs, Result
from impasto.reconstruction.easel import paint
from impasto.reconstruction.terms import (
    Samples,
    Term,
    blended,
    content_term,
    laplacian_term,
    smoothness_term,
    style_term,
)
from impasto.textures import kernels
from impasto.textures.moments import moments, moments_loss

from . import Options


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise the pixels until features match the photo and their distribution the paintings', as the kernels see it."""
    terms = [
        content_term(options.content_weight, options.content_layers),
        *kernel_terms(options, context.run.seed),
        laplacian_term(options.laplacian_weight, options.laplacian_pools),
        smoothness_term(options.tv_weight),
    ]
    return paint(inputs, terms, options, context)


def kernel_terms(options: Options, seed: int) -> list[Term]:
    """One term for every kernel: balanced one by one, so that shares are shares of the pull on the pixels."""

    def gaussian(samples: Samples) -> tuple[kernels.GaussianMap, Tensor]:
        spread = sum(part * kernels.spread_of(features) for features, part in samples)
        first = samples[0][0]
        embed = kernels.gaussian_map(spread, first.shape[1], seed=seed, device=first.device)
        return embed, blended(embed)(samples)

    def polynomial(features: Tensor, target: kernels.Polynomial) -> Tensor:
        return kernels.polynomial_mmd_loss(features, target, options.polynomial_offset)

    total = sum(options.kernels.values()) or 1.0
    terms: list[Term] = []
    for name, weight in options.kernels.items():
        pull, layers = options.style_weight * weight / total, options.style_layers
        match name:
            case "bn":
                terms.append(style_term(pull, layers, blended(moments), moments_loss, name="bn"))
            case "linear":
                measure = blended(kernels.mean_vector)
                terms.append(style_term(pull, layers, measure, kernels.linear_mmd_loss, name="linear"))
            case "polynomial":
                measure = blended(kernels.polynomial_embedding)
                terms.append(style_term(pull, layers, measure, polynomial, name="polynomial"))
            case _:
                terms.append(style_term(pull, layers, gaussian, kernels.gaussian_mmd_loss, name="gaussian"))
    return terms
