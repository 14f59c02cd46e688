"""The distillation: VGG-19 looks at a picture, the student looks at it, and the student is told where they differ.

Three errors, each relative, each averaged over the taught layers:
features   (F_vgg / σ - E F_slim)², σ the deviation of VGG's channels over the pictures, with a floor
Gram       |σE G_slim (σE)ᵀ - G_vgg|² / |G_vgg|²
gradients  1 - cos(∂L_vgg / ∂picture, ∂L_slim / ∂picture) of the style loss L of Gatys et al. 2016
"""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import Validation, Workshop
from impasto.encoders.slim import SLIM_CONVS, TAPPED, WIDTHS, Slim
from impasto.encoders.vgg import FRONT_ENDS, VGG19, FrontEnd
from impasto.weights import load as load_weights

from . import Options
from .beginnings import Moments, guess_from, pruned
from .product import card, product
from .trial import paint_trials
from .unlikely import perturb

_CAFFE = FRONT_ENDS["caffe"]
_UNIT = 64.0  # divides the picture so that all weights are of one order; a power of two, so that folding it is exact
TRAINING_FRONT_END = FrontEnd(_CAFFE.scale, _CAFFE.mean, (_UNIT,) * 3, _CAFFE.bgr)
_STATISTICS_BATCHES = 6
_DEVIATION_FLOOR = 0.1  # of the layer's root mean square: without it near-dead channels would drown the rest
_WALK_STEP = 0.03  # root mean square of one step down the style loss, in units of the picture's range
_CHUNK = 16  # pictures at once in validation


def build(options: Options, workshop: Workshop) -> "Distillation":
    """A student of the published VGG-19."""
    teacher = VGG19.load("relu5_1", precision=workshop.precision, device=workshop.device)
    return Distillation(options, workshop, teacher, load_weights("vgg19", up_to="conv5_1"))


class Distillation:
    """The student, its embeddings into the teacher's features, and what is asked of them."""

    def __init__(self, options: Options, workshop: Workshop, teacher: VGG19, stored: Mapping[str, Tensor],
                 widths: tuple[int, ...] = WIDTHS) -> None:  # fmt: skip
        """stored: the teacher's weights in float32, for the beginnings. widths: the student's channels, by block."""
        self.widths = {name: widths[int(name[0]) - 1] for name in SLIM_CONVS}
        self.options, self.workshop, self.teacher, self.stored = options, workshop, teacher, stored
        device, before = workshop.device, 3
        self.parameters: dict[str, Tensor] = {}
        for name in SLIM_CONVS:
            width = self.widths[name]
            self.parameters[f"conv{name}.weight"] = torch.zeros(width, before, 3, 3, device=device)
            self.parameters[f"conv{name}.bias"] = torch.zeros(width, device=device)
            before = width
        self.buffers: dict[str, Tensor] = {}
        for layer in TAPPED:
            channels = len(stored[f"conv{layer[4:]}.bias"])
            self.parameters[f"embed {layer}"] = torch.zeros(channels, self.widths[layer[4:]], device=device)
            self.buffers[f"deviation {layer}"] = torch.ones(channels, device=device)
        for tensor in self.parameters.values():
            tensor.requires_grad_()

    @torch.no_grad()
    def start(self) -> None:
        """Measure the teacher's channels, and begin with a pruned copy of the teacher."""
        layers = [f"relu{name}" for name in SLIM_CONVS]
        batches = (self.pictures(batch) for batch in self.workshop.samples(_STATISTICS_BATCHES))
        found = Moments.of(self.teacher(pictures, layers) for pictures in batches)
        moments = {name: found[f"relu{name}"] for name in SLIM_CONVS}
        device = moments["1_1"].total.device
        stored = {
            name: (self.stored[f"conv{name}.weight"].to(device), self.stored[f"conv{name}.bias"].to(device))
            for name in SLIM_CONVS
        }
        weights, choices, scales = pruned(stored, moments, self.widths)
        weights["conv1_1.weight"] = weights["conv1_1.weight"] * _UNIT
        for name, value in weights.items():
            self.parameters[name].copy_(value)
        for layer in TAPPED:
            name = layer[4:]
            deviation = moments[name].deviation
            deviation = deviation.maximum(_DEVIATION_FLOOR * deviation.square().mean().sqrt())
            guess, _ = guess_from(moments[name], choices[name], offset=False)
            self.buffers[f"deviation {layer}"].copy_(deviation)
            self.parameters[f"embed {layer}"].copy_(guess * scales[name] / deviation[:, None])

    def pictures(self, batch: Mapping[str, Tensor]) -> Tensor:
        """All pictures of a batch, photos first, some of them made unlike photos."""
        return perturb(torch.cat([batch["content"], batch["style"]]), self.options.perturbed)

    def student(self, parameters: Mapping[str, Tensor]) -> Slim:
        """The network with these weights, without taps: gradients reach the weights."""
        return Slim(
            parameters, front_end=TRAINING_FRONT_END, precision=self.workshop.precision, device=self.workshop.device
        )

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """The weighted errors on a batch; gradients are compared every few steps."""
        student, pictures = self.student(self.parameters), self.pictures(batch)
        if self.options.gradient_weight == 0 or step % self.options.gradient_every:
            with torch.no_grad():
                wanted = self.teacher(pictures, TAPPED)
            feature, gram_error = self.compare(student(pictures, TAPPED), wanted)
            terms = {"features": feature, "gram": gram_error}
        else:
            terms = self.compare_gradients(student, *pictures.chunk(2))
        weights = {"features": 1.0, "gram": self.options.gram_weight, "gradients": self.options.gradient_weight}
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return total, {name: term.item() for name, term in terms.items()}

    def compare(self, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Errors of features and of Gram matrices, averaged over the layers."""
        features, grams = [], []
        for layer in TAPPED:
            deviation, embedding = self.buffers[f"deviation {layer}"], self.parameters[f"embed {layer}"]
            seen = F.conv2d(found[layer], embedding.to(found[layer].dtype)[..., None, None])
            scaled = wanted[layer] / deviation.to(wanted[layer].dtype).view(1, -1, 1, 1)
            features.append((seen - scaled).float().square().mean())
            target = gram(wanted[layer])
            error = embedded(gram(found[layer]), deviation[:, None] * embedding) - target
            grams.append((_square(error) / _square(target).clamp_min(1e-12)).mean())
        return torch.stack(features).mean(), torch.stack(grams).mean()

    def compare_gradients(self, student: Slim, pictures: Tensor, styles: Tensor) -> dict[str, Tensor]:
        """All three errors where the student's own style loss leads the pictures (N, 3, S, S) towards the styles."""
        count = len(pictures)
        with torch.no_grad():
            style_wanted = self.teacher(styles, TAPPED)
            goals = {layer: gram(x) for layer, x in student(styles, TAPPED).items()}
        pictures = self.walk(student, pictures, goals)
        mine, theirs = pictures.clone().requires_grad_(), pictures.clone().requires_grad_()
        wanted = self.teacher(theirs, TAPPED)
        target = {layer: gram(x) for layer, x in style_wanted.items()}
        (right,) = torch.autograd.grad(relative_style_loss({k: gram(x) for k, x in wanted.items()}, target), theirs)
        found = student(torch.cat([mine, styles]), TAPPED)
        grams = {layer: gram(x) for layer, x in found.items()}
        loss = self.student_style_loss(
            {k: g[:count] for k, g in grams.items()}, {k: g[count:] for k, g in grams.items()}
        )
        (own,) = torch.autograd.grad(loss, mine, create_graph=True)
        both = {layer: torch.cat([wanted[layer].detach(), style_wanted[layer]]) for layer in TAPPED}
        features, gram_error = self.compare(found, both)
        return {"features": features, "gram": gram_error, "gradients": 1 - _cosine(own, right).mean()}

    def student_style_loss(self, grams: Mapping[str, Tensor], goals: Mapping[str, Tensor]) -> Tensor:
        """The style loss in embedded features, from the student's own Gram matrices: |E D Eᵀ|² = tr(K D K D), K = Eᵀ E."""
        losses = []
        for layer in TAPPED:
            if layer == "relu4_2":  # taught for content
                continue
            embedding = self.buffers[f"deviation {layer}"][:, None] * self.parameters[f"embed {layer}"]
            kernel = embedding.T @ embedding
            moved, whole = ((kernel @ d) for d in (grams[layer] - goals[layer], goals[layer].detach()))
            size = (whole * whole.transpose(1, 2)).sum((1, 2)).detach()
            losses.append((moved * moved.transpose(1, 2)).sum((1, 2)) / size.clamp_min(1e-12))
        return torch.stack(losses).sum()

    def walk(self, student: Slim, pictures: Tensor, goals: Mapping[str, Tensor]) -> Tensor:
        """Let an optimiser take a few steps from the pictures down the student's style loss; random lengths."""
        for _ in range(self.options.walk_steps):
            moving = pictures.detach().requires_grad_()
            grams = {layer: gram(x) for layer, x in student(moving, TAPPED).items()}
            (slope,) = torch.autograd.grad(self.student_style_loss(grams, goals), moving)
            length = slope.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min(1e-12)
            step = _WALK_STEP * 2 * torch.rand((len(pictures), 1, 1, 1)).to(slope)
            pictures = (moving - step * slope / length).detach()
        return pictures

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """Errors on held-out pictures by layer, and a few pictures painted with the student and judged by the teacher."""
        shipped, _ = self.export(parameters)
        network = Slim(shipped, precision=self.workshop.precision, device=self.workshop.device)
        values = self.measure(parameters, batch)
        picture, left = paint_trials(network, self.teacher, batch["content"], batch["style"])
        return Validation(values | {"style left": left}, picture)

    def measure(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> dict[str, float]:
        """Mean error; relative errors |E F_slim - F_vgg| / |F_vgg| by layer; relative Gram errors likewise."""
        student = self.student(parameters)
        sums: dict[str, float] = {}
        for pictures in torch.cat([batch["content"], batch["style"]]).split(_CHUNK):
            found, wanted = student(pictures, TAPPED), self.teacher(pictures, TAPPED)
            for layer in TAPPED:
                raw = self.buffers[f"deviation {layer}"][:, None] * parameters[f"embed {layer}"]
                seen, target = F.conv2d(found[layer].float(), raw[..., None, None]), gram(wanted[layer])
                grams = (_square(embedded(gram(found[layer]), raw) - target) / _square(target)).sqrt()
                for name, value in (
                    (f"{layer} off", (seen - wanted[layer].float()).square().sum()), (f"{layer} all", wanted[layer].float().square().sum()),
                    (f"{layer} gram", grams.sum()),
                ):  # fmt: skip
                    sums[name] = sums.get(name, 0.0) + float(value)
        count = len(batch["content"]) + len(batch["style"])
        features = {f"features {k}": (sums[f"{k} off"] / sums[f"{k} all"]) ** 0.5 for k in TAPPED}
        grams_by_layer = {f"gram {k}": sums[f"{k} gram"] / count for k in TAPPED}
        both = [*features.values(), *grams_by_layer.values()]
        return {"error": sum(both) / len(both)} | features | grams_by_layer

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The network with taps and Caffe's front end, in float16."""
        raw = {k: self.buffers[f"deviation {k}"][:, None] * parameters[f"embed {k}"].detach() for k in TAPPED}
        return product(parameters, raw, _UNIT)

    def card(self, facts: Mapping[str, Any]) -> str:
        """What the file is and how it came about."""
        return card(facts)


def gram(features: Tensor) -> Tensor:
    """F Fᵀ / (H W) in float32, (N, C, H, W) -> (N, C, C). Differentiable twice, which textures.covariance.gram is not."""
    flat = features.permute(0, 2, 3, 1).flatten(1, 2)
    # Products of bfloat16 are rounded once more when they are stored; blocks that meet in float32 keep that small.
    blocks: Iterator[Tensor] = ((rows.transpose(1, 2) @ rows).float() for rows in flat.split(4096, dim=1))
    return torch.stack(list(blocks)).sum(0) / flat.shape[1]


def embedded(products: Tensor, embedding: Tensor) -> Tensor:
    """E G Eᵀ for every G of (N, C, C)."""
    return embedding @ products @ embedding.T


def relative_style_loss(grams: Mapping[str, Tensor], goals: Mapping[str, Tensor]) -> Tensor:
    """Σ |G - A|² / |A|² over the style layers and the pictures, as the easel weighs them."""
    layers = [layer for layer in grams if layer != "relu4_2"]
    return torch.stack(
        [(_square(grams[k] - goals[k]) / _square(goals[k]).clamp_min(1e-12)).sum() for k in layers]
    ).sum()


def _square(matrices: Tensor) -> Tensor:
    return matrices.square().sum((1, 2))


def _cosine(one: Tensor, other: Tensor) -> Tensor:
    return F.cosine_similarity(one.flatten(1).float(), other.flatten(1).float(), dim=1)
