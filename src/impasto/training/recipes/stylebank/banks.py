"""The training: T steps of painting through the banks, then one in which photos have to come back without them.

While they learn, banks are told relative to what the auto-encoder sees in their painting: channel by channel its mean and
deviation. So they begin where AdaIN paints (Huang & Belongie 2017), and follow the auto-encoder as that learns. In the
file they are plain filters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import UsageError, Validation, Workshop
from impasto.reconstruction.networks import stylebank
from impasto.textures.moments import moments
from impasto.training.paintings import paintings, tensor_of
from impasto.training.repainting import Repainting, halved
from impasto.weights import layouts
from impasto.weights.layouts import BANK

from . import Options

_BANKS = (BANK, "bank_bias")
_PULL = "pull"
_MOMENTS = ("mean", "deviation")
_LOOK_EVERY = 10  # steps, from one look at the paintings to the next


def build(options: Options, workshop: Workshop) -> "Banking":
    """An auto-encoder and banks at their beginnings. Raises UsageError for banks alone without an auto-encoder."""
    if options.learn == "banks" and not options.start_from:
        raise UsageError("learn: banks alone learn only with an auto-encoder that is trained; name it with start_from")
    return Banking(options, workshop)


class Banking(Repainting):
    """The network in training."""

    name, multiple = stylebank.NAME, stylebank.MULTIPLE

    def __init__(self, options: Options, workshop: Workshop) -> None:
        files = paintings(options.style).values()
        self.paintings = [self.whole(tensor_of(file, options.style_px)).to(workshop.device) for file in files]
        shapes = layouts.stylebank(options.width, len(self.paintings))
        super().__init__(options, workshop, shapes, self.paintings)
        self.painting = True
        self.frame = [name for name in shapes if name not in _BANKS]
        # Square of the last painting step's pull at the auto-encoder: what photos are to pull with next.
        self.buffers = {_PULL: torch.zeros(1, device=workshop.device)}
        self.buffers |= {name: torch.zeros_like(self.parameters["bank_bias"]).detach() for name in _MOMENTS}
        if options.learn == "banks":
            for name in self.frame:
                self.buffers[name] = self.parameters.pop(name).requires_grad_(False)
        else:
            for name in self.frame:
                self.parameters[name].register_post_accumulate_grad_hook(self._note)

    @torch.no_grad()
    def start(self) -> None:
        """Filters at random; banks that only bring features to their paintings' moments. Or those of an earlier file."""
        for name, tensor in {**self.parameters, **self.buffers}.items():
            if name == BANK:
                torch.nn.init.dirac_(tensor[0])
                tensor.copy_(tensor[0].clone().expand_as(tensor))
                tensor.add_(0.02 * torch.randn_like(tensor) / tensor.shape[1] ** 0.5)
            elif name.endswith("bias") or name in (_PULL, *_MOMENTS):
                tensor.zero_()
            else:
                # Blocks begin by adding little, so that photos soon come back.
                gain = 0.5 if name == "out.weight" else 0.1 if name.endswith("b.weight") else 2.0
                tensor.normal_(0, (gain / tensor[0].numel()) ** 0.5)
        if self.options.start_from:
            self._take_over()
        else:
            self.look_at_paintings(self.parameters)

    def _take_over(self) -> None:
        """The auto-encoder of an earlier file, and the banks of paintings that it knows."""
        given = self.options.start_from
        earlier = stylebank.load(None if given == stylebank.NAME else given)
        everything = {**self.parameters, **self.buffers}
        for name, array in earlier.frame.items():
            if everything[name].shape != array.shape:
                raise UsageError(f"start_from: {earlier.file.name} has another width than {self.options.width}")
            everything[name].copy_(torch.from_numpy(array))
        self.look_at_paintings(self.parameters)
        banks, biases = self.parameters[BANK], self.parameters["bank_bias"]
        for i, style in enumerate(self.names):
            if style in earlier.names:
                mean, deviation = (self.buffers[name][i] for name in _MOMENTS)
                at = earlier.index(style)
                banks[i] = torch.from_numpy(earlier.banks[at]).to(banks) / deviation[:, None, None, None]
                biases[i] = (torch.from_numpy(earlier.biases[at]).to(biases) - mean) / deviation

    @torch.no_grad()
    def look_at_paintings(self, parameters: Mapping[str, Tensor]) -> None:
        """Note what the auto-encoder sees in every painting now."""
        for i, painting in enumerate(self.paintings):
            for name, found in zip(_MOMENTS, moments(self.encode(parameters, painting)), strict=True):
                self.buffers[name][i] = found.flatten()

    def absolute(self, parameters: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The banks and biases as they are used without their paintings."""
        mean, deviation = (self.buffers[name] for name in _MOMENTS)
        banks = parameters[BANK] * deviation[:, :, None, None, None]
        return banks, parameters["bank_bias"] * deviation + mean

    def encode(self, parameters: Mapping[str, Tensor], photos: Tensor) -> Tensor:
        """Features of photos."""
        return stylebank.encode(self.ops, {**self.buffers, **parameters}, photos)

    def decode(self, parameters: Mapping[str, Tensor], features: Tensor) -> Tensor:
        """Pictures of features."""
        return stylebank.decode(self.ops, {**self.buffers, **parameters}, features)

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, which: Tensor) -> Tensor:
        """See Repainting.paint."""
        features = stylebank.levelled(self.ops, self.encode(parameters, photos))
        banks, biases = self.absolute(parameters)
        made = [
            self.ops.conv(one, banks[number], biases[number])
            for one, number in zip(features.split(1), which.tolist(), strict=True)
        ]
        return self.decode(parameters, torch.cat(made))

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """T steps of painting, then one without banks whose pull is scaled to the last one's (section 3.3, eq. 7)."""
        options = self.options
        if step % _LOOK_EVERY == 0:
            self.look_at_paintings(self.parameters)
        self.painting = options.learn == "banks" or step % (options.style_steps + 1) < options.style_steps
        if self.painting:
            self.buffers[_PULL].zero_()  # filled while the gradients are made
            return super().loss(batch, step)
        photos = self.whole(batch["content"])
        again = self.decode(self.parameters, self.encode(self.parameters, photos))
        error = F.mse_loss(again, photos)
        grads = torch.autograd.grad(error, [self.parameters[name] for name in self.frame], retain_graph=True)
        own = torch.stack([grad.square().sum() for grad in grads]).sum()
        painting = self.buffers[_PULL].clone()
        scale = options.identity_weight * (painting / own.clamp_min(1e-24)).sqrt().item()
        return scale * error, {"identity": error.item()}

    @torch.no_grad()
    def _note(self, tensor: Tensor) -> None:
        """Add to the square of the painting steps' pull at the auto-encoder."""
        if self.painting and tensor.grad is not None:
            self.buffers[_PULL] += tensor.grad.square().sum()

    def validate(self, parameters: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Validation:
        """As Repainting.validate, and how well photos come back without banks, in decibels."""
        self.look_at_paintings(parameters)
        found = super().validate(parameters, batch)
        photos = self.whole(batch["content"][:24])
        again = self.decode(parameters, self.encode(parameters, photos)).clamp(0, 1)
        noise = (again - photos).square().mean((1, 2, 3)).clamp_min(1e-9)
        return replace(found, values={**found.values, "photos back, dB": float((-10 * noise.log10()).median())})

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """Auto-encoder and banks in float16."""
        self.look_at_paintings(parameters)
        everything = {**self.buffers, **parameters, **dict(zip(_BANKS, self.absolute(parameters), strict=True))}
        names: Sequence[str] = [*self.frame, *_BANKS]
        return halved({name: everything[name] for name in names}), {**self.facts(), "width": str(self.options.width)}

    def headline(self) -> str:
        """See Repainting.headline."""
        return f"""# stylebank: an auto-encoder and a bank of filters for every style

StyleBank of width {self.options.width} (the paper's: 32). A small recipe on a small machine: not the paper's quality."""
