"""The training: the generator paints photos, critics compare its patches with the painting's, and both learn from it."""

from collections.abc import Mapping

import torch
from torch import Tensor

from impasto import assets
from impasto.content.smoothness import lattice, total_variation
from impasto.core import InputError, UsageError, Workshop
from impasto.engines.torch_ops import TORCH
from impasto.reconstruction.networks import mgan
from impasto.reconstruction.networks.encoders import encode, encoder_tensors
from impasto.textures.critic import Critic
from impasto.textures.moments import moments
from impasto.training.decoding import read
from impasto.training.paintings import paintings, tensor_of
from impasto.training.relative import relative_content_error
from impasto.training.repainting import Repainting
from impasto.weights import FILES

from . import Options

_CRITIC = "critic."
_BALANCE_EVERY = 10  # steps
_SCALES = (1 / 1.1, 1.0, 1.1)  # of the painting (the authors' code)
_PERIOD = 8  # of the grid that three times doubling pixels leaves


def build(options: Options, workshop: Workshop) -> "Duel":
    """A generator that paints as AdaIN does, and critics that know nothing. Raises UsageError for several paintings."""
    if not options.style:
        options = options.model_copy(update={"style": str(assets.path("starry_night.jpg"))})
    if (count := len(paintings(options.style))) > 1:
        raise UsageError(f"style: 'mgan' learns one painting, got {count}")
    return Duel(options, workshop)


class Duel(Repainting):
    """Generator and critics in training, all of whose weights follow one loss: each is cut off from the other's part."""

    name, multiple = mgan.NAME, mgan.MULTIPLE
    licence = "CC BY 4.0; begun with a decoder that was taught by VGG-19's features (CC BY 4.0)"

    def __init__(self, options: Options, workshop: Workshop) -> None:
        super().__init__(options, workshop, FILES[mgan.NAME].shapes)
        self.look = self.onlooker.lookers[options.encoder]
        self.eyes = {k: x.to(workshop.device) for k, x in encoder_tensors("slim", mgan.LAYER).items()}
        self.buffers = {
            "scale": self.parameters.pop(f"{mgan.LAYER}.scale").requires_grad_(False),
            "balance": torch.ones(1, device=workshop.device),
        }
        (file,) = paintings(options.style).values()
        upright = [tensor_of(file, round(options.style_px * scale)).to(workshop.device) for scale in _SCALES]
        self.views = [view for x in upright for view in (x, x.flip(3))]
        with torch.no_grad():
            seen = [self.look(view, tuple(options.style_layers)) for view in upright]
        generator = torch.Generator().manual_seed(workshop.seed)
        self.critics = {layer: Critic([x[layer] for x in seen], generator) for layer in options.style_layers}
        for layer, critic in self.critics.items():
            self.parameters |= {f"{_CRITIC}{layer}.{i}": tensor for i, tensor in enumerate(critic.tensors)}

    @torch.no_grad()
    def start(self) -> None:
        """The decoder of a file, and the painting's moments before it; critics are at random already."""
        stored = read(self.options.start_from)
        for name, tensor in {f"{mgan.LAYER}.scale": self.buffers["scale"], **self.parameters}.items():
            if name.startswith(f"{mgan.LAYER}."):
                if name not in stored or stored[name].shape != tensor.shape:
                    raise InputError(f"start_from: {self.options.start_from} has no decoder that fits")
                tensor.copy_(stored[name])
        mean, deviation = moments(self.seen(self.whole(self.views[len(self.views) // 2 - 1])))
        self.parameters["gain"].copy_(deviation.flatten(1))
        self.parameters["shift"].copy_(mean.flatten(1))

    @torch.no_grad()
    def seen(self, pictures: Tensor) -> Tensor:
        """What the generator sees of pictures."""
        return encode(TORCH, self.eyes, pictures, (mgan.LAYER,))[mgan.LAYER]

    def paint(self, parameters: Mapping[str, Tensor], photos: Tensor, which: Tensor) -> Tensor:  # noqa: ARG002
        """See Repainting.paint."""
        everything = {**parameters, f"{mgan.LAYER}.scale": self.buffers["scale"]}
        return mgan.repaint(TORCH, everything, self.seen(photos))

    def weighed(self, pictures: Tensor, photos: Tensor, which: Tensor, step: int) -> tuple[Tensor, dict[str, float]]:  # noqa: ARG002
        """What critics dislike and what is lost of the content, by their weights; and what the critics get wrong."""
        options = self.options
        layers = tuple(options.style_layers)
        found = self.look(pictures, self.onlooker.layers)
        with torch.no_grad():
            photo = self.look(photos, (options.content_layer,))[options.content_layer]
            real = self.look(self.patches(len(photos), photos.shape[-1]), layers)
        shares = torch.tensor([options.style_layers[layer] for layer in layers], device=pictures.device)
        shares = shares / shares.sum()
        dislike = torch.stack([critic.dislike(found[layer]) for layer, critic in self.critics.items()])
        wrong = torch.stack([critic.loss(real[layer], found[layer]) for layer, critic in self.critics.items()])
        terms = {
            "style": (shares * dislike).sum(), "content": relative_content_error(found[options.content_layer], photo).mean(),
            "tv": total_variation(pictures), "grid": lattice(pictures, _PERIOD), "critic": wrong.sum(),
        }  # fmt: skip
        weights = {
            "style": options.style_weight, "content": options.content_weight, "tv": options.tv_weight,
            "grid": options.grid_weight, "critic": 1.0,
        }  # fmt: skip
        if step % _BALANCE_EVERY == 0:
            self.balance(terms, pictures)
        weights["style"] *= self.buffers["balance"].item()
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return total, {name: term.item() for name, term in terms.items()}

    def balance(self, terms: Mapping[str, Tensor], pictures: Tensor) -> None:
        """Measure what brings the critics' pull at the pictures to that of the content: it grows as critics learn."""
        pulls = [
            torch.autograd.grad(terms[name], pictures, retain_graph=True)[0].norm() for name in ("content", "style")
        ]
        self.buffers["balance"].copy_(pulls[0] / pulls[1].clamp_min(1e-8))

    def patches(self, count: int, side: int) -> Tensor:
        """Squares from anywhere in the painting at any of its sizes, upright or mirrored (count, 3, side, side)."""
        found: list[Tensor] = []
        for _ in range(count):
            view = self.views[int(torch.randint(len(self.views), ()))]
            side = min(side, *view.shape[2:])
            top, left = (int(torch.randint(length - side + 1, ())) for length in view.shape[2:])
            found.append(view[..., top : top + side, left : left + side])
        side = min(x.shape[-1] for x in found)
        return torch.cat([x[..., :side, :side] for x in found])

    def export(self, parameters: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The generator in float16; critics have done their work."""
        mine = {name: tensor for name, tensor in parameters.items() if not name.startswith(_CRITIC)}
        return super().export({**mine, f"{mgan.LAYER}.scale": self.buffers["scale"]})

    def headline(self) -> str:
        """See Repainting.headline."""
        return f"""# mgan: {self.names[0]}, against a critic of patches

The generator of Li & Wand 2016 on the slim encoder. A small recipe on a small machine: not the paper's quality."""
