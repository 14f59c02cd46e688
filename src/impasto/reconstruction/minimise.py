"""Move the pixels until the loss is small: L-BFGS with a strong Wolfe search, or Adam with an averaged picture.

The picture is not clamped while it moves (clamping inside a line search breaks its gradients) but every picture handed out is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import torch
from torch import Tensor

from impasto.core import Context
from impasto.image.tensors import to_array

Optimiser = Literal["lbfgs", "adam"]


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where a descent ended: the best picture (1, 3, H, W) in [0, 1], its loss terms, and every loss in order."""

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
_MOST_RETRIES = 2  # after a non-finite loss: shorter steps from the best picture, twice, then stop with a warning


def memory_bytes(pixels: float, optimiser: Optimiser) -> float:
    """What the optimiser keeps beside the network's features: float32 pictures of three channels."""
    pictures = 2 * _HISTORY + 10 if optimiser == "lbfgs" else 8
    return 12.0 * pixels * pictures


class _Stop(Exception):
    """Leaves the optimiser from inside its closure."""


class _Descent:
    """The state of one minimisation: the moving picture, the best one seen, and who is told about it."""

    def __init__(
        self, picture: Tensor, objective: Objective, steps: int, context: Context, done: int, total: int
    ) -> None:
        self.moving = picture.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
        self.objective, self.steps = objective, steps
        self.context, self.done, self.total = context, done, total
        self.best, self.best_loss, self.finite = self.moving.detach().clone(), math.inf, True
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
            self.objective.refresh(self.moving.detach())
            self.best_loss = math.inf

    def evaluate(self) -> Tensor:
        """Loss and gradient at the moving picture; remembers the best picture; leaves when told to or when spent."""
        if self.context.stopping or self.left <= 0:
            raise _Stop
        loss, terms = self.objective(self.moving)
        (gradient,) = torch.autograd.grad(loss, self.moving)
        loss = loss.detach()
        value = loss.item()
        self.losses.append(value)
        if not (math.isfinite(value) and bool(torch.isfinite(gradient).all())):
            self.finite = False
            raise _Stop
        self.moving.grad = gradient.contiguous()
        if value < self.best_loss:
            self.best_loss, self.best, self.terms = value, self.moving.detach().clone(), terms
        # The best picture, not the one the line search is trying; made into an array only when somebody looks.
        self.context.report(self.done + len(self.losses), self.total, lambda: to_array(self.best), loss=self.best_loss)
        return loss

    def restart(self) -> None:
        """Go back to the best picture after a loss that was not a number."""
        with torch.no_grad():
            self.moving.copy_(self.best)
        self.finite = True


def minimise(picture: Tensor, objective: Objective, steps: int, context: Context, *, optimiser: Optimiser = "lbfgs",
             learning_rate: float = 0.02, average: float = 0.9, done: int = 0, total: int | None = None) -> Minimum:  # fmt: skip
    """Spend `steps` evaluations of loss and gradient from `picture` on; give back the best picture found, in [0, 1].

    learning_rate and average (of the exponential moving average of pictures) are Adam's; L-BFGS finds its own step
    (Liu & Nocedal 1989, strong Wolfe conditions). A `MovingObjective` is refreshed at the start and every so many
    evaluations; L-BFGS keeps what it learnt about curvature, but learns nothing from the step across. A loss that is not finite restores the best picture and goes on with
    shorter steps. KeyboardInterrupt and context.stop() end the run with the best picture so far. done and total place
    these steps inside a longer run for the listener.
    """
    descent = _Descent(picture, objective, steps, context, done, total or steps)
    shorten = 1.0
    for _ in range(_MOST_RETRIES + 1):
        try:
            if optimiser == "lbfgs":
                _lbfgs(descent, shorten)
            else:
                _adam(descent, learning_rate * shorten, average)
        except _Stop:
            pass
        except KeyboardInterrupt:
            context.stop()
        if descent.finite:
            break
        context.warn("the loss stopped being a number; went back to the best picture and took shorter steps")
        descent.restart()
        shorten *= 0.25
    return Minimum(descent.best.clamp(0, 1), descent.terms, descent.losses)


def _lbfgs(descent: _Descent, shorten: float) -> None:
    # Zero tolerances: steps are counted by the caller, and single-precision losses trip torch's defaults early.
    optimiser = torch.optim.LBFGS([descent.moving], lr=shorten, history_size=_HISTORY, tolerance_grad=0, tolerance_change=0,
                                  line_search_fn="strong_wolfe")  # fmt: skip
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
        if "d" in (state := optimiser.state[descent.moving]):
            state["d"].zero_()


def _adam(descent: _Descent, rate: float, average: float) -> None:
    optimiser = torch.optim.Adam([descent.moving], lr=rate)
    mean = descent.moving.detach().clone()
    every = descent.stretch
    descent.refresh()
    for step in range(1, descent.left):
        if step > 1 and (step - 1) % every == 0:
            descent.refresh()
        optimiser.step(descent.evaluate)  # type: ignore[arg-type]
        # Bias-corrected like Adam's own moments, so that early averages are not the start picture.
        mean.lerp_(descent.moving.detach(), (1 - average) / (1 - average**step))
    with torch.no_grad():
        descent.moving.copy_(mean)
    descent.evaluate()  # the last step tries the average: it wins only if it is better
