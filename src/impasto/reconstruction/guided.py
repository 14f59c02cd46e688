"""Guided synthesis: a picture whose every patch is one of the style's, where the guides agree (Fiser et al. 2016, section 4).

Coarse to fine, a field of matches and a picture take turns: every patch of the picture seeks the most similar one of the
style, then the picture becomes what its patches vote for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, UsageError
from impasto.guides.pairs import Guide
from impasto.kernels.compiled import in_bands
from impasto.kernels.patchmatch import improve, measure, vote

Field = NDArray[np.int32]
_TILES = 8  # of a pass, whatever the number of threads; more would let more of them crowd the same patches unseen
_SMALLEST_TILE = 24  # rows
_WHITE = 0.25  # of the range: the difference that is white in the map of misfits
_MULTIPLE = 4  # channels are filled up to it, with nothing, for the sake of vector instructions


@dataclass(frozen=True, slots=True)
class Plan:
    """How a synthesis goes. Defaults are the authors' (see `ebsynth`).

    retrieval: every patch of the result seeks its own match; or those of the style are given away within a budget
    (Fiser et al. 2016, section 4; see budget.py).
    """

    patch: int = 5
    levels: int | None = None
    rounds: int = 6
    passes: int = 4
    uniformity: float = 3500.0
    stop_threshold: float = 5.0
    extra_pass: bool = False
    weighted: bool = False
    style_weight: float = 1.0
    seed: int = 0
    threads: int = 1
    retrieval: Literal["each", "budget"] = "each"


@dataclass(slots=True)
class Synthesis:
    """The picture (H, W, 3), where each pixel's patch came from (H, W, 2), each patch's error (H, W), and what happened.

    misfit: (H, W) in [0, 1], how far the picture and its guides are from what each patch was taken from: 0 where they
    are the same, 1 where they differ by a quarter of the range or more (root mean square, by weight).
    """

    picture: Array
    field: Field
    errors: Array
    misfit: Array
    levels: list[dict[str, object]] = field(default_factory=list[dict[str, object]])


def synthesise(
    style: Array, guides: Sequence[Guide], shape: tuple[int, int], plan: Plan, *, valid: NDArray[np.bool_] | None = None,
    report: Callable[[int, int, Callable[[], Array]], None] = lambda *_: None, stopping: Callable[[], bool] = lambda: False,
) -> Synthesis:  # fmt: skip
    """Make a picture of `shape` from patches of the style (h, w, 3), guided.

    valid: (h, w), the part of the style that may be used. report: told the round, the number of rounds, and how to see
    the picture so far; stopping: asked between rounds. Raises UsageError for guides of sizes or channels that do not go
    together, for weights that are all zero, and for a style smaller than a patch.
    """
    from .budget import budget_turn

    check(style, guides, shape, plan, valid)
    sizes = level_sizes(style.shape[:2], shape, plan)
    total, done = len(sizes) * plan.rounds, 0
    made: Synthesis | None = None
    levels: list[dict[str, object]] = []
    for number, (source, target) in enumerate(sizes):
        final = number == len(sizes) - 1
        level = Level(style, guides, source, target, valid, plan, number)
        level.begin(None if made is None else made.field)
        for turn in range(plan.rounds):
            # A pass with small patches and no uniformity sharpens what is there.
            last = final and plan.extra_pass and turn == plan.rounds - 1
            if plan.retrieval == "budget" and not last:
                budget_turn(level, turn)
            else:
                level.turn(turn, replace(plan, patch=3, uniformity=0.0) if last else plan)
            done += 1
            report(done, total, lambda level=level: at_size(level.picture, shape))
            if stopping():
                break
        account: dict[str, object] = {"size": list(target), "error": float(level.errors.mean())}
        levels.append(account | ({"filled": level.filled} if plan.retrieval == "budget" else {}))
        made = Synthesis(level.picture, level.field, level.errors, level.misfit(), levels)
        if stopping():
            break
    assert made is not None
    made.picture, made.misfit = at_size(made.picture, shape), at_size(made.misfit, shape)
    return made


def at_size(picture: Array, shape: tuple[int, int]) -> Array:
    """The picture itself at its final size, a larger copy before that."""
    from impasto.image.resize import resize

    return picture if picture.shape[:2] == shape else resize(picture, shape)


def check(
    style: Array, guides: Sequence[Guide], shape: tuple[int, int], plan: Plan, valid: NDArray[np.bool_] | None
) -> None:
    """Raise UsageError for what cannot be synthesised."""
    if min(*style.shape[:2], *shape) < plan.patch:
        height, width = min(style.shape[:2], shape, key=min)
        raise UsageError(f"patch_size: {plan.patch} is more than the {width} x {height} pixels that there are.")
    if guides and sum(guide.weight for guide in guides) + plan.style_weight <= 0:
        raise UsageError("guide_weights, style_weight: all the weights are zero; nothing would be compared")
    for number, guide in enumerate(guides, 1):
        if guide.source.shape[2] != guide.target.shape[2]:
            raise UsageError(
                f"guide {number}: {guide.source.shape[2]} channels over the style, {guide.target.shape[2]} over the result"
            )
        for what, plane, under in (("style", guide.source, style.shape[:2]), ("result", guide.target, shape)):
            if plane.shape[:2] != tuple(under):
                height, width = plane.shape[:2]
                raise UsageError(f"guide {number}: {width} x {height} pixels over a {what} of {under[1]} x {under[0]}")
            if not np.isfinite(plane).all():
                raise UsageError(f"guide {number}: values over the {what} are not finite numbers")
    if valid is not None and not valid.any():
        raise UsageError("style mask: it is empty; no part of the style may be used")


def level_sizes(source: tuple[int, int], target: tuple[int, int], plan: Plan) -> list[tuple[tuple[int, int], tuple[int, int]]]:  # fmt: skip
    """Sizes of style and result from the coarsest level to the finest: halves, down to two patches and a pixel."""
    count = 1
    while min(*source, *target) >> count >= 2 * plan.patch + 1:
        count += 1
    count = count if plan.levels is None else min(count, plan.levels)
    return [
        tuple(tuple(max(plan.patch, side >> n) for side in size) for size in (source, target))
        for n in range(count - 1, -1, -1)
    ]  # type: ignore[return-value]


def shrunk(planes: Array, size: tuple[int, int]) -> Array:
    """Planes (H, W, C) at a smaller size, each new pixel the mean of what it covers."""
    import cv2

    if planes.shape[:2] == size:
        return planes
    return np.dstack([
        cv2.resize(np.ascontiguousarray(planes[..., c]), size[::-1], interpolation=cv2.INTER_AREA)
        for c in range(planes.shape[2])
    ])  # fmt: skip


def covered(counts: NDArray[np.integer], patch: int) -> NDArray[np.int32]:
    """How many patches lie over each padded pixel, flat, where so many have each pixel (H, W) as their middle."""
    import cv2

    padded = np.pad(counts.astype(np.float64), patch // 2)
    summed = cv2.boxFilter(padded, -1, (patch, patch), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.rint(summed).astype(np.int32).ravel()


class Level:
    """One scale of a synthesis."""

    def __init__(
        self, style: Array, guides: Sequence[Guide], source: tuple[int, int], target: tuple[int, int],
        valid: NDArray[np.bool_] | None, plan: Plan, number: int,
    ) -> None:  # fmt: skip
        self.plan, self.number, self.size, self.source_size = plan, number, target, source
        self.style = np.ascontiguousarray(shrunk(style, source))
        # The authors count in values up to 255, a weight shared out over a guide's channels.
        self.scales = [255 * (g.weight / g.source.shape[2]) ** 0.5 for g in guides]
        self.style_scale = 255 * (plan.style_weight / 3) ** 0.5
        self.own = [shrunk(g.source, source) * np.float32(s) for g, s in zip(guides, self.scales, strict=True)]
        self.wanted = [shrunk(g.target, target) * np.float32(s) for g, s in zip(guides, self.scales, strict=True)]
        self.valid = np.ones(source, np.bool_) if valid is None else shrunk(valid[..., None].astype(np.float32), source)[..., 0] > 0.5  # fmt: skip
        if not self.valid.any():
            self.valid[:] = True  # a part too small to be seen at this scale
        self.picture = np.zeros((*target, 3), np.float32)
        self.errors = np.zeros(target, np.float32)
        self.budget: float | None = None  # see budget.py
        self.filled = 1.0
        self.field: Field = np.zeros((*target, 2), np.int32)
        self.stacks(plan.patch)

    def stacks(self, patch: int) -> None:
        """Lay out channels of style and result for patches of that side."""
        self.patch, pad = patch, patch // 2
        channels = sum(plane.shape[2] for plane in self.own)
        full = -(-(channels + 3) // _MULTIPLE) * _MULTIPLE
        self.at = slice(channels, channels + 3)
        self.source = np.zeros((self.source_size[0] + 2 * pad, self.source_size[1] + 2 * pad, full), np.float32)
        self.target = np.zeros((self.size[0] + 2 * pad, self.size[1] + 2 * pad, full), np.float32)
        for stack, planes in ((self.source, [*self.own, self.style * np.float32(self.style_scale)]), (self.target, self.wanted)):  # fmt: skip
            begin = 0
            for plane in planes:
                stack[..., begin : begin + plane.shape[2]] = np.pad(
                    plane, ((pad, pad), (pad, pad), (0, 0)), mode="edge"
                )
                begin += plane.shape[2]
        # What each use counts: one, where all of the style that may be used is used alike.
        most = covered(self.valid.astype(np.int64), patch)
        ratio = self.size[0] * self.size[1] / int(self.valid.sum())
        self.share = np.where(most > 0, 1 / (ratio * np.maximum(most, 1)), 0).astype(np.float32)
        self.show()

    def show(self) -> None:
        """Put the picture as it is into the result's stack."""
        pad = self.patch // 2
        scaled = self.picture * np.float32(self.style_scale)
        self.target[..., self.at] = np.pad(scaled, ((pad, pad), (pad, pad), (0, 0)), mode="edge")

    def begin(self, coarser: Field | None) -> None:
        """Start from random matches, or from those of half the size."""
        height, width = self.source_size
        if coarser is None:
            random = np.random.default_rng([self.plan.seed, self.number])
            places = np.argwhere(self.valid)
            self.field = places[random.integers(len(places), size=self.size)].astype(np.int32)
        else:
            rows, columns = np.arange(self.size[0]), np.arange(self.size[1])
            near = coarser[
                np.ix_(np.minimum(rows // 2, len(coarser) - 1), np.minimum(columns // 2, coarser.shape[1] - 1))
            ]
            odd = np.stack(np.meshgrid(rows % 2, columns % 2, indexing="ij"), -1)
            self.field = np.minimum(2 * near + odd, [height - 1, width - 1]).astype(np.int32)
            wrong = ~self.valid[self.field[..., 0], self.field[..., 1]]
            if wrong.any():
                places = np.argwhere(self.valid)
                random = np.random.default_rng([self.plan.seed, self.number])
                self.field[wrong] = places[random.integers(len(places), size=int(wrong.sum()))]
        self.vote(0.0)

    def turn(self, number: int, plan: Plan) -> None:
        """Seek better matches, then vote."""
        if plan.patch != self.patch:
            self.stacks(plan.patch)
        active = self.active if number and plan.stop_threshold > 0 else np.ones(self.size, np.bool_)
        in_bands(self.size[0], plan.threads, lambda a, b: measure(self.source, self.target, self.field, self.errors, plan.patch, a, b))  # fmt: skip
        for sweep in range(plan.passes):
            self.sweep(plan, active, backward=sweep % 2 == 1, seed=number * plan.passes + sweep)
        self.vote(3 * plan.patch**2 * 255.0 if plan.weighted else 0.0)

    def sweep(self, plan: Plan, active: NDArray[np.bool_], backward: bool, seed: int, penalty: float | None = None) -> None:  # fmt: skip
        """One pass of PatchMatch, in tiles whose number and order of sums depend on the picture alone."""
        rows, patch = self.size[0], plan.patch
        tiles = int(np.clip(rows // _SMALLEST_TILE, 1, _TILES))
        edges = [rows * n // tiles for n in range(tiles + 1)]
        before, usage = self.field.copy(), self.usage()
        uniformity = plan.uniformity if penalty is None else penalty
        dear = np.float32(uniformity / patch**2)
        seeds = np.random.default_rng([plan.seed, self.number, seed]).integers(1, 2**63, tiles)

        def work(first: int, end: int) -> None:
            for tile in range(first, end):
                improve(self.source, self.target, self.field, before, self.errors, usage.copy(), self.share, self.valid, active,
                        patch, dear, backward, int(seeds[tile]), edges[tile], edges[tile + 1])  # fmt: skip

        in_bands(tiles, plan.threads, work)

    def misfit(self) -> Array:
        """How far each patch of the picture as it is now is from the style's, as `Synthesis.misfit` says."""
        errors = np.empty(self.size, np.float32)
        in_bands(self.size[0], self.plan.threads, lambda a, b: measure(self.source, self.target, self.field, errors, self.patch, a, b))  # fmt: skip
        whole = sum(scale**2 * plane.shape[2] for scale, plane in zip(self.scales, self.own, strict=True)) + 3 * self.style_scale**2  # fmt: skip
        return np.clip(np.sqrt(errors / (whole * self.patch**2)) / _WHITE, 0, 1).astype(np.float32)

    def usage(self) -> NDArray[np.int32]:
        """How often each of the style's padded pixels lies in a patch that is used, flat."""
        height, width = self.source_size
        counts = np.bincount(self.field[..., 0].ravel() * width + self.field[..., 1].ravel(), minlength=height * width)
        return covered(counts.reshape(height, width), self.patch)

    def vote(self, softness: float) -> None:
        """Make the picture that the matches vote for, and note where it changed."""
        import cv2

        old = self.picture.copy()
        in_bands(self.size[0], self.plan.threads, lambda a, b: vote(self.style, self.field, self.errors, self.patch, softness, self.picture, a, b))  # fmt: skip
        changed = np.abs(self.picture - old).max(2) * 255 >= self.plan.stop_threshold
        self.active = cv2.dilate(changed.astype(np.uint8), np.ones((self.patch, self.patch), np.uint8)).astype(np.bool_)
        self.show()
