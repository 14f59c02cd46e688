"""The lessons: paint a batch of photos, each in the style of a painting, and be told what a network that sees thinks of it.

content   features at relu4_1, each channel brought to mean 0 and deviation 1, and the angle between features at relu4_2
style     the root of |G(x) - G(s)|² / (|G(c) - G(s)|² + 0.05 (|G(c)|² + |G(s)|²)), the same for mean and deviation, by layer;
          the root keeps the few pairs that fit badly from outweighing all others, and is softened near 0, or the shallow
          layers, which fit well, would outweigh the deep ones, where strokes are
identity  now and then the first photo is its own style: pixels
grid      what repeats every four pixels
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import Validation, Workshop
from impasto.encoders import encoder
from impasto.engines.torch_ops import TORCH
from impasto.image.tensors import to_array
from impasto.reconstruction.networks import alla_prima as network
from impasto.textures.covariance import gram
from impasto.textures.matrix_root import transport_map
from impasto.textures.moments import moments
from impasto.weights import FILES
from impasto.weights.arrays import read_arrays

from . import Options
from .product import card, product
from .reading import Reading

_STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
_LAYERS = (*_STYLE_LAYERS, "relu4_2")
_COMMON = 0.05  # keeps the relative errors of photo and painting that are alike from growing without bound
_SOFTENING = 0.05  # below the root, whose slope is infinite at 0
_SHARES = (0.5, 0.75, 1.0, 1.25, 1.5)  # of the style layers, from shallow to deep
_MEASURED_BATCHES = 60
_FOLLOWED = 2 / 3  # share of the training in which the reader's centre moves; averages of weights want it to rest
_OUTSIDE = 5.0  # weight of what leaves [0, 1]
_MARGIN_PX = 4
Features: TypeAlias = Mapping[str, Tensor]
_SHOWN = 6
_CHUNK = 8


def build(options: Options, workshop: Workshop) -> "Lessons":
    """The network to be taught, and its judge."""
    names = (options.encoder, "vgg19" if options.vgg_every else options.encoder)
    judges = [encoder.load(name, "relu5_1", precision=workshop.precision, device=workshop.device) for name in names]
    return Lessons(options, workshop, *judges)


class Lessons:
    """The network in training."""

    def __init__(self, options: Options, workshop: Workshop, judge: encoder.Encoder, strict: encoder.Encoder) -> None:
        """judge: whose features say how good a picture is; strict: who is asked now and then, and at validation."""
        self.options, self.workshop = options, workshop
        self.judge, self.usual, self.strict = judge, judge, strict
        self.parameters: dict[str, Tensor] = {
            name: torch.zeros(shape, device=workshop.device, requires_grad=True)
            for name, shape in network.shapes().items()
        }
        self.reading = Reading(workshop.device)
        self.done = 0.0
        """Share of the training that is over."""
        self.buffers = self.reading.buffers

    @torch.no_grad()
    def start(self) -> None:
        """Begin from nothing, or from an earlier training's weights."""
        first = network.first_weights(self.workshop.seed)
        if self.options.begin:
            first = read_arrays(Path(self.options.begin).expanduser(), FILES["alla_prima"])
        device = self.workshop.device
        plain = {name: torch.from_numpy(np.array(array, np.float32)).to(device) for name, array in first.items()}
        self.reading.measure(plain, (batch["style"] for batch in self.workshop.samples(_MEASURED_BATCHES)))
        learned = self.reading.coordinates(plain)
        if not self.options.begin:  # its first weights are meant for numbers of deviation 1
            learned |= {name: plain[name] for name in ("read.1.weight", "read.1.bias")}
        for name, tensor in self.parameters.items():
            tensor.copy_(learned[name])

    def paint(self, weights: Mapping[str, Tensor], photos: Tensor, styles: Tensor) -> Tensor:
        """Photos (N, 3, S, S) in the styles of paintings (N, 3, S, S), not yet brought into [0, 1]."""
        weights = self.reading.weights(weights)
        recoloured = matched_colours(photos, styles) + tooth(photos, styles)
        seen = network.see(TORCH, weights, {"picture": torch.cat([recoloured, styles])})
        quarter, quarter_style = seen["quarter"].chunk(2)
        eighth, eighth_style = seen["eighth"].chunk(2)
        looked = {"quarter": quarter_style, "eighth": eighth_style}
        strokes = network.read(TORCH, weights, looked)["strokes"]
        if torch.is_grad_enabled() and self.done < _FOLLOWED:
            self.reading.follow(weights, looked)
        matrix = transport_map(*_with_common(TORCH.covariance(eighth), TORCH.covariance(eighth_style)))
        mean, mean_style = eighth.mean((2, 3)), eighth_style.mean((2, 3))
        offset = mean_style - (matrix @ mean[..., None])[..., 0]
        (m, d), (m_style, d_style) = moments(quarter), moments(quarter_style)
        scale = network.gain(d, d_style).flatten(1)
        shift = m_style.flatten(1) - scale * m.flatten(1)
        if torch.is_grad_enabled() and self.options.dropped:
            share = self.options.dropped * min(1.0, 2 - 2 * self.done)
            kept = (torch.rand(len(photos), 1, device=photos.device) >= share).to(scale.dtype)
            scale, shift = scale * kept, shift.lerp(m_style.flatten(1), 1 - kept)
        maps = {
            "quarter": quarter, "eighth": eighth, "matrix": matrix, "offset": offset, "scale": scale,
            "shift": shift, "strokes": strokes,
        }  # fmt: skip
        return network.canvas(TORCH, weights, maps)

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """The weighted errors of a batch, painted."""
        self.done = step / self.options.steps
        photos, styles = batch["content"], batch["style"]
        own = step % self.options.identity_every == 0
        every = self.options.vgg_every
        self.judge = self.strict if every and step % every == every - 1 else self.usual
        if own:
            styles = torch.cat([photos[:1], styles[1:]])
        kept, looks = self.seen(photos), self.seen(styles)
        sums: dict[str, Tensor] = {}
        for turn in range(self.options.pairings):
            turned = {layer: x.roll(-turn, 0) for layer, x in looks.items()}
            found = self.errors(photos, styles.roll(-turn, 0), kept, turned, identity=own and turn == 0)
            sums = {name: sums.get(name, 0.0) + term / self.options.pairings for name, term in found.items()} | {
                name: sums[name] for name in sums.keys() - found.keys()
            }
        weights = {name: getattr(self.options, f"{name}_weight", _OUTSIDE) for name in sums}
        total = torch.stack([weights[name] * term for name, term in sums.items()]).sum()
        return total, {name: term.item() for name, term in sums.items()}

    def errors(self, photos: Tensor, styles: Tensor, kept: Features, looks: Features, *, identity: bool) -> dict[str, Tensor]:  # fmt: skip
        """What is wrong with the photos, painted; identity: the first is its own style."""
        free = self.paint(self.parameters, photos, styles)
        painted = free.clamp(0, 1)
        painted = free + (painted - free).detach()  # what is clipped still feels where it should go
        content, style = self.judged(painted, kept, looks)
        terms = {"content": content, "style": style, "grid": grid(painted), "outside": _outside(free)}
        if identity:
            terms["identity"] = (painted[:1] - photos[:1]).square().mean()
        return terms

    @torch.no_grad()
    def seen(self, pictures: Tensor) -> Features:
        """What the judge sees in photos or paintings."""
        return self.judge(pictures, _LAYERS, margin_px=_MARGIN_PX)

    def judged(self, painted: Tensor, kept: Features, looks: Features) -> tuple[Tensor, Tensor]:
        """Errors of content and of style, by what is seen in photos and in paintings."""
        found = self.judge(painted, _LAYERS, margin_px=_MARGIN_PX)
        angle = 1 - F.cosine_similarity(found["relu4_2"].float(), kept["relu4_2"].float(), dim=1).mean()
        content = (evened(found["relu4_1"]) - evened(kept["relu4_1"])).square().mean() + angle
        errors = [
            share * style_error(found[k], kept[k], looks[k]) for k, share in zip(_STYLE_LAYERS, _SHARES, strict=True)
        ]
        return content, torch.stack(errors).mean()

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """Errors on held-out pairs, and a sheet of some: photo, painting, result."""
        self.judge = self.strict
        content, style = batch["content"], batch["style"]
        sums, rows = np.zeros(2), []
        for start in range(0, len(content), _CHUNK):
            photos, styles = content[start : start + _CHUNK], style[start : start + _CHUNK]
            painted = self.paint(parameters, photos, styles).clamp(0, 1)
            errors = self.judged(painted, self.seen(photos), self.seen(styles))
            sums += np.array([float(error) for error in errors]) * len(photos)
            rows += [torch.cat(row, 2) for row in zip(photos, styles, painted, strict=True)][: _SHOWN - len(rows)]
        content_error, style_left = sums / len(content)
        total = self.options.content_weight * content_error + self.options.style_weight * style_left
        sheet = to_array(torch.cat(rows, 1)[None])
        return Validation({"loss": float(total), "content": float(content_error), "style": float(style_left)}, sheet)

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """Every weight in float16."""
        return product(self.reading.weights(parameters))

    def card(self, facts: Mapping[str, Any]) -> str:
        """The model card."""
        return card(facts)


def matched_colours(photos: Tensor, styles: Tensor) -> Tensor:
    """Photos with the paintings' mean and covariance of colour."""
    matrix = transport_map(TORCH.covariance(photos), TORCH.covariance(styles), network.COLOUR_RIDGE)
    mean, mean_style = photos.mean((2, 3), keepdim=True), styles.mean((2, 3), keepdim=True)
    return (TORCH.mix(matrix, photos - mean) + mean_style).clamp(0, 1)


def _with_common(own: Tensor, look: Tensor) -> list[Tensor]:
    """Both covariances (N, C, C) with the share of variance that they are given in common."""
    both = (own + look).diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
    common = network.COMMON / 2 * both * torch.eye(own.shape[1], device=own.device)
    return [own + common, look + common]


def tooth(photos: Tensor, styles: Tensor) -> Tensor:
    """The unevenness (N, 1, S, S) laid over photos; none where a photo is its own style."""
    count, _, *size = photos.shape
    total = photos.new_zeros((count, 1, *size))
    for grain in network.TOOTH_GRAINS_PX:
        noise = torch.randn((count, 1, *(math.ceil(side / grain) for side in size)), device=photos.device)
        mode = "nearest" if grain == network.TOOTH_GRAINS_PX[0] else "bilinear"
        total = total + F.interpolate(noise, scale_factor=float(grain), mode=mode)[..., : size[0], : size[1]]
    contrast = styles.std((2, 3)).mean(1).view(-1, 1, 1, 1)
    own = (photos == styles).flatten(1).all(1).view(-1, 1, 1, 1)
    return torch.where(own, 0.0, network.TOOTH * contrast * total / len(network.TOOTH_GRAINS_PX) ** 0.5)


def style_error(found: Tensor, kept: Tensor, look: Tensor) -> Tensor:
    """How much of the way to the painting is left, by Gram matrices and, for half as much, by moments; the photo's is 1.2."""
    x, c, s = (gram(features) for features in (found, kept, look))
    error = _relative(x.flatten(1), c.flatten(1), s.flatten(1))
    x, c, s = (torch.cat(moments(features), 1).flatten(1) for features in (found, kept, look))
    return error + 0.5 * _relative(x, c, s)


def _relative(x: Tensor, c: Tensor, s: Tensor) -> Tensor:
    x, c, s = x.float(), c.float(), s.float()
    whole = (c - s).square().sum(1) + _COMMON * (c.square().sum(1) + s.square().sum(1))
    left = (x - s).square().sum(1) / whole.clamp_min(1e-12)
    return ((left + _SOFTENING).sqrt() - math.sqrt(_SOFTENING)).mean()


def evened(features: Tensor) -> Tensor:
    """Every channel of (N, C, H, W) with mean 0 and deviation 1."""
    mean, deviation = moments(features.float())
    return (features.float() - mean) / (deviation + 0.1 * deviation.mean(1, keepdim=True))


def grid(painted: Tensor) -> Tensor:
    """What repeats every four pixels: the variance between the sixteen places of a 4 x 4 block, blurred over blocks."""
    # Less the mean over a period, so that slopes, which lie in pictures, do not count.
    detail = painted[..., 1:-2, 1:-2] - F.avg_pool2d(painted, 4, 1)
    detail = detail[..., : detail.shape[-2] // 4 * 4, : detail.shape[-1] // 4 * 4]
    places = F.pixel_unshuffle(detail, 4)
    blurred = F.avg_pool2d(places, min(5, places.shape[-1]), 1).view(len(painted), 3, 16, -1)
    return blurred.var(2, unbiased=False).mean()


def _outside(free: Tensor) -> Tensor:
    """How far values leave [0, 1]."""
    # Straight from some way on: one picture that goes astray shall not outweigh all others.
    return F.smooth_l1_loss(free, free.detach().clamp(0, 1), beta=0.5)
