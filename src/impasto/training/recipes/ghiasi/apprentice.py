"""The training: a photo and a painting go in, a picture comes out, and an encoder looks at all three.

style    |G - G_s|² relative to the photo's, at four layers
content  (F - F_c)² of features brought to mean 0 and deviation 1
identity in a share of the pairs the painting is the photo itself, and the picture must be that photo
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.content.smoothness import total_variation
from impasto.core import UsageError, Validation, Workshop
from impasto.encoders import encoder
from impasto.encoders.slim import TAPPED
from impasto.encoders.vgg import LAYERS, check_layers
from impasto.engines.torch_ops import Bfloat16Ops, TorchOps
from impasto.image.tensors import to_array
from impasto.reconstruction.networks import cin, ghiasi
from impasto.training.relative import (
    published_content_error,
    published_style_error,
    relative_content_error,
    relative_style_error,
)
from impasto.weights import layouts

from . import Options
from .augment import cut, recolour
from .product import card, product

_NOISE = 2 / 255  # on the photo that goes in: so that flat areas are no surprise
_SHOWN, _JUDGED, _CHUNK = 6, 24, 4
_JUDGES = tuple(f"relu{block}_1" for block in range(1, 6))
_JUDGE: encoder.EncoderName = "vgg19"
_KEPT = "relu4_2"
_LAST = "relu5_1"


def build(options: Options, workshop: Workshop) -> "Apprentice":
    """A network at its beginnings, and who looks at what it paints."""
    if options.paint_px > options.crop_px:
        raise UsageError(f"paint_px: {options.paint_px} cannot be cut out of crops of {options.crop_px} (crop_px)")
    if options.paint_px % cin.MULTIPLE:
        raise UsageError(f"paint_px: must be a multiple of {cin.MULTIPLE}, got {options.paint_px}")
    for layer in check_layers((*options.style_layers, options.content_layer)):
        if LAYERS.index(layer) > LAYERS.index(_LAST):
            raise UsageError(f"layer '{layer}' is deeper than {_LAST}, where the recipe's encoders end")
        if options.encoder == "slim" and layer not in TAPPED:
            raise UsageError(f"layer '{layer}': the slim encoder was taught {', '.join(TAPPED)} only; vgg19 has it")
    return Apprentice(options, workshop)


class Apprentice:
    """The network in training."""

    def __init__(self, options: Options, workshop: Workshop) -> None:
        self.options, self.workshop = options, workshop
        self.layers = tuple(dict.fromkeys((*options.style_layers, options.content_layer)))
        names: tuple[encoder.EncoderName, ...] = (options.encoder, _JUDGE)
        self.lookers = {name: self._looker(name) for name in dict.fromkeys(names)}
        self.ops = Bfloat16Ops() if workshop.precision == "bfloat16" else TorchOps()
        self.parameters: dict[str, Tensor] = {
            name: torch.zeros(shape, device=workshop.device, requires_grad=True)
            for name, shape in layouts.ghiasi(options.width).items()
        }
        self.buffers: dict[str, Tensor] = {}

    def _looker(self, name: encoder.EncoderName) -> encoder.Encoder:
        return encoder.load(name, _LAST, precision=self.workshop.precision, device=self.workshop.device)

    @torch.no_grad()
    def start(self) -> None:
        """Filters at random, gains one, shifts zero; every painting begins with nearly the same row."""
        for name, tensor in self.parameters.items():
            if name == "row.bias":
                tensor.copy_(torch.from_numpy(np.asarray(cin.plain_row(self.options.width)[0])))
            elif name.endswith((".bias", ".shift")):
                tensor.zero_()
            elif name.endswith(".gain"):
                tensor.fill_(1.0)
            else:
                gain = {"row.weight": 0.05, "code.weight": 1.0}.get(name, 2.0)
                tensor.normal_(0, (gain / tensor[0].numel()) ** 0.5)

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, paintings: Tensor) -> Tensor:
        """Photos (N, 3, S, S) in the styles of the paintings, one each."""
        row = ghiasi.row(self.ops, parameters, ghiasi.encode(self.ops, parameters, paintings))
        return cin.paint(self.ops, parameters, photos, row, self.options.width)["picture"]

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """The weighted errors on a batch."""
        options = self.options
        photos = cut(batch["content"], options.paint_px)
        paintings = recolour(cut(batch["style"], options.paint_px), options.augmented)
        same = torch.rand(len(photos)).to(photos.device) < options.identity
        paintings = torch.where(same.view(-1, 1, 1, 1), photos, paintings)
        pictures = self.paint(self.parameters, photos + _NOISE * torch.randn_like(photos), paintings)
        vgg = options.vgg_every and step % options.vgg_every == options.vgg_every - 1
        look = self.lookers[_JUDGE if vgg else options.encoder]
        style, content = self.errors(look, pictures, photos, paintings)
        pixels = (F.mse_loss(pictures, photos, reduction="none").mean((1, 2, 3)) * same).mean()
        terms = {"style": style.mean(), "content": content.mean(), "tv": total_variation(pictures), "identity": pixels}
        weights = {
            "style": options.style_weight, "content": options.content_weight, "tv": options.tv_weight,
            "identity": options.identity_weight,
        }  # fmt: skip
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return total, {name: term.item() for name, term in terms.items()}

    def errors(
        self, look: encoder.Encoder, pictures: Tensor, photos: Tensor, paintings: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Style error and content error of every pair."""
        options = self.options
        with torch.no_grad():
            seen = look(torch.cat([photos, paintings]), self.layers)
            photo = {name: x[: len(photos)] for name, x in seen.items()}
            painting = {name: x[len(photos) :] for name, x in seen.items()}
        found = look(pictures, self.layers)
        kept, was = found[options.content_layer], photo[options.content_layer]
        if options.weights == "paper":
            return (
                published_style_error(found, painting, options.style_layers),
                published_content_error(kept, was),
            )
        return (
            relative_style_error(found, photo, painting, options.style_layers),
            relative_content_error(kept, was),
        )

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """Held-out photos painted in held-out styles and judged by VGG-19; a sheet of photo, painting, result, photo again."""
        photos, paintings = (batch[kind][:_JUDGED] for kind in ("content", "style"))
        photos, paintings = (_middle(pictures, self.options.paint_px) for pictures in (photos, paintings))
        painted = self.each(parameters, photos, paintings)
        again = self.each(parameters, photos, photos)
        left, kept = self.judge(photos, paintings, painted)
        noise = (again - photos).square().mean((1, 2, 3)).clamp_min(1e-9)
        values = {
            "error": self.options.style_weight * left + self.options.content_weight * 2 * (1 - kept), "style left": left, "content kept": kept,
            "identity dB": float((-10 * noise.log10()).median()),
        }  # fmt: skip
        rows = [torch.cat(list(row[:_SHOWN]), dim=-1) for row in (photos, paintings, painted, again)]
        return Validation(values, to_array(torch.cat(rows, dim=-2)[None]))

    def each(self, parameters: Mapping[str, Tensor], photos: Tensor, paintings: Tensor) -> Tensor:
        """As `paint`, a few at a time."""
        pairs: Iterator[tuple[Tensor, Tensor]] = zip(photos.split(_CHUNK), paintings.split(_CHUNK), strict=True)
        return torch.cat([self.paint(parameters, *pair) for pair in pairs])

    def judge(self, photos: Tensor, paintings: Tensor, painted: Tensor) -> tuple[float, float]:
        """Medians: style left at five layers of VGG-19 (1 is the photo), cosine of features with the photo's."""
        look = self.lookers[_JUDGE]
        left: list[Tensor] = []
        kept: list[Tensor] = []
        for photo, painting, picture in zip(*(x.split(_CHUNK) for x in (photos, paintings, painted)), strict=True):
            before, goal, found = (look(x, (*_JUDGES, _KEPT)) for x in (photo, painting, picture))
            left.append(relative_style_error(found, before, goal, dict.fromkeys(_JUDGES, 1.0)))
            kept.append(F.cosine_similarity(found[_KEPT].float(), before[_KEPT].float()).mean((1, 2)))
        return float(torch.cat(left).median()), float(torch.cat(kept).median())

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The weights in float16."""
        return product(parameters, self.options.width)

    def card(self, facts: Mapping[str, Any]) -> str:
        """The model card."""
        return card(facts)


def _middle(pictures: Tensor, side_px: int) -> Tensor:
    start = (pictures.shape[-1] - side_px) // 2
    return pictures[..., start : start + side_px, start : start + side_px]
