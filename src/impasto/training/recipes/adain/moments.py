"""AdaIN's decoder in training (Huang & Belongie 2017, eq. 11 to 13)."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto.core import Validation, Workshop
from impasto.textures.moments import adain, moments
from impasto.training.decoding import Decoding, sheet

from . import Options

LAYER = "relu4_1"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
_SHOWN = 8


def build(options: Options, workshop: Workshop) -> "MomentsDecoder":
    """The decoder of the options' encoder."""
    return MomentsDecoder(options, workshop, f"adain_{options.encoder}", seen=STYLE_LAYERS)


class MomentsDecoder(Decoding):
    """One decoder, of relu4_1."""

    options: Options

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:  # noqa: ARG002
        """Distance to the AdaIN target and to the painting's moments; maybe errors of pictures that are only rebuilt."""
        terms = self.style_terms(self.parameters, batch)
        if self.options.pixel_weight or self.options.feature_weight:
            pictures = torch.cat([batch["content"], batch["style"]])[::2]
            with torch.no_grad():
                features = self.look(pictures, (LAYER,))[LAYER]
            terms |= self.rebuild_terms(self.rebuild(self.parameters, features, LAYER), pictures, features, LAYER)
        return self.total(terms)

    def style_terms(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The loss of eq. 12 and of eq. 13, for photos and paintings that meet one to one."""
        with torch.no_grad():
            content = self.look(batch["content"], (LAYER,))[LAYER]
            style = {layer: moments(x) for layer, x in self.look(batch["style"], STYLE_LAYERS).items()}
            target = adain(content, style[LAYER])
        found = self.look(self.rebuild(parameters, target, LAYER), STYLE_LAYERS)
        content_loss = self.feature_error(found[LAYER], target, LAYER)
        style_loss = torch.stack([self.moments_error(found[layer], style[layer], layer) for layer in STYLE_LAYERS])
        return {"content": content_loss, "style": style_loss.sum()}

    def moments_error(self, found: Tensor, wanted: tuple[Tensor, Tensor], layer: str) -> Tensor:
        """Squared distances of means and of deviations, each channel relative to its scale."""
        scale = self.buffers[f"{layer}.scale"]
        off = torch.stack(
            [((mine - theirs) / scale).square() for mine, theirs in zip(moments(found), wanted, strict=True)]
        )
        per_channel = off.sum((0, 3, 4))
        return per_channel.mean() if self.options.reduction == "mean" else per_channel.sum(1).mean()

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """The weighted loss on held-out pairs, how well pictures come back unchanged, and a sheet of photo, painting, result."""
        parts = zip(batch["content"].split(_SHOWN), batch["style"].split(_SHOWN), strict=True)
        found = [self.style_terms(parameters, {"content": c, "style": s}) for c, s in parts]
        content, style = (sum(float(f[name]) for f in found) / len(found) for name in ("content", "style"))
        loss = self.options.content_weight * content + self.options.style_weight * style
        photos, paintings = batch["content"][:_SHOWN], batch["style"][:_SHOWN]
        target = adain(self.look(photos, (LAYER,))[LAYER], moments(self.look(paintings, (LAYER,))[LAYER]))
        rows = [photos, paintings, self.rebuild(parameters, target, LAYER)]
        rebuilt = self.measure(parameters, torch.cat([batch["content"], batch["style"]]))
        return Validation({"loss": loss, "content": content, "style": style} | rebuilt, sheet(rows))
