"""The control flow of `mdan`: colour, scales, and at each a critic and the pixels by turns."""

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.content.colour import palette, recoloured, with_kept_colour
from impasto.content.features import feature_loss
from impasto.content.smoothness import total_variation
from impasto.core import Cancelled, Context, Inputs, Result, UsageError
from impasto.encoders import encoder
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import check_layers, deepest
from impasto.image import resize, style_size
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.descent import enlarge
from impasto.reconstruction.first_order import Adam
from impasto.reconstruction.resume import State, book_of, placed, watch
from impasto.reconstruction.schedule import Scale, coarse_to_fine
from impasto.textures.critic import Critic

from . import Options

_FIRST_STEPS = 20  # of the critic alone: a picture that follows one who knows nothing is only spoiled
_CRITIC_RATE = 2e-3
_DECAYS = (0.5, 0.99)  # Li & Wand 2016: a short memory, since the other side moves as well
_BALANCE_EVERY = 10  # steps
_MARGIN_PX = 8
_PROBE = 0.05  # noise on the picture at which pulls are measured

Critics = dict[str, Critic]
"""One for each layer."""


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Move the pixels, coarse to fine, until the critic takes their patches for the paintings'."""
    use_threads(context.run)
    if context.stopping:
        raise Cancelled("stopped before there was a picture")
    duel = Duel(inputs, options, context)
    picture = duel.fight()
    finished = with_kept_colour(to_array(picture), inputs.content, options.preserve_colour)
    return Result(finished, duel.report())


@dataclass
class Goal:
    """What is aimed at on one scale: the photo's features, and the paintings' by layer, one map for every view of them."""

    content: Tensor
    real: dict[str, list[Tensor]]


class Bout:
    """What changes in the course of one scale: the picture, the critics, and what both know of their gradients."""

    def __init__(self, picture: Tensor, goal: Goal, learning_rate: float, generator: torch.Generator) -> None:
        self.critics = {layer: Critic(maps, generator) for layer, maps in goal.real.items()}
        self.learner = Adam(
            [tensor for critic in self.critics.values() for tensor in critic.tensors], _CRITIC_RATE, _DECAYS
        )
        self.picture = picture.contiguous().requires_grad_()
        self.painter = Adam([self.picture], learning_rate, _DECAYS)
        self.pulls = {"style": 1.0, "content": 1.0, "tv": 1.0}
        self.values: dict[str, float] = {}
        self.step = 0

    def state(self) -> State:
        """All of it, to be laid down."""
        return {
            "leaves": [self.picture, *self.learner.leaves], "learner": self.learner.memory(), "painter": self.painter.memory(),
            "pulls": self.pulls, "values": self.values, "step": self.step,
        }  # fmt: skip

    def load(self, state: State) -> None:
        """Stand where that was laid down."""
        with torch.no_grad():
            for leaf, value in zip([self.picture, *self.learner.leaves], state["leaves"], strict=True):
                leaf.copy_(value)
        self.learner.load(state["learner"])
        self.painter.load(state["painter"])
        self.pulls, self.values, self.step = state["pulls"], state["values"], state["step"]


class Duel:
    """The pictures, the encoder and the account of one run."""

    def __init__(self, inputs: Inputs, options: Options, context: Context) -> None:
        self.inputs, self.options, self.context = inputs, options, context
        self.device = choose_device(context.run)
        self.precision = choose_precision(context.run, self.device)
        self.layers = check_layers((*options.style_layers, options.content_layer))
        if sum(options.style_layers.values()) <= 0 or options.style_weight <= 0:
            raise UsageError("style_layers, style_weight: no critic has any weight; nothing of the painting would come")
        self.look = encoder.load(options.encoder, deepest(self.layers), precision=self.precision, device=self.device)
        self.content, self.paintings = recoloured(inputs, options.preserve_colour)
        if options.recolour and options.preserve_colour == "off":
            self.content = palette(inputs)
        self.generator = watch(context, torch.Generator().manual_seed(context.run.seed))
        self.stages = coarse_to_fine(inputs.content.shape[:2], options.steps, scales=options.scales)
        self.account: list[dict[str, object]] = []

    def see(self, picture: Tensor) -> dict[str, Tensor]:
        """Features of the picture, mirrored a little beyond its edges so that none grow a frame."""
        return self.look(picture, self.layers, margin_px=_MARGIN_PX)

    def goal(self, size: tuple[int, int]) -> Goal:
        """Photo and paintings at one scale; a painting is seen upright and as in a mirror."""
        content = self.see(to_tensor(resize(self.content, size), self.device))[self.options.content_layer]
        real: dict[str, list[Tensor]] = {layer: [] for layer in self.options.style_layers}
        for painting in self.paintings:
            scaled = resize(painting, style_size(painting.shape[:2], size, self.options.style_scale))
            view = to_tensor(scaled, self.device)
            for seen in (self.see(view), self.see(view.flip(3))):
                for layer, maps in real.items():
                    maps.append(seen[layer])
        return Goal(content, real)

    def fight(self) -> Tensor:
        """The picture (1, 3, H, W) after all the scales, or as far as it got."""
        picture = to_tensor(resize(self.content, self.stages[0].size), self.device)
        done = 0
        for stage in self.stages:
            if self.context.stopping:
                break
            picture = self.at(stage, enlarge(picture, stage.size).clamp(0, 1), done)
            done += stage.steps
        return enlarge(picture, self.stages[-1].size).clamp(0, 1)

    def at(self, stage: Scale, picture: Tensor, done: int) -> Tensor:
        """Critic and pixels by turns at one scale."""
        book = book_of(self.context)
        if book is not None and (ended := book.give()) is not None:
            self.account.append(ended["account"])
            return ended["picture"].to(self.device)
        with torch.no_grad():
            goal = self.goal(stage.size)
            start = self.see(picture)
        bout = Bout(picture, goal, self.options.learning_rate, self.generator)
        if book is not None and (cut := book.take_up()) is not None:
            bout.load(placed(cut, self.device))
            self.context.notes["resumed_at_step"] = done + bout.step
        else:
            for _ in range(min(_FIRST_STEPS, 4 * stage.steps)):
                self.teach(bout.critics, bout.learner, goal, start)
        total = sum(s.steps for s in self.stages)
        while bout.step < stage.steps and not self.context.stopping:
            if book is not None and bout.step and book.keeper.due():
                book.keep(bout.state())
            # Smaller and smaller steps: two that play against one another else never come to rest.
            bout.painter.learning_rate = self.options.learning_rate * (1 - 0.9 * bout.step / stage.steps)
            self.turn(bout, goal)
            now = bout.picture.detach()
            self.context.report(done + bout.step, total, lambda now=now: to_array(now), "", **bout.values)
        account = {"size": list(stage.size[::-1]), "steps": stage.steps, "terms": bout.values}
        self.account.append(account)
        found = bout.picture.detach()
        if book is not None:
            book.end({"picture": found, "account": account})
        return found

    def turn(self, bout: "Bout", goal: Goal) -> None:
        """One update of the pixels, and the critic's answer."""
        if bout.step % _BALANCE_EVERY == 0:
            bout.pulls = self.balance(bout.picture, bout.critics, goal)
        bout.values = self.move(bout.painter, bout.picture, bout.critics, goal, bout.pulls)
        with torch.no_grad():
            made = self.see(bout.picture)
        for _ in range(self.options.critic_steps):
            bout.values["critic"] = self.teach(bout.critics, bout.learner, goal, made)
        bout.step += 1

    def teach(self, critics: Critics, learner: Adam, goal: Goal, made: dict[str, Tensor]) -> float:
        """One update of the critics, against one of the paintings' views; their mean loss before."""
        which = int(torch.randint(2 * len(self.paintings), (), generator=self.generator))
        found = 0.0

        def evaluate() -> None:
            nonlocal found
            for tensor in learner.leaves:
                tensor.grad = None
            losses = [critic.loss(goal.real[layer][which], made[layer]) for layer, critic in critics.items()]
            torch.stack(losses).sum().backward()
            found = torch.stack(losses).mean().item()

        learner.step(evaluate)
        return found

    def terms(self, picture: Tensor, critics: Critics, goal: Goal) -> dict[str, Tensor]:
        """Every loss of the picture."""
        seen = self.see(picture)
        shares = self.options.style_layers
        dislikes = [shares[layer] * critic.dislike(seen[layer]) for layer, critic in critics.items()]
        return {
            "style": torch.stack(dislikes).sum() / sum(shares.values()),
            "content": feature_loss(seen[self.options.content_layer], goal.content),
            "tv": total_variation(picture),
        }

    def balance(self, picture: Tensor, critics: Critics, goal: Goal) -> dict[str, float]:
        """Weights by which the terms pull at the pixels as hard as asked, measured at the picture with a little noise.

        At the photo itself the content would not pull at all.
        """
        options = self.options
        asked = {"style": options.style_weight, "content": options.content_weight, "tv": options.tv_weight}
        noisy = picture.detach() + _PROBE * torch.randn(picture.shape, generator=self.generator).to(self.device)
        noisy.requires_grad_()
        found = self.terms(noisy, critics, goal)
        weights: dict[str, float] = {}
        for name, pull in asked.items():
            (gradient,) = torch.autograd.grad(found[name], noisy, retain_graph=True)
            norm = gradient.float().norm().item()
            weights[name] = pull / norm if norm > 0 else 0.0
        return weights

    def move(
        self, painter: Adam, picture: Tensor, critics: Critics, goal: Goal, pulls: dict[str, float]
    ) -> dict[str, float]:
        """One update of the pixels; the terms before."""
        values: dict[str, float] = {}

        def evaluate() -> None:
            picture.grad = None
            found = self.terms(picture, critics, goal)
            values.update({name: term.item() for name, term in found.items()})
            torch.stack([pulls[name] * term for name, term in found.items()]).sum().backward()

        painter.step(evaluate)
        with torch.no_grad():
            picture.clamp_(0, 1)
        return values

    def report(self) -> dict[str, object]:
        """What happened, JSON-ready."""
        return {
            "device": self.device.type, "precision": self.precision, "encoder": self.options.encoder,
            "weights": [self.options.encoder], "stages": self.account,
        }  # fmt: skip
