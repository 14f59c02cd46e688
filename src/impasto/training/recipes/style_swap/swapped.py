"""Style-Swap's inverse network in training (Chen & Schmidt 2016, section 3.3)."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto.core import Validation, Workshop
from impasto.textures.patches import exemplars, match, swap
from impasto.training.decoding import Decoding, sheet

from . import Options

LAYER = "relu3_1"
_SHOWN = 8


def build(options: Options, workshop: Workshop) -> "SwappedDecoder":
    """The decoder of the options' encoder."""
    return SwappedDecoder(options, workshop, f"style_swap_{options.encoder}")


class SwappedDecoder(Decoding):
    """One decoder, of relu3_1."""

    options: Options

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:  # noqa: ARG002
        """Errors of photos and paintings rebuilt, and of swapped features shown as a picture and looked at again."""
        pictures = torch.cat([batch["content"], batch["style"]])
        with torch.no_grad():
            features = self.look(pictures, (LAYER,))[LAYER]
            swapped = self.swapped(*features.chunk(2))
        made = self.rebuild(self.parameters, torch.cat([features, swapped]), LAYER)
        plain, patched = made[: len(pictures)], made[len(pictures) :]
        terms = self.rebuild_terms(plain, pictures, features, LAYER)
        terms["swapped"] = self.feature_error(self.look(patched, (LAYER,))[LAYER], swapped, LAYER)
        return self.total(terms)

    def swapped(self, content: Tensor, style: Tensor) -> Tensor:
        """Each photo's features out of its painting's patches, pair by pair."""
        pairs = zip(content.split(1), style.split(1), strict=True)
        made = []
        for photo, painting in pairs:
            source = exemplars([painting], patch=self.options.patch)
            made.append(swap(match(photo, source), source, keep_length=True))
        return torch.cat(made)

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """As all decoders, with the error of swapped features; a sheet of photos, paintings and swaps."""
        found = super().validate(parameters, batch)
        photos, paintings = batch["content"][:_SHOWN], batch["style"][:_SHOWN]
        swapped = self.swapped(*(self.look(x, (LAYER,))[LAYER] for x in (photos, paintings)))
        made = self.rebuild(parameters, swapped, LAYER)
        error = float(self.feature_error(self.look(made, (LAYER,))[LAYER], swapped, LAYER))
        values = dict(found.values) | {"swapped": error, "error": found.values["error"] + error}
        return Validation(values, sheet([photos, paintings, made]))
