"""The control flow of `gatys`: colour, scales, targets, descent."""

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.content.colour import recoloured, with_kept_colour
from impasto.content.features import feature_loss
from impasto.content.smoothness import total_variation
from impasto.core import Context, Inputs, Result, UsageError
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import VGG19, check_layers, deepest
from impasto.image import resize, style_size
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.balance import Terms, balanced_weights, probe_picture
from impasto.reconstruction.descent import descend, first_picture, stages_for
from impasto.reconstruction.minimise import Objective
from impasto.reconstruction.schedule import Scale
from impasto.textures.covariance import gram, gram_loss

from . import Options

_MARGIN_PX = 4  # enough to keep the edge from going dark, at 3 % of the time at 512 px


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise the pixels, coarse to fine, until features match the photo and Gram matrices match the paintings."""
    _check(options)
    use_threads(context.run)
    easel = Easel(inputs, options, context)
    stages = stages_for(inputs.content.shape[:2], options)
    start = first_picture(
        easel.content, inputs.extras.get("init_picture"), stages[0].size, options, context, easel.device
    )
    picture, account = descend(start, stages, easel.objective, options, context)
    finished = with_kept_colour(to_array(picture), inputs.content, options.preserve_colour)
    return Result(finished, easel.report(account))


def _check(options: Options) -> None:
    style, content = check_layers(options.style_layers), check_layers(options.content_layers)
    pulls = options.style_weight * sum(options.style_layers.values()) + options.content_weight * sum(
        options.content_layers.values()
    )
    if not (style or content) or pulls <= 0:
        raise UsageError("style_weight, content_weight: all the weights are zero; nothing would move the picture")


@dataclass(frozen=True, slots=True)
class Targets:
    """What the picture should come to at one scale: features of the photo, Gram matrices of the paintings."""

    content: dict[str, Tensor]
    style: dict[str, Tensor]


class Easel:
    """The pictures, the network and the weights of one run."""

    def __init__(self, inputs: Inputs, options: Options, context: Context) -> None:
        self.inputs, self.options, self.context = inputs, options, context
        self.device = choose_device(context.run)
        self.precision = choose_precision(context.run, self.device)
        self.layers = (*options.content_layers, *options.style_layers)
        self.content, self.styles = recoloured(inputs, options.preserve_colour)
        self.pulls: dict[str, float] = {}
        self.weights: dict[str, float] = {}

    def network(self, last: bool) -> VGG19:
        """VGG-19 as far as the layers need it, pooling as the scale wants it."""
        pooling = self.options.pooling
        if pooling == "auto":
            pooling = "max" if last else "average"
        return VGG19.load(deepest(self.layers), pooling=pooling, precision=self.precision, device=self.device)

    def targets(self, size: tuple[int, int], network: VGG19) -> Targets:
        """Measure photo and paintings once for a scale; several paintings blend by their shares."""
        options = self.options
        content = network(
            to_tensor(resize(self.content, size), self.device), options.content_layers, margin_px=_MARGIN_PX
        )
        style: dict[str, Tensor] = {}
        for painting, share in zip(self.styles, self.inputs.style_shares, strict=True):
            scaled = resize(painting, style_size(painting.shape[:2], size, options.style_scale))
            for layer, features in network(
                to_tensor(scaled, self.device), options.style_layers, margin_px=_MARGIN_PX
            ).items():
                style[layer] = style.get(layer, 0) + share * gram(features)
        return Targets(content, style)

    def objective(self, stage: Scale, last: bool) -> Objective:
        """The weighted loss at one scale. The weights are found once, at the coarsest."""
        size, network = stage.size, self.network(last)
        with torch.no_grad():
            targets = self.targets(size, network)

        def terms(picture: Tensor) -> dict[str, Tensor]:
            features = network(picture, self.layers, margin_px=_MARGIN_PX)
            found = {
                f"content {layer}": feature_loss(features[layer], target) for layer, target in targets.content.items()
            }
            found |= {f"style {layer}": gram_loss(features[layer], target) for layer, target in targets.style.items()}
            found["tv"] = total_variation(picture)
            return found

        if self.options.weights == "auto":
            weights = self.balanced(terms, targets, size)
        else:
            weights = published_weights(self.options, targets)
        self.weights = weights

        def objective(picture: Tensor) -> tuple[Tensor, dict[str, float]]:
            found = terms(picture)
            loss = torch.stack([weights[name] * term for name, term in found.items()]).sum()
            return loss, {name: term.item() for name, term in found.items()}

        return objective

    def balanced(self, terms: Terms, targets: Targets, size: tuple[int, int]) -> dict[str, float]:
        """Weights that let content, style and smoothness pull as hard as asked, found once, at the coarsest scale.

        Each term is first taken relative to its target's own size, so that the same pulls serve the next scale.
        """
        options = self.options
        shares = {f"content {k}": w / power(targets.content[k]) for k, w in options.content_layers.items()}
        total = sum(options.style_layers.values()) or 1.0
        shares |= {
            f"style {k}": w / total / power(targets.style[k], mean=False) for k, w in options.style_layers.items()
        }
        shares["tv"] = 1.0
        if not self.pulls:

            def groups(picture: Tensor) -> dict[str, Tensor]:
                found = terms(picture)
                return {
                    group: torch.stack([shares[name] * found[name] for name in found if name.startswith(group)]).sum()
                    for group in ("content", "style", "tv")
                }

            probe = probe_picture(to_tensor(resize(self.content, size), self.device), self.context.run.seed)
            asked = {"content": options.content_weight, "style": options.style_weight, "tv": options.tv_weight}
            self.pulls = balanced_weights(groups, probe, asked)
        return {name: self.pulls[name.split()[0]] * share for name, share in shares.items()}

    def report(self, stages: list[dict[str, object]]) -> dict[str, object]:
        """What happened, JSON-ready."""
        return {
            "device": self.device.type,
            "precision": self.precision,
            "stages": stages,
            "loss_weights": self.weights,
        }


def power(target: Tensor, *, mean: bool = True) -> float:
    """Mean or summed square of a target, never zero: a black painting has almost none."""
    squares = target.float().square()
    return max((squares.mean() if mean else squares.sum()).item(), 1e-12)


def published_weights(options: Options, targets: Targets) -> dict[str, float]:
    """Weights by term in the scale of the paper or of the authors' code."""
    content = {f"content {layer}": options.content_weight * w for layer, w in options.content_layers.items()}
    channels = {layer: target.shape[1] for layer, target in targets.style.items()}
    if options.weights == "paper":
        # Eq. 1 is half the sum of squares, ours the mean. Eq. 4: 1 / (4 C² N²) of Gram matrices not divided by N;
        # eq. 5: every layer counts its share (a fifth).
        content = {f"content {k}": content[f"content {k}"] * 0.5 * t.numel() for k, t in targets.content.items()}
        total = sum(options.style_layers.values()) or 1.0
        style = {
            f"style {k}": options.style_weight * options.style_layers[k] / total / (4 * c**2)
            for k, c in channels.items()
        }
    else:
        # The notebook: weight 1e3 / C² on the mean over C² entries; every layer counts whole.
        style = {f"style {k}": options.style_weight * options.style_layers[k] / c**4 for k, c in channels.items()}
    return content | style | {"tv": options.tv_weight}
