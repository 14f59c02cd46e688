"""Move the pixels until the loss is small: L-BFGS with a strong Wolfe search, or Adam with an averaged picture.

The picture is not clamped while it moves (clamping inside a line search breaks its gradients) but every picture handed out is.
"""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

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

_HISTORY = 20  # curvature pairs; each costs two pictures of memory, and more than twenty bought no lower loss
_MARK = "__dynamo_disable"  # where torch._compile keeps what the compiler made of a function
_MOST_RETRIES = 2  # after a non-finite loss: shorter steps from the best picture, twice, then stop with a warning


def memory_bytes(pixels: float, optimiser: Optimiser) -> float:
    """What the optimiser keeps beside the network's features: float32 pictures of three channels."""
    pictures = 2 * _HISTORY + 10 if optimiser == "lbfgs" else 8
    return 12.0 * pixels * pictures


@contextmanager
def _uncompiled() -> Iterator[None]:
    """Let torch's L-BFGS be made without loading its compiler, which takes longer than a small picture's painting.

    Its constructor loads the compiler only to tell it that it should keep out. Where a torch is built otherwise, this
    does nothing; nor would it help Adam, whose every step loads it.
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
    (Liu & Nocedal 1989, strong Wolfe conditions). A loss that is not finite restores the best picture and goes on with
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
    with _uncompiled():
        optimiser = torch.optim.LBFGS(
            [descent.moving], lr=shorten, max_iter=descent.left, max_eval=2 * descent.left, history_size=_HISTORY,
            tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe",
        )  # fmt: skip
    optimiser.step(descent.evaluate)  # type: ignore[arg-type]


def _adam(descent: _Descent, rate: float, average: float) -> None:
    optimiser = torch.optim.Adam([descent.moving], lr=rate)
    mean = descent.moving.detach().clone()
    for step in range(1, descent.left):
        optimiser.step(descent.evaluate)  # type: ignore[arg-type]
        # Bias-corrected like Adam's own moments, so that early averages are not the start picture.
        mean.lerp_(descent.moving.detach(), (1 - average) / (1 - average**step))
    with torch.no_grad():
        descent.moving.copy_(mean)
    descent.evaluate()  # the last step tries the average: it wins only if it is better
