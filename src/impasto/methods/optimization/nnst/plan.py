"""The stages of an `nnst` run, and what it holds in memory beside the network's passes."""

from dataclasses import dataclass

from impasto.encoders.vgg import CHANNELS, DTYPES, Precision
from impasto.reconstruction.minimise import memory_bytes
from impasto.reconstruction.schedule import Scale, coarse_to_fine

from . import Options
from .match import CELL, MARGIN_PX, MOST_OFFERS

_SMALLEST = 64  # long side of the first scale, as in the authors' code
_KEEP = 0.8  # how many steps a scale gets of those before it
_LARGEST = 1024  # long side up to which whole hypercolumns are searched: the time for it grows as the fourth power
_FEWEST = 8  # steps of a larger scale
_COLUMNS = 5  # times the hypercolumns of the picture are held: as they are, as directions, targets, gradients


@dataclass(frozen=True, slots=True)
class Stage(Scale):
    """One descent: size, steps, and whether places look for whole hypercolumns or every layer for itself."""

    whole: bool


def stages_for(size: tuple[int, int], options: Options) -> tuple[Stage, ...]:
    """The descents of a run up to (height, width).

    Scales up to 1024 pixels look for whole hypercolumns, then every layer for itself. Larger ones do the latter alone,
    in fewer steps the larger they are, so that each takes about as long as the finish at 1024.
    """
    finish = options.finish_steps
    scales = coarse_to_fine(
        size, options.steps, scales=options.scales, smallest=_SMALLEST, factor=options.scale_factor, keep=_KEEP
    )
    small = [scale.size for scale in scales if max(scale.size) <= _LARGEST]
    large = [scale.size for scale in scales[len(small) :]]
    found: list[Stage] = []
    if small:
        shared = coarse_to_fine(
            small[-1], options.steps, scales=len(small), factor=options.scale_factor, keep=_KEEP, floor=1
        )
        found += [Stage(at, scale.steps, whole=True) for at, scale in zip(small, shared, strict=True)]
        found += [Stage(small[-1], finish, whole=False)] if finish else []
    for at in large:
        steps = max(_FEWEST, round(finish * _LARGEST**2 / max(at) ** 2))
        found.append(Stage(at, steps if found else max(steps, options.steps), whole=False))
    return tuple(found)


def looked_at(size: tuple[int, int]) -> int:
    """Pixels of a picture (height, width) with its margin."""
    return (size[0] + 2 * MARGIN_PX) * (size[1] + 2 * MARGIN_PX)


def offered(styles: int, options: Options) -> float:
    """Pixels of the paintings, turned as they may be, for every pixel of the result."""
    return styles * (4 if options.turned else 1) * options.style_scale**2


def kept_bytes(size: tuple[int, int], styles: int, options: Options, precision: Precision) -> float:
    """Bytes of hypercolumns, and of moving pictures, at (height, width); features by layer belong to the passes."""
    pixels, item = size[0] * size[1], DTYPES[precision].itemsize
    stages = stages_for(size, options)
    channels = sum(CHANNELS[int(layer[4]) - 1] for layer in options.layers)
    largest = max((s.size[0] * s.size[1] for s in stages if s.whole), default=0)
    # A painting is taken to have as many pixels as the result; each is held in pieces, whole, and as directions.
    searched = min(offered(styles, options) * largest, MOST_OFFERS * CELL**2)
    columns = channels * item / CELL**2 * (_COLUMNS * largest + 3 * searched)
    return memory_bytes(1.4 * pixels, "adam") + columns
