"""`style_swap`: look, swap patches, and show them by a network or by moving the photo's pixels."""

import torch
from torch import Tensor

from impasto.content.features import feature_loss
from impasto.content.smoothness import total_variation
from impasto.core import Context, Inputs, Result, UsageError
from impasto.engines.torch_ops import TORCH
from impasto.reconstruction.minimise import Objective, minimise
from impasto.reconstruction.networks.encoders import encode, encoder_tensors
from impasto.reconstruction.onepass import Sitting
from impasto.reconstruction.views import WHOLE_PIXELS, Tile, View
from impasto.textures.patches import Exemplars, exemplars, match, swap

from . import Options

_NETWORK_LAYER = "relu3_1"
_MOST_PIXELS = dict(WHOLE_PIXELS)  # of a painting: it is looked at in one piece


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Swap the patches of the photo's features for the paintings', and turn the result into a picture."""
    if options.by == "network" and options.layer != _NETWORK_LAYER:
        raise UsageError(f"layer: the network shows {_NETWORK_LAYER} alone, not {options.layer}; add --by descent")
    # All of a painting's patches are searched for every one of the photo's.
    sitting = Sitting(inputs, options, context, options.layer, most_pixels=_MOST_PIXELS[options.encoder])
    networks, picture, layer = sitting.networks, sitting.photo, options.layer
    family = f"style_swap_{options.encoder}"
    if options.by == "network":
        networks.need(family, layer)
    looks = [networks.look(painting, (layer,))[layer] for painting in sitting.paintings]
    source = exemplars(looks, patch=patch_for(options, [picture, *sitting.paintings]))
    similarity, losses, total = 0.0, [], options.repeats * (options.steps if options.by == "descent" else 1)
    sitting.let_go()
    for number in range(options.repeats):
        view = View(networks, picture, (layer,), whole=options.by == "descent")
        if options.by == "network":
            picture, similarity = shown(view, source, options, family)
            context.report(number + 1, total, lambda picture=picture: sitting.cut(picture))
        else:
            target, similarity = swapped(view.features(layer), source, options)
            found = minimise(picture, objective(target, options), options.steps, context, optimiser="adam",
                             learning_rate=options.learning_rate, done=number * options.steps, total=total)  # fmt: skip
            picture, losses = found.picture, [*losses, *found.losses]
        del view
        if context.stopping:
            break
    ends = {"first_loss": losses[0], "loss": min(losses)} if losses else {}
    return sitting.result(picture, by=options.by, similarity=similarity, **ends)


def patch_for(options: Options, pictures: list[Tensor]) -> int:
    """The patch asked for, or less where the smallest picture has no room for it."""
    halvings = int(options.layer[4]) - 1
    return min(options.patch, *(side >> halvings for picture in pictures for side in picture.shape[-2:]))


def swapped(features: Tensor, source: Exemplars, options: Options) -> tuple[Tensor, float]:
    """Features out of the paintings' patches alone, and how similar the patches were on average (a cosine)."""
    matches = match(features, source)
    target = torch.lerp(features, swap(matches, source, stride=options.stride, keep_length=True), options.strength)
    return target, float(matches.similarity.mean())


def shown(view: View, source: Exemplars, options: Options, family: str) -> tuple[Tensor, float]:
    """A picture's features with their patches swapped, as the decoder shows them, and how similar the patches were."""
    similar: list[float] = []

    def make(features: Tensor, tile: Tile | None) -> Tensor:  # noqa: ARG001
        target, similarity = swapped(features, source, options)
        similar.append(similarity)
        return target

    every = min(options.stride, source.patch)
    picture = view.remade(options.layer, family, make, more=2 * source.patch, every=every)
    if options.strength < 1:
        picture = picture.clamp_(0, 1) + (1 - options.strength) * view.lost(options.layer, family)
    return picture.clamp_(0, 1), sum(similar) / len(similar)


def objective(target: Tensor, options: Options) -> Objective:
    """|Φ(x) - swapped|² relative to the target's size, and grain (Chen & Schmidt 2016, eq. 4)."""
    layer = options.layer
    eyes = {name: tensor.to(target.device) for name, tensor in encoder_tensors(options.encoder, layer).items()}
    power = target.square().mean().clamp_min(1e-12)

    def loss(picture: Tensor) -> tuple[Tensor, dict[str, float]]:
        features = feature_loss(encode(TORCH, eyes, picture, (layer,))[layer], target) / power
        grain = total_variation(picture)
        return features + options.tv_weight * grain, {"features": features.item(), "tv": grain.item()}

    return loss
