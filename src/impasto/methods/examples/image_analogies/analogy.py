"""Level by level, coarse to fine: features of the source, a tree over them, and the rows of the result."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.kernels.analogies import fill
from impasto.kernels.trees import build

from .features import CAUSAL, Scale, fit_basis, known_features, source_features

Field = NDArray[np.int64]
_SMALLEST_PX = 12  # no side of a level is shorter: a window with its margin
_MOST_LEVELS = 6
_BAND = 8  # rows between two looks at whether to stop
_MOST_LEAVES = 160  # of the tree that are looked into for one pixel


@dataclass(frozen=True, slots=True)
class Plan:
    """How an analogy is made.

    coherence: the paper's kappa. weight: of the pictures before filtering, relative to those after. kept: share of the
    features' variance that is compared. slack: how much nearer a neighbour may be that is not found. inside: take no
    pixel whose surroundings reach over the source's edge.
    """

    coherence: float
    weight: float = 1.0
    levels: int | None = None
    kept: float = 0.99
    slack: float = 0.5
    inside: bool = False
    seed: int = 0


def synthesise(
    before: Array, after: Array, target: Array, plan: Plan, *,
    report: Callable[[int, int, Callable[[], Field]], None] = lambda *_: None, stopping: Callable[[], bool] = lambda: False,
) -> tuple[Field, list[dict[str, object]]]:  # fmt: skip
    """Which pixel of the source each pixel (H, W) of the target takes, row times width plus column, and an account.

    before (h, w, b), after (h, w, a): the source's planes, as they are compared; target (H, W, b): what is to be filtered.
    report: told how many pixels are done, of how many, and how to see the field so far at its final size.
    """
    count = level_count(before.shape[:2], target.shape[:2], plan.levels)
    befores, afters, targets = (pyramid(planes, count) for planes in (before, after, target))
    total = sum(planes.shape[0] * planes.shape[1] for planes in targets) + targets[-1].shape[0] * targets[-1].shape[1]
    done = 0
    account: list[dict[str, object]] = []
    field = first_field(befores[-1].shape[:2], targets[-1].shape[:2], plan.seed)
    made: Array | None = None
    for level in range(count - 1, -1, -1):
        coarser = None if level == count - 1 else (befores[level + 1], afters[level + 1])
        source = Scale(befores[level], afters[level], coarser)
        if made is not None:
            field = enlarged(field, befores[level + 1].shape[:2], source.before.shape[:2], targets[level].shape[:2])
        shown = Scale(targets[level], source.after, None if made is None else (targets[level + 1], made))
        size = source.before.shape[:2]
        run = Level(source, shown, field, plan, level)
        coherent = 0
        # The coarsest level is filled twice: the first time, what lies above its first rows is a guess.
        for _ in range(2 if made is None else 1):
            coherent = 0
            for first in range(0, len(field), _BAND):
                end = min(first + _BAND, len(field))
                coherent += run.fill(first, end)
                done += (end - first) * field.shape[1]
                report(done, total, lambda n=level, field=field: at_finest(field, n, befores, targets))
                if stopping():
                    return at_finest(field, level, befores, targets), account
        made = run.made
        account.append({"size": list(field.shape), "source": list(size), "coherent": coherent / field.size})
    return field, account


class Level:
    """One level: its tree, and what is made so far."""

    def __init__(self, source: Scale, shown: Scale, field: Field, plan: Plan, level: int) -> None:
        self.shown, self.field, self.plan = shown, field, plan
        self.size = source.before.shape[:2]
        self.basis = fit_basis(source, plan.weight, plan.kept)
        self.features = source_features(source, self.basis, plan.weight)
        inner = np.arange(len(self.features)).reshape(self.size)
        # A window that repeats the edge looks like nothing in a texture, and streaks would grow from it.
        margin = 2 if plan.inside else 0
        self.rows = np.ascontiguousarray(inner[margin : self.size[0] - margin, margin : self.size[1] - margin].ravel())
        self.tree = build(self.features[self.rows])
        self.copied = np.ascontiguousarray(source.after.reshape(-1, source.after.shape[2]))
        self.made = self.copied[field]
        self.patience = np.float32(1 + plan.coherence * 2.0**-level)

    def fill(self, first: int, end: int) -> int:
        """Fill rows; returns how many pixels went on where a neighbour's source lies."""
        known = known_features(self.shown, first, end, self.plan.weight) @ self.basis.known
        tree = self.tree
        return int(fill(
            known, self.basis.causal, CAUSAL, self.made, self.copied, self.field, self.features, tree.points, self.rows[tree.order],
            tree.boxes, tree.begins, self.size, self.patience, np.float32((1 + self.plan.slack) ** 2), _MOST_LEAVES, first, end,
        ))  # fmt: skip


def level_count(source: tuple[int, int], target: tuple[int, int], asked: int | None) -> int:
    """Levels, each half the next finer one; no side of any falls below a dozen pixels."""
    count = 1
    while (min(*source, *target) >> count) >= _SMALLEST_PX and count < _MOST_LEVELS:
        count += 1
    return count if asked is None else min(count, asked)


def pyramid(planes: Array, count: int) -> list[Array]:
    """The planes and their Gaussian halves, the finest first."""
    import cv2

    found = [np.ascontiguousarray(planes)]
    for _ in range(count - 1):
        smaller = cv2.pyrDown(found[-1], borderType=cv2.BORDER_REFLECT_101)
        found.append(smaller.reshape(*smaller.shape[:2], -1).astype(np.float32))
    return found


def first_field(source: tuple[int, int], target: tuple[int, int], seed: int) -> Field:
    """Random pixels of the source."""
    return np.random.default_rng(seed).integers(source[0] * source[1], size=target)


def enlarged(field: Field, coarse: tuple[int, int], fine: tuple[int, int], shape: tuple[int, int]) -> Field:
    """A field at twice the size: blocks of four pixels each take such a block of the source."""
    rows, columns = np.arange(shape[0]), np.arange(shape[1])
    near = field[np.ix_(rows // 2, columns // 2)]
    y = np.minimum(2 * (near // coarse[1]) + (rows % 2)[:, None], fine[0] - 1)
    x = np.minimum(2 * (near % coarse[1]) + columns % 2, fine[1] - 1)
    return y * fine[1] + x


def at_finest(field: Field, level: int, sources: list[Array], targets: list[Array]) -> Field:
    """A level's field enlarged to that of the finest."""
    for n in range(level, 0, -1):
        field = enlarged(field, sources[n].shape[:2], sources[n - 1].shape[:2], targets[n - 1].shape[:2])
    return field
