"""What every training of decoders does: an encoder that looks, decoders that are taught, and errors on one scale.

Errors of features are relative: every channel is divided by its root mean square over the training pictures (the
"scale" that the decoder divides by as well), so that the same weights serve every layer and either encoder.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.content.smoothness import total_variation
from impasto.core import InputError, Validation, Workshop
from impasto.encoders.vgg import DTYPES
from impasto.engines.torch_ops import TORCH
from impasto.image.tensors import to_array
from impasto.reconstruction.networks.decoders import decode
from impasto.reconstruction.networks.encoders import convs_up_to, encode, encoder_tensors
from impasto.weights import FILES, resolve

_SCALE_BATCHES = 8
_SCALE_FLOOR = 0.1  # of the layer's root mean square: near-dead channels would be blown up without it
_RIDGE = 1e-6  # of the mean square of what is solved for
_VARIANCE = 0.06  # of photos' pixels in [0, 1]; makes the pixels' error relative as well
_LICENCE = "CC BY 4.0, as VGG-19's weights, through which it was trained"
_CHUNK = 16  # pictures at once in validation
_SHOWN = 4  # pictures of each kind on the validation sheet


class Decoding:
    """Decoders of some layers in training. parameters: "relu4_1.4_1.weight" and so on; buffers: "relu4_1.scale"."""

    def __init__(self, options: Any, workshop: Workshop, family: str, layers: Sequence[str] = (),
                 seen: Sequence[str] = ()) -> None:  # fmt: skip
        """family: the weight file in the manifest; layers: those of its decoders to train, by default all. seen: further
        layers that losses look at.
        """
        shapes = {k: s for k, s in FILES[family].shapes.items() if not layers or k.partition(".")[0] in layers}
        self.family = family
        self.options, self.workshop = options, workshop
        self.layers = tuple(dict.fromkeys(name.partition(".")[0] for name in shapes))
        device, self.dtype = workshop.device, DTYPES[workshop.precision]
        self.measured = tuple(sorted({*self.layers, *seen}))
        self.eyes = {
            name: self._ready(tensor.to(device))
            for name, tensor in encoder_tensors(options.encoder, self.measured[-1]).items()
        }
        self.parameters = {
            name: torch.zeros(shape, device=device).requires_grad_()
            for name, shape in shapes.items()
            if not name.endswith(".scale")
        }
        self.buffers = {
            f"{layer}.scale": torch.ones((1, self.channels(layer), 1, 1), device=device) for layer in self.measured
        }

    def channels(self, layer: str) -> int:
        """How many channels a layer of the encoder has."""
        return len(self.eyes[f"conv{layer[4:]}.bias"])

    def _ready(self, tensor: Tensor) -> Tensor:
        tensor = tensor.to(self.dtype)
        return tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor

    @torch.no_grad()
    def start(self) -> None:
        """Measure the encoder's channels, draw the first filters, take over what `start_from` has."""
        sums: dict[str, Tensor] = {}
        for batch in self.workshop.samples(_SCALE_BATCHES):
            for layer, features in self.look(pictures_of(batch), self.measured).items():
                power = features.float().square().mean((0, 2, 3), keepdim=True)
                sums[layer] = sums.get(layer, torch.zeros_like(power)) + power / _SCALE_BATCHES
        for layer, power in sums.items():
            scale = power.sqrt()
            self.buffers[f"{layer}.scale"].copy_(scale.maximum(_SCALE_FLOOR * power.mean().sqrt()))
        for name, tensor in self.parameters.items():
            if name.endswith("1_1.bias") and len(tensor) == 3:
                tensor.fill_(0.5)  # mid-grey
            elif tensor.ndim == 4:
                gain = 0.1 if tensor.shape[0] == 3 else 1.0  # the first pictures are faint, not wild
                torch.nn.init.kaiming_normal_(tensor, nonlinearity="relu").mul_(gain)
        if self.options.start_from:
            self.take_over(read(self.options.start_from))

    @torch.no_grad()
    def solve(self, layer: str) -> None:
        """The decoder of relu1_1 that comes nearest to the training pictures' pixels, by least squares."""
        weight, bias = (self.parameters[f"{layer}.1_1.{part}"] for part in ("weight", "bias"))
        inner: Tensor | float = 0.0
        outer: Tensor | float = 0.0
        for batch in self.workshop.samples(_SCALE_BATCHES):
            pictures = pictures_of(batch)
            features = self.look(pictures, (layer,))[layer].float() / self.buffers[f"{layer}.scale"]
            rows = F.unfold(F.pad(features, (1,) * 4, mode="reflect"), 3).transpose(1, 2).flatten(0, 1).double()
            rows = torch.cat([rows, torch.ones_like(rows[:, :1])], 1)
            inner = inner + rows.T @ rows
            outer = outer + rows.T @ pictures.permute(0, 2, 3, 1).reshape(-1, 3).double()
        assert isinstance(inner, Tensor)
        ridge = _RIDGE * inner.diagonal().mean() * torch.eye(len(inner), dtype=inner.dtype, device=inner.device)
        found = torch.linalg.solve(inner + ridge, outer).T.to(weight)
        weight.copy_(found[:, :-1].reshape(weight.shape))
        bias.copy_(found[:, -1])

    def take_over(self, stored: Mapping[str, Tensor]) -> None:
        """Copy decoders from a file: the same layer's where it has it, else the end of the deepest that fits."""
        taken = 0
        theirs = sorted({name.partition(".")[0] for name in stored}, reverse=True)
        for name, tensor in {**self.parameters, **self.buffers}.items():
            rest = name.partition(".")[2]
            for candidate in (name, *(f"{other}.{rest}" for other in theirs)):
                if rest == "scale" and candidate != name:
                    break
                if candidate in stored and stored[candidate].shape == tensor.shape:
                    tensor.copy_(stored[candidate])
                    taken += 1
                    break
        if not taken:
            raise InputError(f"start_from: {self.options.start_from} has no decoder that fits")

    def look(self, pictures: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Features by layer, in the arithmetic of the run; gradients reach the pictures."""
        return encode(TORCH, self.eyes, pictures.to(self.dtype), layers)

    def rebuild(
        self, parameters: Mapping[str, Tensor], features: Tensor, layer: str, trunk: str | None = None
    ) -> Tensor:
        """Pictures (N, 3, H, W) in float32 from a layer's features; trunk: use this deeper decoder's filters."""
        weights = {f"{layer}.scale": self.buffers[f"{layer}.scale"].to(self.dtype)}
        for conv in convs_up_to(layer):
            for part in ("weight", "bias"):
                weights[f"{layer}.{conv}.{part}"] = self._ready(parameters[f"{trunk or layer}.{conv}.{part}"])
        return decode(TORCH, weights, features, layer).float()

    def feature_error(self, found: Tensor, wanted: Tensor, layer: str) -> Tensor:
        """Mean square of the difference, each channel relative to its scale."""
        return ((found.float() - wanted.float()) / self.buffers[f"{layer}.scale"]).square().mean()

    def total(self, terms: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, float]]:
        """The weighted sum of terms that are named after the options that weigh them, and their values."""
        weighed = [getattr(self.options, f"{name}_weight") * term for name, term in terms.items()]
        return torch.stack(weighed).sum(), {name: term.item() for name, term in terms.items()}

    def rebuild_terms(self, made: Tensor, pictures: Tensor, features: Tensor, layer: str) -> dict[str, Tensor]:
        """Errors of rebuilt pictures: pixels, features and grain, those that have a weight."""
        terms: dict[str, Tensor] = {}
        if self.options.pixel_weight:
            terms["pixel"] = (made - pictures).square().mean() / _VARIANCE
        if self.options.feature_weight:
            terms["feature"] = self.feature_error(self.look(made, (layer,))[layer], features, layer)
        if self.options.tv_weight:
            terms["tv"] = total_variation(made)
        return terms

    def measure(self, parameters: Mapping[str, Tensor], pictures: Tensor) -> dict[str, float]:
        """How well pictures (N, 3, H, W) are rebuilt: PSNR in decibels and the features' relative error, by layer."""
        found: dict[str, list[float]] = {}
        for chunk in pictures.split(_CHUNK):
            features = self.look(chunk, self.layers)
            for layer in self.layers:
                made = self.rebuild(parameters, features[layer], layer)
                error = (made.clamp(0, 1) - chunk).square().mean((1, 2, 3)).clamp_min(1e-10)
                again = self.look(made, (layer,))[layer]
                found.setdefault(f"psnr {layer}", []).extend((-10 * error.log10()).tolist())
                off = self.feature_error(again, features[layer], layer) / self.feature_error(
                    0 * again, features[layer], layer
                )
                found.setdefault(f"features {layer}", []).extend([off.sqrt().item()] * len(chunk))
        return {name: sum(values) / len(values) for name, values in found.items()}

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """Rebuild the held-out pictures; a sheet with a row of pictures and a row for each layer, shallow to deep."""
        values = self.measure(parameters, pictures_of(batch))
        score = sum(v for k, v in values.items() if k.startswith("features")) / len(self.layers)
        score -= 0.02 * sum(v for k, v in values.items() if k.startswith("psnr")) / len(self.layers)
        shown = torch.cat([pictures[:_SHOWN] for pictures in batch.values()])
        features = self.look(shown, self.layers)
        rows = [shown, *(self.rebuild(parameters, features[layer], layer) for layer in self.layers)]
        return Validation({"error": score} | values, sheet(rows))

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The decoders in float16, shallow to deep, each behind its scale; with them those of other layers that a file of
        the same family had, if it was the start.
        """
        start = self.options.start_from
        kept = read(start) if start and family_of(start) == self.family else {}
        mine: dict[str, Tensor] = {}
        for layer in self.layers:
            mine[f"{layer}.scale"] = self.buffers[f"{layer}.scale"]
            mine |= {name: tensor for name, tensor in parameters.items() if name.startswith(f"{layer}.")}
        others = {name: tensor for name, tensor in kept.items() if name.partition(".")[0] not in self.layers}
        both = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in (others | mine).items()}
        return dict(sorted(both.items(), key=lambda item: item[0].partition(".")[0])), self.metadata(both)

    def metadata(self, found: Mapping[str, Tensor]) -> dict[str, str]:
        """What the file says of itself; its name where it is all that the manifest lists under it."""
        name = {"name": self.family} if set(FILES[self.family].shapes) == set(found) else {}
        facts = {
            "front_end": "caffe",
            "family": self.family,
            "encoder": self.options.encoder,
            "layers": ",".join(self.layers),
        }
        return name | facts | {"licence": _LICENCE, "source": f"impasto train {FILES[self.family].recipe}"}

    def card(self, facts: Mapping[str, Any]) -> str:
        """What the file is and how it came about."""
        return card(self.options.encoder, facts)


def pictures_of(batch: Mapping[str, Tensor]) -> Tensor:
    """All pictures of a batch, photos first."""
    return torch.cat([batch[kind] for kind in sorted(batch)])


def sheet(rows: Sequence[Tensor]) -> Any:
    """Rows of pictures (N, 3, S, S) each as one picture (H, W, 3)."""
    return to_array(torch.cat([torch.cat(list(row), dim=-1) for row in rows], dim=-2)[None])


def read(source: str) -> dict[str, Tensor]:
    """All tensors of a safetensors file, given by its path or as the name of a known weight file."""
    from impasto.weights.tensors import open_safetensors

    with open_safetensors(_path_of(source)) as file:
        return {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118  (not a dict)


def family_of(source: str) -> str | None:
    """Which entry of the manifest a file of decoders belongs to, as it says itself, however many of them it holds."""
    from impasto.weights.tensors import open_safetensors

    with open_safetensors(_path_of(source)) as file:
        said = file.metadata() or {}
    return said.get("family", said.get("name"))


def _path_of(source: str) -> Path:
    return resolve(source) if source in FILES else Path(source).expanduser()


def card(encoder: str, facts: Mapping[str, Any]) -> str:
    """The model card of decoders."""
    pictures = ", ".join(f"{n} ({kind}, folder '{facts['folders'][kind]}')" for kind, n in facts["pictures"].items())
    held_out = ", ".join(f"{n} {kind}" for kind, n in facts["held_out"].items())
    settings = ", ".join(f"{name} {value}" for name, value in facts["options"].items() if value is not None)
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in facts["validation"].items())
    return f"""# {facts["file"].partition(".")[0]}: trained by `impasto train {facts["recipe"]}` on {encoder}

A small recipe on a small machine; no claim to a paper's quality.

| | |
|---|---|
| File | {facts["file"]}, {facts["size_bytes"]:,} bytes, float16 |
| sha256 | `{facts["sha256"]}` |
| Licence | {_LICENCE}; the pictures it learned from are not part of it |
| Pictures | {pictures}; held out: {held_out} |
| Recipe | `impasto train {facts["recipe"]}`, seed {facts["seed"]}, {facts["steps"]:,} steps in {facts["seconds"]:,.0f} s on {facts["device"]} ({facts["threads"]} threads, torch {facts["torch"]}) |
| Options | {settings} |
| Front end | `caffe`, of the encoder |

## Held-out pictures

| measure | value |
|---|---|
{rows}
"""
