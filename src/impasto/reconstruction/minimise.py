"""Move the pixels until the loss is small: L-BFGS with a strong Wolfe search, or Adam or RMSprop with an averaged picture.

What moves are the pixels, or the bands of the picture's Laplacian pyramid. The picture is not clamped while it moves (clamping inside a line search breaks its gradients) but every picture handed out is.
"""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import torch
from torch import Tensor

from impasto.core import Context
from impasto.image.tensors import to_array

from .first_order import Adam, RMSprop
from .pyramid import collapse, laplacian_pyramid

Optimiser = Literal["lbfgs", "adam", "rmsprop"]
Keep = Literal["best", "last"]


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where a descent ended: the picture it keeps (1, 3, H, W) in [0, 1], its loss terms, and every loss in order."""

    picture: Tensor
    terms: dict[str, float]
    losses: list[float]


Objective = Callable[[Tensor], tuple[Tensor, dict[str, float]]]
"""(picture (1, 3, H, W)) -> (scalar loss, its terms by name for the report)."""


@runtime_checkable
class MovingObjective(Protocol):
    """An objective whose targets depend on the picture: set anew every so many evaluations, held still in between.

    L-BFGS needs the stillness: gradients of two different losses have no curvature in common.
    """

    refresh_every: int

    def __call__(self, picture: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Loss and terms, as any objective gives them."""
        ...

    def refresh(self, picture: Tensor) -> None:
        """Set the targets for the picture (1, 3, H, W) as it is now."""
        ...


_HISTORY = 20  # curvature pairs; each costs two pictures of memory, and more than twenty bought no lower loss
_LARGE = 2e6  # pixels; above it fewer pairs are kept, since few steps are taken there and memory is short
_LEAST_HISTORY = 5
_MARK = "__dynamo_disable"  # where torch._compile keeps what the compiler made of a function
_MOST_RETRIES = 2  # after a non-finite loss: shorter steps from the best picture, twice, then stop with a warning


def history_for(pixels: float) -> int:
    """Curvature pairs that L-BFGS keeps for a picture of so many pixels."""
    return max(_LEAST_HISTORY, int(_HISTORY * min(1.0, _LARGE / pixels)))


def memory_bytes(pixels: float, optimiser: Optimiser) -> float:
    """What the optimiser keeps beside the network's features: float32 pictures of three channels."""
    pictures = 2 * history_for(pixels) + 10 if optimiser == "lbfgs" else 8
    return 12.0 * pixels * pictures


@contextmanager
def _uncompiled() -> Iterator[None]:
    """Let torch's L-BFGS be made without loading its compiler, which takes longer than a small picture's painting.

    Its constructor loads the compiler only to tell it that it should keep out. Where a torch is built otherwise, this
    does nothing.
    """
    function = getattr(torch.optim.Optimizer.add_param_group, "__wrapped__", None)
    if function is None or "torch._dynamo" in sys.modules or hasattr(function, _MARK):
        yield
        return
    setattr(function, _MARK, function)
    try:
        yield
    finally:
        delattr(function, _MARK)


class _Stop(Exception):
    """Leaves the optimiser from inside its closure."""


class _Descent:
    """The state of one minimisation: the moving picture, the one to keep, and who is told about it."""

    def __init__(self, picture: Tensor, objective: Objective, steps: int, context: Context, place: tuple[int, int],
                 bands: int, keep: Keep) -> None:  # fmt: skip
        start = picture.detach().clone(memory_format=torch.contiguous_format)
        leaves = laplacian_pyramid(start, bands) if bands else [start]
        self.leaves = [leaf.contiguous().requires_grad_() for leaf in leaves]
        self.objective, self.steps, self.keep = objective, steps, keep
        self.context, (self.done, self.total) = context, place
        self.best, self.best_loss, self.finite = self.snapshot(), math.inf, True
        self.losses: list[float] = []
        self.terms: dict[str, float] = {}

    @property
    def left(self) -> int:
        """Evaluations that may still be spent."""
        return self.steps - len(self.losses)

    @property
    def stretch(self) -> int:
        """Evaluations before the targets move; all that are left where they never do."""
        return (
            min(self.left, self.objective.refresh_every) if isinstance(self.objective, MovingObjective) else self.left
        )

    def refresh(self) -> None:
        """Let the targets follow the picture. Losses before and after do not compare, so the best is sought anew."""
        if isinstance(self.objective, MovingObjective) and self.left and not self.context.stopping:
            self.objective.refresh(collapse(self.leaves).detach())
            self.best_loss = math.inf

    def snapshot(self) -> list[Tensor]:
        """Copies of what moves."""
        return [leaf.detach().clone() for leaf in self.leaves]

    def put(self, values: list[Tensor]) -> None:
        """Move to where a snapshot was taken."""
        with torch.no_grad():
            for leaf, value in zip(self.leaves, values, strict=True):
                leaf.copy_(value)

    def evaluate(self) -> Tensor:
        """Loss and gradient at the moving picture; remembers the one to keep; leaves when told to or when spent."""
        if self.context.stopping or self.left <= 0:
            raise _Stop
        loss, terms = self.objective(collapse(self.leaves))
        gradients = torch.autograd.grad(loss, self.leaves)
        loss = loss.detach()
        value = loss.item()
        self.losses.append(value)
        if not (math.isfinite(value) and all(bool(torch.isfinite(gradient).all()) for gradient in gradients)):
            self.finite = False
            raise _Stop
        for leaf, gradient in zip(self.leaves, gradients, strict=True):
            leaf.grad = gradient.contiguous()
        if value < self.best_loss or self.keep == "last":
            self.best_loss, self.best, self.terms = value, self.snapshot(), terms
        # The best picture, not the one the line search is trying; made into an array only when somebody looks.
        step = self.done + len(self.losses)
        self.context.report(step, self.total, lambda: to_array(collapse(self.best)), loss=self.best_loss)
        return loss

    def restart(self) -> None:
        """Go back to the picture kept after a loss that was not a number."""
        self.put(self.best)
        self.finite = True


def minimise(picture: Tensor, objective: Objective, steps: int, context: Context, *, optimiser: Optimiser = "lbfgs",
             learning_rate: float = 0.02, average: float = 0.9, bands: int = 0, keep: Keep = "best", done: int = 0,
             total: int | None = None) -> Minimum:  # fmt: skip
    """Spend `steps` evaluations of loss and gradient from `picture` on; give back the picture to keep, in [0, 1].

    learning_rate and average (of the exponential moving average of pictures) are Adam's and RMSprop's; L-BFGS finds
    its own step (Liu & Nocedal 1989, strong Wolfe conditions). bands: move the picture's Laplacian pyramid of so many
    bands of detail; 0 moves the pixels. keep: the best picture, or the last, for losses that are sampled anew at every
    step and whose values therefore cannot be compared. A `MovingObjective` is refreshed at the start and every so many
    evaluations; L-BFGS keeps what it learnt about curvature, but learns nothing from the step across. A loss that is
    not finite restores the picture kept so far and goes on with shorter steps. KeyboardInterrupt and context.stop() end
    the run with the picture kept so far. done and total place these steps inside a longer run for the listener.
    """
    descent = _Descent(picture, objective, steps, context, (done, total or steps), bands, keep)
    shorten = 1.0
    for _ in range(_MOST_RETRIES + 1):
        try:
            if optimiser == "lbfgs":
                _lbfgs(descent, shorten)
            else:
                kind = Adam if optimiser == "adam" else RMSprop
                _first_order(descent, kind(descent.leaves, learning_rate * shorten), average)
        except _Stop:
            pass
        except KeyboardInterrupt:
            context.stop()
        if descent.finite:
            break
        context.warn("the loss stopped being a number; went back to the best picture and took shorter steps")
        descent.restart()
        shorten *= 0.25
    return Minimum(collapse(descent.best).clamp(0, 1), descent.terms, descent.losses)


def _lbfgs(descent: _Descent, shorten: float) -> None:
    # Zero tolerances: steps are counted by the caller, and single-precision losses trip torch's defaults early.
    pixels = max(leaf.shape[-2] * leaf.shape[-1] for leaf in descent.leaves)
    with _uncompiled():
        optimiser = torch.optim.LBFGS(
            descent.leaves, lr=shorten, history_size=history_for(pixels), tolerance_grad=0, tolerance_change=0,
            line_search_fn="strong_wolfe",
        )  # fmt: skip
    (group,) = optimiser.param_groups
    while True:
        descent.refresh()
        fixed = descent.stretch == descent.left
        group["max_iter"] = descent.stretch
        group["max_eval"] = 2 * descent.left if fixed else descent.stretch
        optimiser.step(descent.evaluate)  # type: ignore[arg-type]
        if fixed:
            return
        # A last step of length zero has no curvature to learn from: torch then skips the pair of gradients across.
        if "d" in (state := optimiser.state[descent.leaves[0]]):
            state["d"].zero_()


def _first_order(descent: _Descent, optimiser: Adam | RMSprop, average: float) -> None:
    mean = descent.snapshot()
    every = descent.stretch
    descent.refresh()
    for step in range(1, descent.left):
        if step > 1 and (step - 1) % every == 0:
            descent.refresh()
        optimiser.step(descent.evaluate)
        # Bias-corrected like Adam's own moments, so that early averages are not the start picture.
        for held, leaf in zip(mean, descent.leaves, strict=True):
            held.lerp_(leaf.detach(), (1 - average) / (1 - average**step))
    descent.put(mean)
    descent.evaluate()  # the last step tries the average: it wins if it is better, or if the last is what counts
