"""Who looks at what a network paints in styles it has by heart: the losses' networks, and a judge that none is taught by."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import UsageError, Workshop
from impasto.encoders import encoder
from impasto.encoders.slim import TAPPED
from impasto.encoders.vgg import LAYERS, check_layers

from .paintings import chosen, textures
from .relative import (
    published_content_error,
    published_gram_error,
    relative_content_error,
    relative_gram_error,
    relative_texture_error,
)

JUDGED = tuple(f"relu{block}_1" for block in range(1, 6))
"""Layers by which the judge measures how much style is left to do."""
KEPT = "relu4_2"
"""The layer by which it measures how much content is kept."""
LAST = "relu5_1"
_CHUNK = 4


class Onlooker:
    """The networks through which a training looks, and how each sees the paintings (1, 3, h, w) to be learned."""

    def __init__(self, options: Any, workshop: Workshop, pictures: Sequence[Tensor], content_layer: str = "") -> None:
        """options: with encoder, vgg_every and style_layers. content_layer: whose features are the content, "" for none."""
        self.options, self.content_layer = options, content_layer
        self.layers = tuple(dict.fromkeys((*options.style_layers, *filter(None, [content_layer]))))
        for layer in check_layers(self.layers):
            if LAYERS.index(layer) > LAYERS.index(LAST):
                raise UsageError(f"layer '{layer}' is deeper than {LAST}, where the recipe's encoders end")
            if options.encoder == "slim" and layer not in TAPPED:
                raise UsageError(f"layer '{layer}': the slim encoder was taught {', '.join(TAPPED)} only; vgg19 has it")
        # Without VGG-19 in the training there is none in the judgement either: it may not be there.
        self.judging: encoder.EncoderName = "vgg19" if options.vgg_every or options.encoder == "vgg19" else "slim"
        names: tuple[encoder.EncoderName, ...] = (options.encoder, self.judging)
        self.lookers = {
            name: encoder.load(name, LAST, precision=workshop.precision, device=workshop.device)
            for name in dict.fromkeys(names)
        }
        wanted = tuple(dict.fromkeys((*self.layers, *JUDGED)))
        self.goals = {name: textures(look, pictures, wanted) for name, look in self.lookers.items()}

    def name_at(self, step: int) -> encoder.EncoderName:
        """Through which network a step looks."""
        every = self.options.vgg_every
        return "vgg19" if every and step % every == every - 1 else self.options.encoder

    def errors(self, pictures: Tensor, photos: Tensor, styles: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """Style error and content error (N,) of pictures (N, 3, S, S) made of photos in styles (N,), by number."""
        name = self.name_at(step)
        look = self.lookers[name]
        with torch.no_grad():
            photo = look(photos, self.layers)
        found = look(pictures, self.layers)
        goals, layers = chosen(self.goals[name], styles), self.options.style_layers
        kept, was = found[self.content_layer], photo[self.content_layer]
        if self.options.weights == "paper":
            return published_gram_error(found, goals, layers), published_content_error(kept, was)
        # By its logarithm: a few pairs of much the same palette would else drown all others.
        return relative_texture_error(found, photo, goals, layers).log1p(), relative_content_error(kept, was)

    @torch.no_grad()
    def judge(self, pictures: Tensor, photos: Tensor, styles: Tensor) -> tuple[Tensor, Tensor]:
        """(N,) each: style left at five layers of VGG-19, where 1 is the photo; cosine of features with the photo's."""
        look = self.lookers[self.judging]
        left: list[Tensor] = []
        kept: list[Tensor] = []
        for picture, photo, which in zip(*(x.split(_CHUNK) for x in (pictures, photos, styles)), strict=True):
            found, before = (look(x, (*JUDGED, KEPT)) for x in (picture, photo))
            goals = chosen(self.goals[self.judging], which)
            left.append(relative_gram_error(found, before, goals, dict.fromkeys(JUDGED, 1.0)))
            kept.append(F.cosine_similarity(found[KEPT].float(), before[KEPT].float()).mean((1, 2)))
        return torch.cat(left), torch.cat(kept)


def card_table(facts: Mapping[str, Any], licence: str) -> str:
    """The part of a card that every recipe has alike: the file, the recipe, the numbers."""
    hidden = {"style", "start_from", "teacher"}  # where something lay on one machine says nothing to anyone else
    settings = ", ".join(f"{name} {_text(value)}" for name, value in facts["options"].items() if name not in hidden)
    pictures = ", ".join(f"{n} ({kind}, folder '{facts['folders'][kind]}')" for kind, n in facts["pictures"].items())
    held_out = ", ".join(f"{n} {kind}" for kind, n in facts["held_out"].items())
    photos = f"| Photos | {pictures}; held out: {held_out} |\n" if pictures else ""
    values = "\n".join(f"| {name} | {value:.3f} |" for name, value in facts["validation"].items())
    return f"""| | |
|---|---|
| File | {facts["file"]}, {facts["size_bytes"]:,} bytes, float16 |
| sha256 | `{facts["sha256"]}` |
| Licence | {licence} |
{photos}| Recipe | `impasto train {facts["recipe"]}`, seed {facts["seed"]}, {facts["steps"]:,} steps in {facts["seconds"]:,.0f} s on {facts["device"]} ({facts["threads"]} threads, torch {facts["torch"]}) |
| Options | {settings} |
| Front end | `plain`: red, green, blue; 0 to 1 |

## Held-out pictures

| measure | value |
|---|---|
{values}
"""


def _text(value: Any) -> str:
    return "+".join(value) if isinstance(value, dict) else f"{value:g}" if isinstance(value, float) else str(value)
