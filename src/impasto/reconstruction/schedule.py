"""Coarse to fine: large shapes are cheap to move on a small picture, detail needs only a few steps on the large one."""

from dataclasses import dataclass

_WORTH_TWO = 1.25  # times the smallest: below that a first scale saves nothing


@dataclass(frozen=True, slots=True)
class Scale:
    """One stage: (height, width) in pixels and how many steps it gets."""

    size: tuple[int, int]
    steps: int


def coarse_to_fine(size: tuple[int, int], steps: int, *, scales: int | None = None, smallest: int = 180, factor: float = 2.0,
                   keep: float = 0.75, floor: int = 32) -> tuple[Scale, ...]:  # fmt: skip
    """Stages up to `size`, (height, width); `steps` are divided so that each stage gets `keep` of the one before.

    scales: how many; None takes as many as keep the long side of the first at `smallest` or above, and at least two
    where the picture is worth it. factor: growth from stage to stage. floor: no stage but the last has a side below it (VGG-19 halves four times).

    >>> [(s.size, s.steps) for s in coarse_to_fine((341, 512), 120)]
    [((170, 256), 69), ((341, 512), 51)]
    >>> [s.size for s in coarse_to_fine((171, 256), 120)]
    [(120, 180), (171, 256)]
    >>> [s.size for s in coarse_to_fine((341, 512), 120, scales=1)]
    [(341, 512)]
    """
    sizes = [size]
    while scales is None or len(sizes) < scales:
        ratio = factor ** -len(sizes)
        smaller = (round(size[0] * ratio), round(size[1] * ratio))
        if min(smaller) < floor or (scales is None and max(smaller) < smallest * 0.99):
            break
        sizes.insert(0, smaller)
    if scales is None and len(sizes) == 1 and max(size) >= _WORTH_TWO * smallest:
        ratio = smallest / max(size)
        first = (round(size[0] * ratio), round(size[1] * ratio))
        sizes[:0] = [first] if min(first) >= floor else []
    shares = [keep**i for i in range(len(sizes))]
    counts = [max(1, round(steps * share / sum(shares))) for share in shares]
    counts[-1] = max(1, steps - sum(counts[:-1]))
    return tuple(Scale(s, n) for s, n in zip(sizes, counts, strict=True))
