"""`wct`: from the deepest level to the shallowest look, whiten and colour, show; what is shown is looked at next."""

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.core import Context, Inputs, Result
from impasto.reconstruction.networks.decoders import decoder_of
from impasto.reconstruction.networks.encoders import INVERTIBLE
from impasto.reconstruction.onepass import Sitting, seeded, with_mirrored_masks
from impasto.reconstruction.transfer import Move, regions_of, restyled
from impasto.textures.covariance import Spectrum, colour, spectrum, whiten, with_spectrum
from impasto.textures.patches import exemplars, match, swap

from . import Options

_TEXTURE_PASSES = 3  # Li et al. 2017, the authors' code


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Whiten and colour the features of every level in turn, deepest first (Li et al. 2017, section 3.3)."""
    layers = INVERTIBLE[: options.levels][::-1]
    regions = regions_of(with_mirrored_masks(inputs, layers[0]))
    # Whitening blows small directions up, and what bfloat16 rounds off is larger than the smallest.
    sitting = Sitting(inputs, options, context, layers[0], exact=True)
    networks = sitting.networks
    for layer in layers:
        networks.need(decoder_of("inverse", options.encoder, layer), layer)
    strength, passes, picture = options.strength, options.passes, sitting.photo
    if inputs.blank:
        noise = torch.rand(picture.shape, generator=seeded(context.run.seed))
        strength, passes, picture = 1.0, max(passes, _TEXTURE_PASSES), noise.to(picture.device)
    looks = [networks.look(painting, layers) for painting in sitting.paintings]
    steps = [layer for _ in range(passes) for layer in layers]
    for number, layer in enumerate(steps, 1):
        features = networks.look(picture, (layer,))[layer]
        styles = [look[layer] for look in looks]
        if options.swap and layer == layers[0]:
            moved = restyled(features, styles, regions, see, swapped(options.patch), strength)
        else:
            moved = restyled(features, styles, regions, spectrum, with_spectrum, strength)
        picture = networks.show(moved, decoder_of("inverse", options.encoder, layer), layer).clamp(0, 1)
        context.report(number, len(steps), lambda picture=picture: sitting.cut(picture), message=layer)
        if context.stopping:
            break
    return sitting.result(picture, levels=list(layers), passes=passes)


@dataclass(frozen=True, slots=True)
class Seen:
    """Features (1, C, h, w) beside their spectrum."""

    features: Tensor
    spectrum: Spectrum


def see(features: Tensor, guide: Tensor | None) -> Seen | None:
    """Measure features, and keep them for their patches."""
    found = spectrum(features, guide)
    return None if found is None else Seen(features, found)


def swapped(patch: int) -> Move[Seen]:
    """A transform that rebuilds whitened features from the painting's whitened patches before it colours them.

    Whitened, all directions count alike, so that more different patches are chosen (Sheng et al. 2018, section 3.2; Li
    et al.'s code has it as an option at relu5_1).
    """

    def move(features: Tensor, own: Seen, wanted: Seen) -> Tensor:
        side = min(patch, *features.shape[-2:], *wanted.features.shape[-2:])
        source = exemplars([whiten(wanted.features, wanted.spectrum)], patch=side)
        return colour(swap(match(whiten(features, own.spectrum), source), source), wanted.spectrum)

    return move
