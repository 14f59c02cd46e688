"""Move the pixels until the loss is small: L-BFGS with a strong Wolfe search, or Adam or RMSprop with an averaged picture.

What moves are the pixels, or the bands of the picture's Laplacian pyramid. The picture is not clamped while it moves (clamping inside a line search breaks its gradients) but every picture handed out is.
"""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, Protocol, runtime_checkable

import torch
from torch import Tensor

from impasto.core import Context
from impasto.image.tensors import to_array

from .first_order import Adam, RMSprop
from .pyramid import collapse, laplacian_pyramid
from .resume import State, book_of, placed

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
# Pixels above which L-BFGS is given its first step. Of its own it moves all pixels together by one at most, whatever their
# number, and feels its way up tenfold: six evaluations at 256 px, eight at 3000, where a scale may have no more.
_GIVEN_STEP = 4e5
_FIRST_MOVE = 2e-3  # mean change of a value then; searches ended between 2 and 6 thousandths
_MARK = "__dynamo_disable"  # where torch._compile keeps what the compiler made of a function
_PAUSE_S = 5.0  # L-BFGS pauses about so often to see whether its state is to be laid down
_MOST_KEPT = 6e8  # bytes of curvature that are laid down; larger pictures go on without, and learn it anew
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
        self.book, self.again, self.attempt = book_of(context), False, 0
        self.cut: State = {}

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
        if self.context.stopping or (self.left <= 0 and not self.again):
            raise _Stop
        loss, terms = self.objective(collapse(self.leaves))
        gradients = torch.autograd.grad(loss, self.leaves)
        loss = loss.detach()
        value = loss.item()
        if self.again:  # after a pause, where the descent stands already: nothing new
            self.again = False
            for leaf, gradient in zip(self.leaves, gradients, strict=True):
                leaf.grad = gradient.contiguous()
            return loss
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

    def take_up(self) -> None:
        """Go on where an earlier process was cut off in this descent, if it was."""
        state = self.book.take_up() if self.book is not None else None
        if state is None or [leaf.shape for leaf in state["leaves"]] != [leaf.shape for leaf in self.leaves]:
            return
        self.put([leaf.to(self.leaves[0]) for leaf in state["leaves"]])
        self.best = [leaf.to(self.leaves[0]) for leaf in state["best"]]
        self.best_loss, self.losses, self.terms = state["best_loss"], state["losses"], state["terms"]
        self.attempt, self.cut = state["attempt"], state["optimiser"]
        self.context.notes["resumed_at_step"] = self.done + len(self.losses)

    def lay_down(self, optimiser: Callable[[], State]) -> None:
        """Keep the state of the descent and its optimiser, if it is time to. Called where nothing is half done."""
        if self.book is None or not self.book.keeper.due():
            return
        self.book.keep({
            "leaves": self.snapshot(), "best": self.best, "best_loss": self.best_loss, "losses": self.losses,
            "terms": self.terms, "attempt": self.attempt, "optimiser": optimiser(),
        })  # fmt: skip

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
    the run with the picture kept so far. done and total place these steps inside a longer run for the listener. Where the
    context has a keeper, the state is laid down now and then, and an earlier process's is gone on with: to the same end.
    """
    book = book_of(context)
    if book is not None and (ended := book.give()) is not None:
        return Minimum(ended["picture"].to(picture), ended["terms"], ended["losses"])
    descent = _Descent(picture, objective, steps, context, (done, total or steps), bands, keep)
    descent.take_up()
    while descent.attempt <= _MOST_RETRIES:
        shorten = 0.25**descent.attempt
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
        descent.attempt += 1
    found = Minimum(collapse(descent.best).clamp(0, 1), descent.terms, descent.losses)
    if book is not None:
        book.end({"picture": found.picture, "terms": found.terms, "losses": found.losses})
    return found


def _lbfgs(descent: _Descent, shorten: float) -> None:
    # Zero tolerances: steps are counted by the caller, and single-precision losses trip torch's defaults early.
    pixels = max(leaf.shape[-2] * leaf.shape[-1] for leaf in descent.leaves)
    with _uncompiled():
        optimiser = torch.optim.LBFGS(
            descent.leaves, lr=shorten, history_size=history_for(pixels), tolerance_grad=0, tolerance_change=0,
            line_search_fn="strong_wolfe",
        )  # fmt: skip
    (group,) = optimiser.param_groups
    state: State = optimiser.state[descent.leaves[0]]
    if descent.cut:
        state.update(placed(descent.cut, descent.leaves[0].device))
        descent.cut = {}
    moving = isinstance(descent.objective, MovingObjective)
    moved = False
    while True:
        descent.lay_down(lambda: _curvature(state))
        descent.refresh()
        if pixels > _GIVEN_STEP and not state:
            state.update(_first_step(descent, shorten))
            moved = True
        fixed = descent.stretch == descent.left
        if fixed and not moving and descent.book is not None:
            return _with_pauses(descent, optimiser, group, state, moved)
        group["max_iter"] = descent.stretch
        group["max_eval"] = 2 * descent.left if fixed else descent.stretch
        optimiser.step(descent.evaluate)  # type: ignore[arg-type]
        if fixed:
            return None
        # A last step of length zero has no curvature to learn from: torch then skips the pair of gradients across.
        if "d" in state:
            state["d"].zero_()


def _first_step(descent: _Descent, shorten: float) -> State:
    """Move a little against the gradient, and give what L-BFGS knows after its first step: the next has a length to go by."""
    loss = descent.evaluate()
    gradients = [leaf.grad for leaf in descent.leaves if leaf.grad is not None]
    gradient = torch.cat([g.flatten() for g in gradients])
    size = gradient.abs().mean().item()
    if size == 0:
        return {}
    step = shorten * _FIRST_MOVE / size
    descent.put([leaf - step * g for leaf, g in zip(descent.snapshot(), gradients, strict=True)])
    known = {"d": gradient.neg(), "t": step, "prev_flat_grad": gradient, "prev_loss": loss.item()}
    history = {"old_dirs": [], "old_stps": [], "ro": [], "H_diag": gradient.new_tensor(step)}
    return known | history | {"func_evals": 1, "n_iter": 1}


def _with_pauses(descent: _Descent, optimiser: torch.optim.LBFGS, group: dict[str, Any], state: State, moved: bool) -> None:  # fmt: skip
    """The same descent in stretches, so that its state can be laid down between two.

    Each begins with loss and gradient where it stands, which L-BFGS had thrown away: one evaluation that counts for
    nothing, and every picture is the one that it would have been without the pause. moved: it stands where nothing has
    been evaluated yet.
    """
    stretch = 4
    while True:
        before, start = state.get("n_iter", 0), monotonic()
        descent.again, moved = before > 0 and not moved, False
        group["max_iter"], group["max_eval"] = stretch, 10 * descent.steps
        optimiser.step(descent.evaluate)  # type: ignore[arg-type]
        if state["n_iter"] - before < stretch:
            return  # it came to rest
        descent.lay_down(lambda: _curvature(state))
        each = (monotonic() - start) / stretch
        stretch = int(min(100, max(4, _PAUSE_S / max(each, 1e-3))))


def _curvature(state: State) -> State:
    """What L-BFGS knows, less its scratch paper; nothing where that is too much to lay down."""
    pairs = [*state.get("old_dirs", ()), *state.get("old_stps", ())]
    if sum(pair.numel() * pair.element_size() for pair in pairs) > _MOST_KEPT:
        return {}
    return {name: value for name, value in state.items() if name != "al"}


def _first_order(descent: _Descent, optimiser: Adam | RMSprop, average: float) -> None:
    mean = descent.snapshot()
    every, begun, last = descent.stretch, 1, descent.left
    if descent.cut:
        state = placed(descent.cut, descent.leaves[0].device)
        optimiser.load(state["memory"])
        mean, every, begun, last = state["mean"], state["every"], state["step"], state["last"]
        descent.cut = {}
    else:
        descent.refresh()
    moving = isinstance(descent.objective, MovingObjective)
    for step in range(begun, last):
        at_refresh = step > 1 and (step - 1) % every == 0
        if step > 1 and (at_refresh or not moving):  # between two refreshes the targets would be lost
            now = {"mean": mean, "every": every, "step": step, "last": last}
            descent.lay_down(lambda now=now: now | {"memory": optimiser.memory()})
        if at_refresh:
            descent.refresh()
        optimiser.step(descent.evaluate)
        # Bias-corrected like Adam's own moments, so that early averages are not the start picture.
        for held, leaf in zip(mean, descent.leaves, strict=True):
            held.lerp_(leaf.detach(), (1 - average) / (1 - average**step))
    descent.put(mean)
    descent.evaluate()  # the last step tries the average: it wins if it is better, or if the last is what counts
