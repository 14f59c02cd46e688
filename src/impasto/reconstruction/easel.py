"""The easel: the pictures, the network and the weighted terms of one run, and the descent that paints with them.

A method of this kind is its list of terms (see terms.py): what pulls at the pixels, and how hard.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Context, Inputs, Result, UsageError
from impasto.encoders import budget, encoder
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.image import resize, style_size
from impasto.image.tensors import to_array, to_tensor

from .balance import balanced_weights, probe_picture
from .descent import descend, first_picture, stages_for
from .minimise import Objective, memory_bytes
from .options import FeatureOptions
from .schedule import Scale
from .terms import Aim, Scene, Term, View

_JUDGE: encoder.EncoderName = "vgg19"  # whose features the field calls content and style
_MARGIN_PX = 4  # enough to keep the edge from going dark, for 4 % more pixels at 512 px


def paint(
    inputs: Inputs, terms: Sequence[Term], options: FeatureOptions, context: Context, *, balanced: bool = True,
    before: int = 0, after: int = 0,
) -> Result:  # fmt: skip
    """Optimise the pixels, coarse to fine, until every term is as content as its pull against the others allows.

    balanced: weigh each term by its pull on the pixels; otherwise pulls are plain factors of the losses. before, after:
    steps that other descents of the same run spend. Raises UsageError when no term has any weight.
    """
    use_threads(context.run)
    easel = Easel(inputs, terms, options, context, balanced=balanced)
    stages = stages_with_finish(inputs.content.shape[:2], options)
    start = first_picture(
        easel.content, inputs.extras.get("init_picture"), stages[0].size, options, context, easel.device
    )
    picture, account = descend(start, stages, easel.objective, options, context, before=before, after=after)
    finished = with_kept_colour(to_array(picture), inputs.content, options.preserve_colour)
    return Result(finished, easel.report(account))


def stages_with_finish(size: tuple[int, int], options: FeatureOptions) -> tuple[Scale, ...]:
    """The scales of a run, and the last once more where VGG-19 is to finish what another encoder began."""
    stages = stages_for(size, options)
    finishes = options.encoder != _JUDGE and options.finish_steps > 0
    return (*stages, Scale(size, options.finish_steps)) if finishes else stages


def refuse_weightless_layers(options: FeatureOptions) -> None:
    """Raise UsageError for layers of which none has any weight, though what they serve is to pull."""
    for name, layers in options:
        if name.endswith("_layers"):
            pull = name.replace("_layers", "_weight")
            if getattr(options, pull, 0) > 0 and sum(layers.values()) <= 0:
                raise UsageError(f"{name}: all the weights are zero; to leave them out, set {pull} to 0")


class Easel:
    """The pictures, the network and the weights of one run."""

    def __init__(
        self, inputs: Inputs, terms: Sequence[Term], options: FeatureOptions, context: Context, *, balanced: bool
    ) -> None:
        self.terms = [term for term in terms if term.pull > 0]
        if not self.terms:
            names = ", ".join(sorted(name for name in type(options).model_fields if name.endswith("_weight")))
            raise UsageError(f"{names}: all the weights are zero; nothing would move the picture")
        refuse_weightless_layers(options)
        self.inputs, self.options, self.context, self.balanced = inputs, options, context, balanced
        self.device = choose_device(context.run)
        self.precision = choose_precision(context.run, self.device)
        self.layers = tuple(dict.fromkeys(layer for term in self.terms for layer in term.layers))
        self.content, self.styles = self.pictures()
        self.pulls = {} if balanced else {term.name: term.pull for term in self.terms}
        self.looking: encoder.EncoderName = options.encoder
        self.looked: list[encoder.EncoderName] = []
        self.weights: dict[str, float] = {}

    def pictures(self) -> tuple[Array, list[Array]]:
        """Photo and paintings in the colours that the terms are to see."""
        return recoloured(self.inputs, self.options.preserve_colour)

    def network(self, stage: Scale, last: bool) -> encoder.Encoder | None:
        """The encoder as far as the terms need it, pooling as the scale wants it; None when they look at pixels alone.

        Where a scale is too large for the memory there is, it looks in tiles.
        """
        if not self.layers:
            return None
        pooling = self.options.pooling
        if pooling == "auto":
            pooling = "max" if last else "average"
        if self.looking not in self.looked:
            self.looked.append(self.looking)
        return budget.load(
            stage.size, self.layers, self.context.run, self.device, self.precision, name=self.looking,
            pooling=pooling, beside=memory_bytes(stage.size[0] * stage.size[1], self.options.optimiser),
            pictures=1 + len(self.styles),
        )  # fmt: skip

    def view(self, picture: Tensor, network: encoder.Encoder | None) -> View:
        """A picture with its features at every layer a term asked for."""
        seen = network(picture, self.layers, margin_px=_MARGIN_PX) if network else {}
        return View(picture, seen, _MARGIN_PX)

    def scene(self, size: tuple[int, int], network: encoder.Encoder | None) -> Scene:
        """Photo and paintings at one scale."""
        content = self.view(to_tensor(resize(self.content, size), self.device), network)
        sizes = [style_size(painting.shape[:2], size, self.options.style_scale) for painting in self.styles]
        views = [
            self.view(to_tensor(resize(painting, scaled), self.device), network)
            for painting, scaled in zip(self.styles, sizes, strict=True)
        ]
        return Scene(content, tuple(zip(views, self.inputs.style_shares, strict=True)))

    def objective(self, stage: Scale, last: bool) -> Objective:
        """The weighted loss at one scale. The weights are found once for each encoder, at its coarsest."""
        if last and self.looking != _JUDGE and self.options.finish_steps:
            self.looking, self.pulls = _JUDGE, {} if self.balanced else self.pulls
        network = self.network(stage, last)
        with torch.no_grad():
            scene = self.scene(stage.size, network)
            aims = {term.name: term.aims(scene) for term in self.terms}
        if not self.pulls:
            self.pulls = self.balance(aims, scene.content.picture, network)
        losses = {name: aim.loss for group in aims.values() for name, aim in group.items()}
        weights = {name: self.pulls[term] * aim.share for term in aims for name, aim in aims[term].items()}
        self.weights = weights

        def objective(picture: Tensor) -> tuple[Tensor, dict[str, float]]:
            view = self.view(picture, network)
            found = {name: loss(view) for name, loss in losses.items()}
            total = torch.stack([weights[name] * loss for name, loss in found.items()]).sum()
            return total, {name: loss.item() for name, loss in found.items()}

        return objective

    def balance(
        self, aims: dict[str, dict[str, Aim]], content: Tensor, network: encoder.Encoder | None
    ) -> dict[str, float]:
        """Factors that let every term pull as hard as asked at a picture between the photo and noise."""

        def groups(picture: Tensor) -> dict[str, Tensor]:
            view = self.view(picture, network)
            return {
                term: torch.stack([aim.share * aim.loss(view) for aim in group.values()]).sum()
                for term, group in aims.items()
            }

        return balanced_weights(groups, self.probe(content), {term.name: term.pull for term in self.terms})

    def probe(self, content: Tensor) -> Tensor:
        """Where pulls are measured: between the photo and noise, since its own term has none at the photo itself."""
        return probe_picture(content, self.context.run.seed)

    def report(self, stages: list[dict[str, object]]) -> dict[str, object]:
        """What happened, JSON-ready."""
        return {
            "device": self.device.type,
            "precision": self.precision,
            "encoder": self.options.encoder if self.layers else None,
            "weights": list(self.looked),
            "stages": stages,
            "loss_weights": self.weights,
        }
