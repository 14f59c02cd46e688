"""An inverse network in training (Dosovitskiy & Brox 2016), and the one with an adversary (DeePSiM, the same authors 2016)."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import Validation, Workshop
from impasto.engines.torch_ops import TORCH
from impasto.reconstruction.networks.decoders import decoder_of
from impasto.training.decoding import Decoding, pictures_of

from . import Options

_SLOPE = 0.3  # DeePSiM, section 3: leaky rectifiers in the adversary
_AHEAD = 0.1  # DeePSiM, section 3.4: the adversary waits while its loss is below this share of the generator's
_JUDGED = 16  # pictures of each kind whose edges are compared
_PREFIX = "adversary."


def build(options: Options, workshop: Workshop) -> "Inverse":
    """The decoder of the options' layer, as the encoder's weight file has it."""
    if options.adversarial_weight:
        return Adversarial(
            options, workshop, decoder_of("inverse_gan", options.encoder, options.layer), (options.layer,)
        )
    return Inverse(options, workshop, decoder_of("inverse", options.encoder, options.layer), (options.layer,))


class Inverse(Decoding):
    """One layer's decoder."""

    options: Options

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:  # noqa: ARG002
        """Errors of the rebuilt pictures' pixels and features."""
        pictures, features = self.seen(batch)
        made = self.rebuild(self.parameters, features, self.layers[0])
        return self.total(self.rebuild_terms(made, pictures, features, self.layers[0]))

    def seen(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The batch's pictures and their features."""
        pictures = pictures_of(batch)
        with torch.no_grad():
            return pictures, self.look(pictures, self.layers)[self.layers[0]]


class Adversarial(Inverse):
    """The same, and an adversary that sees a picture and the features it is to show, and tells real from rebuilt.

    Both learn in the same step from one loss: the rebuilt picture is cut off from the adversary's part of it, the
    adversary's filters from the decoder's part.
    """

    def __init__(self, options: Options, workshop: Workshop, family: str, layers: tuple[str, ...]) -> None:
        super().__init__(options, workshop, family, layers)
        width, before = options.adversary_width, 3
        halvings = max(1, int(self.layers[0][4]) - 1)
        for number in range(1, halvings + 1):
            self._conv(f"down{number}", before, width)
            before, width = width, min(256, 2 * width)
        self._conv("join", before + self.channels(self.layers[0]), before)
        self._conv("verdict", before, 1)
        self.halvings = halvings
        # Shares of the pull at the start: what each term is divided by (its gradient's length on the pixels).
        self.buffers["balance"] = torch.ones(3, device=workshop.device)

    def _conv(self, name: str, before: int, width: int) -> None:
        device = self.workshop.device
        self.parameters[f"{_PREFIX}{name}.weight"] = torch.zeros((width, before, 3, 3), device=device).requires_grad_()
        self.parameters[f"{_PREFIX}{name}.bias"] = torch.zeros(width, device=device).requires_grad_()

    @torch.no_grad()
    def start(self) -> None:
        """As all decoders; then measure how hard each term pulls at the first pictures, so that weights are shares."""
        super().start()
        pictures, features = self.seen(next(iter(self.workshop.samples(1))))
        with torch.enable_grad():
            made = self.rebuild(self.parameters, features, self.layers[0]).detach().requires_grad_()
            terms = {
                "pixel": (made - pictures).square().mean(),
                "feature": self.feature_error(self.look(made, self.layers)[self.layers[0]], features, self.layers[0]),
                "adversarial": _real(self.verdict(made, features, self.frozen())),
            }
            for number, term in enumerate(terms.values()):
                (pull,) = torch.autograd.grad(term, made, retain_graph=True)
                self.buffers["balance"][number] = pull.norm().clamp_min(1e-8)
        self.buffers["balance"] /= self.buffers["balance"][1].clone()  # features keep their scale

    def frozen(self) -> dict[str, Tensor]:
        """The adversary's filters, cut off from learning."""
        return {name: tensor.detach() for name, tensor in self.parameters.items() if name.startswith(_PREFIX)}

    def verdict(self, pictures: Tensor, features: Tensor, weights: Mapping[str, Tensor]) -> Tensor:
        """How real each place looks, a map of logits (N, 1, h, w)."""
        w = {name.removeprefix(_PREFIX): self._ready(t) for name, t in weights.items() if name.startswith(_PREFIX)}
        x = (pictures - 0.5).to(self.dtype) * 4
        for number in range(1, self.halvings + 1):
            name = f"down{number}"
            x = TORCH.leaky_relu(TORCH.conv(x, w[f"{name}.weight"], w[f"{name}.bias"], stride=2), _SLOPE)
        known = features / self.buffers[f"{self.layers[0]}.scale"].to(self.dtype)
        if known.shape[-2:] != x.shape[-2:]:
            known = F.interpolate(known, size=x.shape[-2:], mode="nearest")
        x = TORCH.leaky_relu(TORCH.conv(TORCH.concat([x, known]), w["join.weight"], w["join.bias"]), _SLOPE)
        return TORCH.conv(x, w["verdict.weight"], w["verdict.bias"]).float()

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:  # noqa: ARG002
        """The decoder's three terms, and the adversary's own, which counts only while it is not far ahead."""
        pictures, features = self.seen(batch)
        layer, options, balance = self.layers[0], self.options, self.buffers["balance"]
        made = self.rebuild(self.parameters, features, layer)
        terms = {
            "pixel": (made - pictures).square().mean(),
            "feature": self.feature_error(self.look(made, (layer,))[layer], features, layer),
            "adversarial": _real(self.verdict(made, features, self.frozen())),
        }
        weights = torch.tensor([getattr(options, f"{name}_weight") for name in terms], device=balance.device) / balance
        mine = (torch.stack(list(terms.values())) * weights).sum()
        verdicts = self.verdict(torch.cat([pictures, made.detach()]), torch.cat([features] * 2), self.parameters)
        real, rebuilt = verdicts.chunk(2)
        adversary = (_real(real) + _real(-rebuilt)) / 2
        total = mine + adversary * (adversary.detach() > _AHEAD * terms["adversarial"].detach())
        return total, {name: term.item() for name, term in {**terms, "adversary": adversary}.items()}

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """As all decoders; the best is who has the features and edges as often as strong as in the pictures themselves."""
        found = super().validate(parameters, batch)
        pictures, features = self.seen({kind: x[:_JUDGED] for kind, x in batch.items()})
        made = self.rebuild(parameters, features, self.layers[0])
        edges = float((_edges(made) - _edges(pictures)).abs().mean() / _edges(pictures).mean())
        values = {"error": edges + found.values[f"features {self.layers[0]}"], "edges": edges}
        return Validation(values | {k: v for k, v in found.values.items() if k != "error"}, found.picture)


def _edges(pictures: Tensor) -> Tensor:
    """How strong edges are, weak to strong: the magnitudes of all pixels' gradients in order."""
    across, down = pictures[..., :-1, 1:] - pictures[..., :-1, :-1], pictures[..., 1:, :-1] - pictures[..., :-1, :-1]
    return (across.square() + down.square()).sqrt().flatten().sort().values


def _real(verdict: Tensor) -> Tensor:
    """How surprising it is, in nats, that all of this should be real."""
    return F.softplus(-verdict).mean()
