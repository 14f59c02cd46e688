"""The training: T steps of painting through the banks, then one in which photos have to come back without them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import UsageError, Validation, Workshop
from impasto.reconstruction.networks import stylebank
from impasto.training.paintings import paintings
from impasto.training.repainting import Repainting, halved
from impasto.weights import layouts
from impasto.weights.layouts import BANK

from . import Options

_BANKS = (BANK, "bank_bias")
_PULL = "pull"


def build(options: Options, workshop: Workshop) -> "Banking":
    """An auto-encoder and banks at their beginnings. Raises UsageError for banks alone without an auto-encoder."""
    if options.learn == "banks" and not options.start_from:
        raise UsageError("learn: banks alone learn only with an auto-encoder that is trained; name it with start_from")
    return Banking(options, workshop)


class Banking(Repainting):
    """The network in training."""

    name, multiple = stylebank.NAME, stylebank.MULTIPLE

    def __init__(self, options: Options, workshop: Workshop) -> None:
        shapes = layouts.stylebank(options.width, len(paintings(options.style)))
        super().__init__(options, workshop, shapes)
        self.painting = True
        self.frame = [name for name in shapes if name not in _BANKS]
        # Square of the last painting step's pull at the auto-encoder: what photos are to pull with next.
        self.buffers = {_PULL: torch.zeros(1, device=workshop.device)}
        if options.learn == "banks":
            for name in self.frame:
                self.buffers[name] = self.parameters.pop(name).requires_grad_(False)
        else:
            for name in self.frame:
                self.parameters[name].register_post_accumulate_grad_hook(self._note)

    @torch.no_grad()
    def start(self) -> None:
        """Filters at random; banks change nothing yet. Or those of an earlier file."""
        for name, tensor in {**self.parameters, **self.buffers}.items():
            if name == BANK:
                torch.nn.init.dirac_(tensor[0])
                tensor.copy_(tensor[0].clone().expand_as(tensor))
                tensor.add_(0.02 * torch.randn_like(tensor) / tensor.shape[1] ** 0.5)
            elif name.endswith("bias") or name == _PULL:
                tensor.zero_()
            else:
                # Blocks begin by adding little, so that photos soon come back.
                gain = 0.5 if name == "out.weight" else 0.1 if name.endswith("b.weight") else 2.0
                tensor.normal_(0, (gain / tensor[0].numel()) ** 0.5)
        if self.options.start_from:
            self._take_over()

    def _take_over(self) -> None:
        """The auto-encoder of an earlier file, and the banks of paintings that it knows; others begin in their middle."""
        given = self.options.start_from
        earlier = stylebank.load(None if given == stylebank.NAME else given)
        everything = {**self.parameters, **self.buffers}
        for name, array in earlier.frame.items():
            if everything[name].shape != array.shape:
                raise UsageError(f"start_from: {earlier.file.name} has another width than {self.options.width}")
            everything[name].copy_(torch.from_numpy(array))
        for i, style in enumerate(self.names):
            known = style in earlier.names
            for name, stored in zip(_BANKS, (earlier.banks, earlier.biases), strict=True):
                found = stored[earlier.index(style)] if known else stored.mean(0)
                everything[name][i].copy_(torch.from_numpy(found))

    def encode(self, parameters: Mapping[str, Tensor], photos: Tensor) -> Tensor:
        """Features of photos."""
        return stylebank.encode(self.ops, {**self.buffers, **parameters}, photos)

    def decode(self, parameters: Mapping[str, Tensor], features: Tensor) -> Tensor:
        """Pictures of features."""
        return stylebank.decode(self.ops, {**self.buffers, **parameters}, features)

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, which: Tensor) -> Tensor:
        """See Repainting.paint."""
        features = self.encode(parameters, photos)
        banks = [
            self.ops.conv(one, parameters[BANK][number], parameters["bank_bias"][number])
            for one, number in zip(features.split(1), which.tolist(), strict=True)
        ]
        return self.decode(parameters, torch.cat(banks))

    def loss(self, batch: Mapping[str, Tensor], step: int) -> tuple[Tensor, dict[str, float]]:
        """T steps of painting, then one without banks whose pull is scaled to the last one's (section 3.3, eq. 7)."""
        options = self.options
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
        found = super().validate(parameters, batch)
        photos = self.whole(batch["content"][:24])
        again = self.decode(parameters, self.encode(parameters, photos)).clamp(0, 1)
        noise = (again - photos).square().mean((1, 2, 3)).clamp_min(1e-9)
        return replace(found, values={**found.values, "photos back, dB": float((-10 * noise.log10()).median())})

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """Auto-encoder and banks in float16."""
        everything = {**self.buffers, **parameters}
        names: Sequence[str] = [*self.frame, *_BANKS]
        return halved({name: everything[name] for name in names}), {**self.facts(), "width": str(self.options.width)}

    def headline(self) -> str:
        """See Repainting.headline."""
        return f"""# stylebank: an auto-encoder and a bank of filters for every style

StyleBank of width {self.options.width} (the paper's: 32). A small recipe on a small machine: not the paper's quality."""
