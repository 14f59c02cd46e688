"""`wct`: from the deepest level to the shallowest look, whiten and colour, show; what is shown is looked at next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from impasto.core import Context, Inputs, Result
from impasto.reconstruction.networks.decoders import decoder_of
from impasto.reconstruction.networks.encoders import INVERTIBLE
from impasto.reconstruction.onepass import Sitting, seeded, with_mirrored_masks
from impasto.reconstruction.regions import Region
from impasto.reconstruction.transfer import Look, Move, changes, regions_of
from impasto.reconstruction.views import TextureModel, View
from impasto.textures.covariance import Spectrum, SpectrumSums, colour, spectrum, whiten, with_spectrum
from impasto.textures.patches import exemplars, match, swap

from . import Options

_TEXTURE_PASSES = 3  # Li et al. 2017, the authors' code
MODEL: TextureModel[Spectrum] = TextureModel(spectrum, SpectrumSums, with_spectrum)


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
    models: dict[str, TextureModel[Any]] = dict.fromkeys(layers, MODEL)
    if options.swap:
        models[layers[0]] = TextureModel(see, SpectrumSums, swapped(options.patch))  # type: ignore[arg-type]
    # A swap looks at all of a picture at once.
    _, paintings = sitting.views(*layers, whole=options.swap)
    looks = {layer: measured(paintings, layer, models[layer], regions) for layer in layers} if strength else {}
    sitting.let_go()
    del paintings
    steps = [layer for _ in range(passes) for layer in layers]
    for number, layer in enumerate(steps, 1):
        photo = View(networks, picture, (layer,), whole=options.swap)
        wanted = changes(photo.statistics(layer, models[layer]), looks[layer], regions) if strength else []
        family = decoder_of("inverse", options.encoder, layer)
        picture = photo.repainted(layer, family, wanted, models[layer].move, strength).clamp_(0, 1)
        del photo
        context.report(number, len(steps), lambda picture=picture: sitting.cut(picture), message=layer)
        if context.stopping:
            break
    return sitting.result(picture, levels=list(layers), passes=passes)


def measured(
    paintings: Sequence[View], layer: str, model: TextureModel[Any], regions: Sequence[Region]
) -> list[Look[Any]]:
    """What the regions take from each painting at a layer, measured now: once, and the paintings can be let go."""
    found = [{} for _ in paintings]
    for source in (source for region in regions for source in region.sources):
        # Masks stay where they are during a run.
        if id(source.guide) not in found[source.style]:
            found[source.style][id(source.guide)] = paintings[source.style].statistics(layer, model)(source.guide)
    return [lambda mask, known=known: known[id(mask)] for known in found]


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
