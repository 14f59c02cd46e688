"""An effect laid on another text, coarse to fine: every patch seeks a like one, equally far from its strokes (section 4)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.kernels.scaled_patches import improve, measure, vote

from .distance import Strokes
from .scales import MARGIN, STEPS, shares_at, shares_by_distance, stack
from .turning import Copies, angles, patch_means, turned_copies

Field = NDArray[np.int32]
_TEXT = 10.0  # weight of the text masks beside the colours (section 4.1, authors' code)
_EDGE = 2  # pixels at the style's border that no patch has as its middle
_LEAN = 0.02  # cost of a patch turned by a radian: walls of brick stay upright, slanted contours still find theirs
_SMALLEST_PX = 24  # no side of a level is shorter


@dataclass(frozen=True, slots=True)
class Plan:
    """How a synthesis goes: weights of the distance, of the direction, of the height in the text and of every further use; patches; levels; rounds of the coarsest level; degrees and shift of colours by which patches may be turned and tinted."""

    distance: float
    direction: float
    height: float
    uniformity: float
    patch: int = 5
    levels: int | None = None
    rounds: int = 12
    turn: float = 0.0
    tint: float = 0.0
    seed: int = 0


def synthesise(
    style: Array, source: Strokes, target: Strokes, plan: Plan, *,
    report: Callable[[int, int, Callable[[], Array]], None] = lambda *_: None, stopping: Callable[[], bool] = lambda: False,
) -> tuple[Array, dict[str, object]]:  # fmt: skip
    """A picture (H, W, 3) of the target's text in the style's (h, w, 3) effect, and an account.

    source, target: the strokes of both texts, as wide in pixels.
    """
    reach = float(source.distance.max())
    shares, edges = shares_by_distance(style, source.distance, plan.seed)
    count = level_count(style.shape[:2], target.mask.shape, plan.levels)
    rounds = [max(3, plan.rounds - 3 * n) for n in range(count)]
    coarser: tuple[Field, Copies] | None = None
    picture = style[:1, :1]
    errors = np.zeros((1, 1), np.float32)
    usage = np.zeros((1, 1), np.int32)
    turned: dict[str, float] = {}
    done = 0
    for n in range(count):
        sizes = [
            tuple(max(1, side >> (count - 1 - n)) for side in shape) for shape in (style.shape[:2], target.mask.shape)
        ]
        level = Level(style, source, target, sizes[0], sizes[1], reach, plan, n)  # type: ignore[arg-type]
        level.shares = shares_at(level.distance[1], shares, edges)
        level.begin(coarser)
        for _ in range(rounds[n]):
            level.round()
            done += 1
            report(done, sum(rounds), lambda level=level: enlarged(level.picture, target.mask.shape))
            if stopping():
                break
        coarser, picture, errors, usage = (level.field, level.copies), level.picture, level.errors, level.usage
        turned = level.turned() if plan.turn else {}
        if stopping():
            break
    account: dict[str, object] = {
        "levels": count, "error": float(errors.mean()), "most_uses": int(usage.max()),
        "scales": [round(float(s), 3) for s in shares.mean(0)], **turned,
    }  # fmt: skip
    return enlarged(picture, target.mask.shape), account


def level_count(source: tuple[int, int], target: tuple[int, int], asked: int | None) -> int:
    """Levels, each half the next finer one, down to two dozen pixels."""
    count = 1
    while min(*source, *target) >> count >= _SMALLEST_PX:
        count += 1
    return count if asked is None else min(count, asked)


def enlarged(picture: Array, shape: tuple[int, int]) -> Array:
    """The picture at its final size."""
    from impasto.image.resize import resize

    return picture if picture.shape[:2] == shape else resize(picture, shape)


class Level:
    """One scale of the pyramid: planes of style and result, and the matches between them."""

    shares: Array

    def __init__(
        self, style: Array, source: Strokes, target: Strokes, size: tuple[int, int], shape: tuple[int, int],
        reach: float, plan: Plan, number: int,
    ) -> None:  # fmt: skip
        self.plan, self.number, self.size, self.shape = plan, number, size, shape
        masks = [shrunk(s.mask.astype(np.float32), to) for s, to in ((source, size), (target, shape))]
        # Beyond what the style shows, all is as far as it shows.
        self.distance = [shrunk(s.distance.clip(0, reach), to) for s, to in ((source, size), (target, shape))]
        above = [shrunk(s.above, to) for s, to in ((source, size), (target, shape))]
        down = [shrunk(s.down, to) for s, to in ((source, size), (target, shape))]
        self.guides = [self.guide(*planes) for planes in zip(self.distance, above, down, strict=True)]
        weight = np.float32(np.sqrt(_TEXT))
        self.masks = [mask[..., None] * weight for mask in masks]
        self.edge = min(_EDGE, (min(size) - 1) // 2)
        self.copies = turned_copies(
            np.ascontiguousarray(np.dstack([shrunk(style, size), self.masks[0]])), plan.turn, self.edge
        )
        self.means = self.patch_means(self.copies.stacks)
        # Uses are dear by what they are beyond an even share.
        self.penalty = np.float32(plan.uniformity * size[0] * size[1] / (shape[0] * shape[1]))
        self.random = np.random.default_rng([plan.seed, number])

    def guide(self, distance: Array, above: Array, down: Array) -> Array:
        """Planes (H, W, 3) whose squared differences are the distance's, the direction's and the height's cost.

        (d_p - d_q)² / max(1, d_p²) is, for near distances, the squared difference of 1 + log d beyond the contour.
        """
        even = np.where(distance > 1, 1 + np.log(np.maximum(distance, 1)), distance)
        beyond = above * np.clip(distance - 1, 0, 1)  # no direction inside, or on the contour itself
        weights = np.sqrt([self.plan.distance, self.plan.direction, self.plan.height])
        return (np.dstack([even, beyond, down]) * weights).astype(np.float32)

    def patch_means(self, stacks: Array) -> Array:
        """Means of the patches of stacks; nothing where patches are not tinted."""
        if self.plan.tint == 0:
            return np.zeros((1, 1, 1, 1, 1), np.float32)
        return patch_means(stacks, STEPS, self.plan.patch // 2)

    def begin(self, coarser: tuple[Field, Copies] | None) -> None:
        """Start from upright patches at the same distance, drawn at random, or from the matches of half the size."""
        self.field = self.first() if coarser is None else self.finer(*coarser)
        self.picture = np.zeros((*self.shape, 3), np.float32)
        self.errors = np.zeros(self.shape, np.float32)
        self.tints = np.zeros((*self.shape, 4), np.float32)
        uses = np.bincount(self.copies.place(self.field).ravel(), minlength=self.size[0] * self.size[1])
        self.usage = uses.astype(np.int32)
        self.vote()

    def first(self) -> Field:
        """Matches (H, W, 3) that are about as far from the strokes."""
        height, width, edge = *self.size, self.edge
        inner = np.stack(np.meshgrid(np.arange(edge, height - edge), np.arange(edge, width - edge), indexing="ij"), -1).reshape(-1, 2)  # fmt: skip
        far = self.guides[0][inner[:, 0], inner[:, 1], 0]
        order = np.argsort(far, kind="stable")
        spread = max(1, len(order) // 50)
        rank = np.searchsorted(far[order], self.guides[1][..., 0])
        rank = rank + self.random.integers(-spread, spread + 1, rank.shape)
        return self.matches(inner[order[rank.clip(0, len(order) - 1)]])

    def finer(self, field: Field, copies: Copies) -> Field:
        """Matches (H, W, 3) of the level of half the size, each for the four pixels that it stands for."""
        rows, columns = (
            np.minimum(np.arange(side) // 2, of - 1) for side, of in zip(self.shape, field.shape, strict=False)
        )
        near = field[np.ix_(rows, columns)]
        odd = np.stack(np.meshgrid(*(np.arange(side) % 2 for side in self.shape), indexing="ij"), -1)
        # A pixel's middle is at 2 p + 1/2 among pixels of half the size; copies are turned about theirs.
        middles = [(c.to_copy[c.upright][:, 2], (np.array(c.size) - 1) / 2) for c in (copies, self.copies)]
        (before, middle), (own_before, own_middle) = middles
        off = [m[:, :2] @ (2 * middle + 0.5 - own_middle) for m in self.copies.to_copy]
        shift = np.floor(own_before + own_middle - 2 * (before + middle) - 0.5 + np.array(off) + 0.5).astype(np.intp)
        found = np.dstack([2 * near[..., :2] + odd + shift[near[..., 2]], near[..., 2]]).astype(np.int32)
        outside = self.copies.place(found) < 0
        if outside.any():
            was = copies.place(near)
            upright = self.matches(2 * np.stack(np.divmod(was, copies.size[1]), -1) + odd)
            found[outside] = upright[outside]
        return found

    def matches(self, at: NDArray[np.intp]) -> Field:
        """Upright matches (H, W, 3) at places (H, W, 2) of the style, or the nearest where a match may lie."""
        at = at.clip(self.edge, np.array(self.size) - 1 - self.edge)
        upright = self.copies.upright
        found = self.copies.at(at[..., 0], at[..., 1], upright)
        return np.ascontiguousarray(np.dstack([found, np.full(at.shape[:2], upright)]), np.int32)

    def round(self) -> None:
        """Seek better matches, to and fro, then vote."""
        target = stack(np.ascontiguousarray(np.dstack([self.picture, self.masks[1]])))
        copies, steps, radius, tint = self.copies, np.array(STEPS), self.plan.patch // 2, np.float32(self.plan.tint)
        leans = (_LEAN * np.abs(np.radians(angles(self.plan.turn)))).astype(np.float32)
        guides = self.guides[0].reshape(-1, self.guides[0].shape[2]), self.guides[1]
        compared = (
            copies.stacks,
            target,
            self.means,
            self.patch_means(target[None])[0],
            *guides,
            self.shares,
            steps,
            leans,
        )
        measure(*compared, self.field, self.errors, self.tints, copies.places, tint, radius, MARGIN)
        for backward in (False, True):
            improve(
                *compared, self.field, self.errors, self.tints, self.usage, copies.places, copies.to_copy, copies.size[1],
                self.penalty, tint, radius, MARGIN, backward, int(self.random.integers(1, 2**63)),
            )  # fmt: skip
        self.vote()

    def vote(self) -> None:
        """Paint the mean of what all patches over a pixel would put there."""
        vote(self.copies.stacks, self.copies.places, self.field, self.tints, self.plan.patch // 2, MARGIN, self.picture)

    def turned(self) -> dict[str, float]:
        """How much of the picture comes from turned patches."""
        return {"turned": round(float((self.field[..., 2] != self.copies.upright).mean()), 3)}


def shrunk(planes: Array, size: tuple[int, int]) -> Array:
    """Planes at a smaller size, each new pixel the mean of what it covers."""
    import cv2

    return np.ascontiguousarray(planes if planes.shape[:2] == size else cv2.resize(planes, size[::-1], interpolation=cv2.INTER_AREA), np.float32)  # fmt: skip
