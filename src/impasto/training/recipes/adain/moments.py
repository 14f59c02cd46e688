"""AdaIN's decoder in training (Huang & Belongie 2017, eq. 11 to 13)."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto.core import Validation, Workshop
from impasto.textures.covariance import gram
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
            painting = self.look(batch["style"], STYLE_LAYERS)
            style = {layer: moments(x) for layer, x in painting.items()}
            target = adain(content, style[LAYER])
        found = self.look(self.rebuild(parameters, target, LAYER), STYLE_LAYERS)
        style_loss = torch.stack([self.moments_error(found[layer], style[layer], layer) for layer in STYLE_LAYERS])
        terms = {"content": self.feature_error(found[LAYER], target, LAYER), "style": style_loss.sum()}
        if self.options.gram_weight:
            terms["gram"] = torch.stack([gram_error(found[layer], painting[layer]) for layer in STYLE_LAYERS]).sum()
        return terms

    def moments_error(self, found: Tensor, wanted: tuple[Tensor, Tensor], layer: str) -> Tensor:
        """Squared distances of means and of deviations, each channel relative to its scale; or to the painting's own."""
        if self.options.reduction == "relative":
            pairs = list(zip(moments(found), wanted, strict=True))
            off = torch.stack([(mine - theirs).square().sum(1) for mine, theirs in pairs]).sum(0)
            size = torch.stack([theirs.square().sum(1) for _, theirs in pairs]).sum(0)
            return (off / size.clamp_min(1e-12)).mean()
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
        values = {name: sum(float(terms[name]) for terms in found) / len(found) for name in found[0]}
        loss = sum(getattr(self.options, f"{name}_weight") * value for name, value in values.items())
        photos, paintings = batch["content"][:_SHOWN], batch["style"][:_SHOWN]
        target = adain(self.look(photos, (LAYER,))[LAYER], moments(self.look(paintings, (LAYER,))[LAYER]))
        rows = [photos, paintings, self.rebuild(parameters, target, LAYER)]
        rebuilt = self.measure(parameters, torch.cat([batch["content"], batch["style"]]))
        return Validation({"loss": loss} | values | rebuilt, sheet(rows))


def gram_error(found: Tensor, wanted: Tensor) -> Tensor:
    """Squared distance of Gram matrices relative to the painting's own, averaged over the batch."""
    target = gram(wanted)
    return ((gram(found) - target).square().sum((1, 2)) / target.square().sum((1, 2)).clamp_min(1e-12)).mean()
