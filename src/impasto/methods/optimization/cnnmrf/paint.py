"""The control flow of `cnnmrf`: colour, copies of the paintings, scales, matches, descent."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto.content.colour import palette, recoloured, with_kept_colour
from impasto.content.laplacian import contour_keeper
from impasto.core import Context, Inputs, Result, UsageError
from impasto.encoders import budget
from impasto.encoders.encoder import Encoder
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import Precision, check_layers
from impasto.image import resize, style_size
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.balance import balanced_weights, probe_picture
from impasto.reconstruction.descent import descend, first_picture
from impasto.reconstruction.schedule import Scale
from impasto.textures.patches import Exemplars, exemplars

from . import Options, PatchOptions
from .augment import variants
from .objective import Found, PatchObjective, Targets, look
from .plan import kept_bytes, stages_for

_UNGUIDED_SCALES = 3  # as the authors; where patches are large enough to be shapes, noise becomes some


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise the pixels, coarse to fine, until features match the photo and patches of them the paintings'."""
    if inputs.blank:
        changes = {"content_weight": 0.0, "laplacian_weight": 0.0, "preserve_colour": "off", "init": "noise"}
        options = options.model_copy(update=changes | {"scales": options.scales or _UNGUIDED_SCALES})
    check(options)
    use_threads(context.run)
    easel = Easel(inputs, options, context)
    if options.recolour and options.preserve_colour == "off":
        easel.content = palette(inputs)
    stages = stages_for(inputs.content.shape[:2], options)
    start = first_picture(
        easel.content, inputs.extras.get("init_picture"), stages[0].size, options, context, easel.device
    )
    picture, account = descend(start, stages, easel.objective, options, context)
    finished = with_kept_colour(to_array(picture), inputs.content, options.preserve_colour)
    return Result(finished, easel.report(account))


def check(options: PatchOptions) -> None:
    """Refuse layers that VGG-19 lacks and weights that are all zero."""
    check_layers(options.content_layers)
    check_layers(options.style_layers)
    style, content = sum(options.style_layers.values()), sum(options.content_layers.values())
    if style <= 0:
        raise UsageError("style_layers: all the weights are zero; no patch of the painting would be copied")
    if options.style_weight + options.content_weight * content <= 0:
        raise UsageError("style_weight, content_weight: all the weights are zero; nothing would move the picture")


class Easel:
    """The pictures, the network and the weights of one run."""

    options: PatchOptions

    def __init__(self, inputs: Inputs, options: PatchOptions, context: Context) -> None:
        self.inputs, self.options, self.context = inputs, options, context
        self.device = choose_device(context.run)
        self.precision: Precision = choose_precision(context.run, self.device)
        self.content, self.styles = recoloured(inputs, options.preserve_colour)
        self.pulls: dict[str, float] = {}
        self.last: PatchObjective | None = None

    @property
    def maps(self) -> int:
        """How many pictures patches are copied from."""
        assert isinstance(self.options, Options)
        return len(self.styles) * (2 * self.options.rotations + 1) * (2 * self.options.scalings + 1)

    def network(self, size: tuple[int, int]) -> Encoder:
        """VGG-19 as far as the layers need it, in tiles where memory is short."""
        layers = (*self.options.content_layers, *self.options.style_layers)
        return budget.load(
            size, layers, self.context.run, self.device, self.precision, pooling=self.options.pooling,
            beside=kept_bytes(size, self.maps, self.options, self.precision),
        )  # fmt: skip

    def targets(self, size: tuple[int, int], network: Encoder) -> Targets:
        """Measure photo and paintings once for a scale; patches of all the paintings and their copies compete."""
        options = self.options
        content = {}
        if options.content_weight > 0:
            photo = to_tensor(resize(self.content, size), self.device)
            content = look(network, photo, options.content_layers)
        contours = None
        if options.laplacian_weight > 0:
            contours = contour_keeper(to_tensor(resize(self.content, size), self.device), options.laplacian_pools)
        return Targets(content, self.sources(size, network), contours=contours)

    def sources(self, size: tuple[int, int], network: Encoder) -> dict[str, Exemplars]:
        """Exemplars by layer, of every painting and its copies."""
        assert isinstance(self.options, Options)
        maps: dict[str, list[Tensor]] = {}
        for painting in self.styles:
            scaled = resize(painting, style_size(painting.shape[:2], size, self.options.style_scale))
            for copy in variants(scaled, self.options.rotations, self.options.scalings):
                seen = look(network, to_tensor(copy, self.device), self.options.style_layers)
                for layer, features in seen.items():
                    maps.setdefault(layer, []).append(features)
        patch = {layer: self.patch(found) for layer, found in maps.items()}
        # One layer's maps at a time are there twice.
        return {layer: exemplars(maps.pop(layer), patch=patch[layer]) for layer in tuple(maps)}

    def patch(self, maps: list[Tensor]) -> int:
        """The patch asked for, or less where a small picture has no room for it."""
        return min(self.options.patch, max(min(m.shape[-2:]) for m in maps))

    def objective(self, stage: Scale, last: bool) -> PatchObjective:  # noqa: ARG002
        """The weighted loss at one scale. The pulls are measured once, at the coarsest."""
        network = self.network(stage.size)
        found = self.last.found if self.last else {}
        self.last = None  # the exemplars of the scale before make room for this one's
        with torch.no_grad():
            targets = self.targets(stage.size, network)
        self.last = self.make_objective(network, targets, found)
        self.weigh(self.last, stage.size)
        return self.last

    def make_objective(self, network: Encoder, targets: Targets, coarser: Mapping[str, Found]) -> PatchObjective:
        """The loss before it is weighed; coarser: what the scale before has found."""
        return PatchObjective(
            network, targets, self.options.refresh_every, variety=self.options.variety, coarser=coarser
        )

    def weigh(self, objective: PatchObjective, size: tuple[int, int]) -> None:
        """Let content, patches and smoothness pull as hard as asked.

        Each term is first taken relative to its target's own size, so that the same pulls serve the next scale.
        """
        options, targets = self.options, objective.targets
        shares = {f"content {k}": options.content_layers[k] / power(t) for k, t in targets.content.items()}
        total = sum(options.style_layers.values()) or 1.0
        shares |= {f"style {k}": w / total / power(targets.style[k].table) for k, w in options.style_layers.items()}
        shares |= {"tv": 1.0, "laplacian": 1.0}
        if not self.pulls:
            probe = probe_picture(to_tensor(resize(self.content, size), self.device), self.context.run.seed)
            objective.refresh(probe)

            def groups(picture: Tensor) -> dict[str, Tensor]:
                found = objective.terms(picture)
                return {
                    group: torch.stack([shares[name] * found[name] for name in found if name.startswith(group)]).sum()
                    for group in self.asked(objective)
                }

            self.pulls = balanced_weights(groups, probe, self.asked(objective))
            objective.matches.clear()
        objective.weights = {
            n: self.pulls[n.split()[0]] * share for n, share in shares.items() if n.split()[0] in self.pulls
        }

    def asked(self, objective: PatchObjective) -> dict[str, float]:
        """How hard each group of terms is to pull."""
        options = self.options
        asked = {"style": options.style_weight, "tv": options.tv_weight}
        asked |= {"content": options.content_weight} if objective.targets.content else {}
        return asked | ({"laplacian": options.laplacian_weight} if objective.targets.contours else {})

    def report(self, stages: list[dict[str, object]]) -> dict[str, object]:
        """What happened, JSON-ready."""
        return {
            "device": self.device.type,
            "precision": self.precision,
            "stages": stages,
            "loss_weights": dict(self.last.weights) if self.last else {},
            "similarity": self.last.similarity if self.last else {},
        }


def power(target: Tensor) -> float:
    """Mean square of a target, never zero: a black painting has almost none."""
    return max(target.float().square().mean().item(), 1e-12)
