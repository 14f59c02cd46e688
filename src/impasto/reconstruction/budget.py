"""The error budget of StyLit (Fiser et al. 2016, section 4): patches of the style are given away while they fit well.

Where every patch of the result takes what fits it best, a few smooth patches of the style are taken over and over. Here
the style's patches choose: each finds its best place in the result, and gets it if it fits well enough. How well is well
enough, the errors tell: sorted, they rise slowly and then steeply, and the budget is the knee between.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.kernels.compiled import in_bands
from impasto.kernels.patchmatch import improve, measure

if TYPE_CHECKING:
    from .guided import Level

_SAMPLES = 50  # of the sorted errors
_MOST_ROUNDS = 12  # of giving away; then, or when so much is filled, the rest takes what fits best
_FILLED = 0.95


def budget_turn(level: "Level", number: int) -> None:
    """Give the style's patches away round by round, let the places that are left choose, and vote."""
    plan, patch = level.plan, level.patch
    height, width = level.size
    empty = np.ones(level.size, np.bool_)
    places = np.random.default_rng([plan.seed, level.number, number, 1])
    offers = np.empty((*level.source_size, 2), np.int32)
    limit = None
    for turn in range(_MOST_ROUNDS):
        free = np.argwhere(empty)
        if len(free) <= (1 - _FILLED) * empty.size:
            break
        # What is still free stays where it was; what is not starts anew.
        lost = np.ones(level.source_size, np.bool_) if not turn else ~empty[offers[..., 0], offers[..., 1]]
        offers[lost] = free[places.integers(len(free), size=int(lost.sum()))]
        errors = seek(level, offers, empty, seed=(number * _MOST_ROUNDS + turn) * plan.passes)
        errors[~level.valid] = np.inf
        if limit is None:
            level.budget = limit = level.budget if level.budget is not None else knee(errors[level.valid])
        given = give(errors, offers, limit, width)
        level.field[given[:, 0], given[:, 1]] = given[:, 2:]
        empty[given[:, 0], given[:, 1]] = False
        if len(given) < 0.001 * empty.size:
            break
    level.filled = 1 - float(empty.mean())
    in_bands(
        height, plan.threads, lambda a, b: measure(level.source, level.target, level.field, level.errors, patch, a, b)
    )
    for sweep in range(plan.passes):
        level.sweep(plan, empty, backward=sweep % 2 == 1, seed=number * plan.passes + sweep, penalty=0.0)
    level.vote(3 * patch**2 * 255.0 if plan.weighted else 0.0)


def seek(level: "Level", offers: NDArray[np.int32], empty: NDArray[np.bool_], seed: int) -> Array:
    """Improve where each of the style's patches would go, among the empty places; returns their errors (h, w).

    The same search with the roles exchanged, in one tile: its own random numbers, no uniformity.
    """
    plan, rows = level.plan, level.source_size[0]
    errors = np.empty(level.source_size, np.float32)
    measure(level.target, level.source, offers, errors, level.patch, 0, rows)
    nothing, none = np.zeros(1, np.int32), np.zeros(1, np.float32)
    edges = [0, rows] if rows < 96 else [rows * n // 4 for n in range(5)]
    for sweep in range(plan.passes):
        before = offers.copy()
        seeds = np.random.default_rng([plan.seed, level.number, seed, sweep]).integers(1, 2**63, len(edges))

        def work(first: int, end: int, before: NDArray[np.int32] = before, sweep: int = sweep, seeds: NDArray[np.int64] = seeds) -> None:  # fmt: skip
            for n in range(first, end):
                improve(level.target, level.source, offers, before, errors, nothing, none, empty, level.valid, level.patch,
                        np.float32(0), sweep % 2 == 1, int(seeds[n]), edges[n], edges[n + 1])  # fmt: skip

        in_bands(len(edges) - 1, plan.threads, work)
    return errors


def give(errors: Array, offers: NDArray[np.int32], limit: float, width: int) -> NDArray[np.intp]:
    """Rows (place y, place x, style y, style x): every place goes to the best offer within the limit."""
    order = np.argsort(errors, axis=None, kind="stable")
    order = order[errors.ravel()[order] <= limit]
    taken = offers.reshape(-1, 2)[order].astype(np.intp)
    _, first = np.unique(taken[:, 0] * width + taken[:, 1], return_index=True)
    source = np.stack(np.unravel_index(order[first], errors.shape), 1)
    return np.concatenate([taken[first], source], 1)


def knee(errors: Array) -> float:
    """The error at which sorted errors begin to rise steeply.

    A hyperbola 1 / (a - b x) is fitted to the errors, in units of their mean, over their rank x in [0, 1]; its slope is
    1 at x = a / b - 1 / sqrt(b) (equation 4 and figure 7 of the paper).

    >>> x = np.linspace(0, 1, 2000)
    >>> raw = 1 / (2 - 1.9 * x)
    >>> bool(abs(knee(raw) - (raw.mean() / 1.9) ** 0.5) < 0.05)
    True
    """
    from scipy.optimize import least_squares

    ranked = np.sort(errors, axis=None).astype(np.float64)
    mean = ranked.mean()
    if mean <= 0:
        return 0.0
    x = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    y = ranked[(x * len(ranked)).astype(np.intp)] / mean
    # The denominator stays positive: a = b + c with c > 0.
    fit = least_squares(lambda p: 1 / (p[0] * (1 - x) + p[1]) - y, [1.0, 0.3], bounds=([1e-6, 1e-4], [1e4, 1e4]))
    b, a = fit.x[0], fit.x[0] + fit.x[1]
    at = float(np.clip(a / b - b**-0.5, 0, 1))
    return float(ranked[min(int(at * len(ranked)), len(ranked) - 1)])
