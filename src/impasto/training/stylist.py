"""Training of networks whose styles have names: a photo goes in, the picture must have one painting's texture.

style    Gram matrices against the painting's, at several layers
content  features of the photo, each channel brought to mean 0 and deviation 1

The painting's statistics are measured once; a step sees photos only. A style is a row of the norms' gains and shifts,
whether there are many (`cin`) or one (`johnson`, which is written as one network in the end).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto import assets
from impasto.content.smoothness import lattice, total_variation
from impasto.core import UsageError, Validation, Workshop
from impasto.encoders import encoder
from impasto.encoders.slim import TAPPED
from impasto.encoders.vgg import LAYERS, check_layers
from impasto.engines.torch_ops import Bfloat16Ops, TorchOps
from impasto.image.tensors import to_array
from impasto.reconstruction.networks import cin, named
from impasto.weights import layouts

from .paintings import chosen, paintings, tensor_of, textures
from .relative import (
    published_content_error,
    published_gram_error,
    relative_content_error,
    relative_gram_error,
    relative_texture_error,
)
from .style_card import card
from .teacher import Teacher

_NOISE = 2 / 255  # on the photo that goes in: so that flat areas are no surprise
_JUDGED, _SHOWN, _CHUNK = 24, 8, 4
_JUDGES = {f"relu{block}_1": 1.0 for block in range(1, 6)}
_KEPT, _LAST = "relu4_2", "relu5_1"
ROWS = "rows"


class Stylist:
    """The network in training: a transformer and a row for every painting."""

    def __init__(self, options: Any, workshop: Workshop, *, rows_only: bool = False) -> None:
        """rows_only: filters stay as they are in `start_from`; only the styles' rows learn."""
        _check(options)
        self.options, self.workshop, self.rows_only = options, workshop, rows_only
        self.styles = paintings(options.style)
        self.layers = tuple(dict.fromkeys((*options.style_layers, options.content_layer)))
        # Without VGG-19 in the training there is none in the judgement either: it may not be there.
        self.judge_name: encoder.EncoderName = "vgg19" if options.vgg_every or options.encoder == "vgg19" else "slim"
        self.lookers = {name: self._looker(name) for name in {options.encoder: None, self.judge_name: None}}
        pictures = [tensor_of(file, options.style_px) for file in self.styles.values()]
        wanted = tuple(dict.fromkeys((*options.style_layers, *_JUDGES)))
        self.goals = {name: textures(look, pictures, wanted) for name, look in self.lookers.items()}
        self.shown = pictures
        self.ops = Bfloat16Ops() if workshop.precision == "bfloat16" else TorchOps()
        self.teacher = Teacher(options.teacher, list(self.styles), workshop.device) if options.teacher else None
        tensors = {
            name: torch.zeros(shape, device=workshop.device)
            for name, shape in layouts.cin_styles(options.width, len(self.styles)).items()
        }
        learns = {name for name in tensors if name == ROWS or not rows_only}
        self.parameters = {name: tensor.requires_grad_() for name, tensor in tensors.items() if name in learns}
        self.buffers = {name: tensor for name, tensor in tensors.items() if name not in learns}

    def _looker(self, name: encoder.EncoderName) -> encoder.Encoder:
        return encoder.load(name, _LAST, precision=self.workshop.precision, device=self.workshop.device)

    @torch.no_grad()
    def start(self) -> None:
        """Filters at random and rows of no style, or those of an earlier file."""
        everything = {**self.parameters, **self.buffers}
        for name, tensor in everything.items():
            if name == ROWS:
                tensor.copy_(torch.from_numpy(np.asarray(cin.plain_row(self.options.width))).expand_as(tensor))
            elif name.endswith((".gain", ".shift")):
                tensor.fill_(float(name.endswith(".gain")))
            else:
                tensor.normal_(0, (2 / tensor[0].numel()) ** 0.5)
        if self.options.start_from:
            self._take_over(named.load(self.options.start_from), everything)

    def _take_over(self, earlier: named.Named, everything: Mapping[str, Tensor]) -> None:
        """Filters of an earlier file, and the rows of paintings it knows; others begin in the middle of them all."""
        if earlier.width != self.options.width:
            raise UsageError(f"start_from: {earlier.file} has width {earlier.width}, not {self.options.width}")
        for name, array in earlier.trunk.items():
            everything[name].copy_(torch.from_numpy(array))
        for row, style in zip(everything[ROWS], self.styles, strict=True):
            known = earlier.row(style) if style in earlier.names else earlier.rows.mean(0, keepdims=True)
            row.copy_(torch.from_numpy(known[0]))

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, which: Tensor) -> Tensor:
        """Photos (N, 3, S, S), each in the style of that index (N,)."""
        everything = {**self.buffers, **parameters}
        photos = photos.contiguous(memory_format=torch.channels_last)
        return cin.paint(self.ops, everything, photos, everything[ROWS][which], self.options.width, measured=False)[
            "picture"
        ]

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """The weighted errors on a batch, every photo in a style of its own."""
        options, photos = self.options, batch["content"]
        photos = photos[..., : _whole(photos.shape[-2]), : _whole(photos.shape[-1])]
        which = torch.cat([torch.randperm(len(self.styles)) for _ in range(-(-len(photos) // len(self.styles)))])
        which = which[: len(photos)].to(photos.device)
        pictures = self.paint(self.parameters, photos + _NOISE * torch.randn_like(photos), which)
        terms = {"tv": total_variation(pictures), "grid": lattice(pictures)}
        weights = {"tv": options.tv_weight, "grid": options.grid_weight}
        if options.style_weight or options.content_weight or self.teacher is None:
            vgg = options.vgg_every and step % options.vgg_every == options.vgg_every - 1
            style, content = self.errors("vgg19" if vgg else options.encoder, pictures, photos, which)
            terms |= {"style": style.mean(), "content": content.mean()}
            weights |= {"style": options.style_weight, "content": options.content_weight}
        if self.teacher is not None:
            terms["teacher"] = (pictures - self.teacher.paint(self.ops, photos, which)).abs().mean()
            weights["teacher"] = options.teacher_weight
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return total, {name: term.item() for name, term in terms.items()}

    def errors(
        self, name: encoder.EncoderName, pictures: Tensor, photos: Tensor, which: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Style error and content error (N,) of every picture."""
        look, options = self.lookers[name], self.options
        goals = chosen(self.goals[name], which)
        with torch.no_grad():
            photo = look(photos, self.layers)
        found = look(pictures, self.layers)
        kept, was = found[options.content_layer], photo[options.content_layer]
        if options.weights == "paper":
            return published_gram_error(found, goals, options.style_layers), published_content_error(kept, was)
        return relative_texture_error(found, photo, goals, options.style_layers), relative_content_error(kept, was)

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """Held-out photos, each in the next style, judged by another encoder; a sheet of photos and results."""
        photos = batch["content"][:_JUDGED]
        photos = photos[..., : _whole(photos.shape[-2]), : _whole(photos.shape[-1])]
        which = torch.arange(len(photos), device=photos.device) % len(self.styles)
        painted = torch.cat([self.paint(parameters, *pair) for pair in _chunks(photos, which)])
        left, kept = self.judge(photos, painted, which)
        error = self.options.style_weight * left + self.options.content_weight * 2 * (1 - kept)
        values = {"error": error, "style left": left, "content kept": kept}
        if self.teacher is not None:
            taught = torch.cat([self.teacher.paint(self.ops, *pair) for pair in _chunks(photos, which)])
            values["off the teacher"] = (painted - taught).abs().mean().item()
            values["error"] += self.options.teacher_weight * values["off the teacher"]
        rows = [torch.cat(list(row[:_SHOWN]), dim=-1) for row in (photos, painted)]
        return Validation(values, to_array(torch.cat(rows, dim=-2)[None]))

    def judge(self, photos: Tensor, painted: Tensor, which: Tensor) -> tuple[float, float]:
        """Medians: style left at five layers (1 is the photo), cosine of features with the photo's."""
        look, goals = self.lookers[self.judge_name], self.goals[self.judge_name]
        left: list[Tensor] = []
        kept: list[Tensor] = []
        for photo, picture, at in zip(*(x.split(_CHUNK) for x in (photos, painted, which)), strict=True):
            before, found = (look(x, (*_JUDGES, _KEPT)) for x in (photo, picture))
            left.append(relative_gram_error(found, before, chosen(goals, at), _JUDGES))
            kept.append(F.cosine_similarity(found[_KEPT].float(), before[_KEPT].float()).mean((1, 2)))
        return float(torch.cat(left).median()), float(torch.cat(kept).median())

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """Transformer and rows in float16."""
        everything = {**self.buffers, **parameters}
        names = layouts.cin_styles(self.options.width, len(self.styles))
        return {name: _half(everything[name]) for name in names}, self.facts("cin")

    def facts(self, name: str) -> dict[str, str]:
        """What a file says of itself."""
        return {
            "name": name, "front_end": "plain", "width": str(self.options.width), "styles": ",".join(self.styles),
            "style_px": str(self.options.style_px), "licence": "CC0 1.0", "source": f"impasto train {name}",
        }  # fmt: skip

    def card(self, facts: Mapping[str, Any]) -> str:
        """The model card."""
        return card(facts, list(self.styles), self.judge_name)


class Soloist(Stylist):
    """A network of one style: what is left behind has no rows."""

    def __init__(self, options: Any, workshop: Workshop) -> None:
        """Raises UsageError where there is more than one painting."""
        if not options.style:
            options = options.model_copy(update={"style": str(assets.path("starry_night.jpg"))})
        if (count := len(paintings(options.style))) > 1:
            raise UsageError(f"style: 'johnson' learns one painting, got {count}; 'impasto train cin' learns many")
        super().__init__(options, workshop)

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The transformer in float16, gains and shifts among its tensors."""
        trunk = {k: x.detach().cpu().numpy() for k, x in {**self.buffers, **parameters}.items()}
        row = trunk.pop(ROWS)
        found = {name: _half(torch.from_numpy(x)) for name, x in named.single(trunk, row).items()}
        return found, self.facts("johnson")


def _chunks(photos: Tensor, which: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    return zip(photos.split(_CHUNK), which.split(_CHUNK), strict=True)


def _half(tensor: Tensor) -> Tensor:
    return tensor.detach().to(torch.float16).contiguous()


def _whole(side: int) -> int:
    return side // cin.MULTIPLE * cin.MULTIPLE


def _check(options: Any) -> None:
    """Refuse layers that the encoders do not have, before anything is read."""
    for layer in check_layers((*options.style_layers, options.content_layer)):
        if LAYERS.index(layer) > LAYERS.index(_LAST):
            raise UsageError(f"layer '{layer}' is deeper than {_LAST}, where the recipe's encoders end")
        if options.encoder == "slim" and layer not in TAPPED:
            raise UsageError(f"layer '{layer}': the slim encoder was taught {', '.join(TAPPED)} only; vgg19 has it")
