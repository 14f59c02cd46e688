"""Joint statistics of waves: style as how waves of neighbouring places, directions and sizes go together.

The texture model of Portilla & Simoncelli 2000, section 2; for a grey picture, its 710 numbers (four scales, four
directions, neighbourhoods of seven pixels). Several channels are described together, as the authors' colour model does:
wherever directions are correlated, directions of all channels are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.fft import fft2, ifft2

from .steerable import Pyramid, add_scale, resized, take_apart

TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: how many sizes and directions of waves, and how wide a neighbourhood (an odd number of pixels)."""

    scales: int = 4
    orientations: int = 4
    neighbourhood: int = 7


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a picture of C channels is described by. Lists run over scales, fine to coarse; K directions.

    Of the pixels: mean, skewness, kurtosis, least and most (C,), covariance (C, C). high: (C,), the finest residual's
    variance. For what each scale and all coarser ones show together, and last the coarsest residual: low_skewness,
    low_kurtosis (C,); low_correlation (C, M, M), products of neighbours. For the waves' lengths at each scale: lengths
    (C·K,), their means; length_correlation (C·K, M, M); beside (C·K, C·K), covariances; above (C·K, C·K), with the next
    coarser scale's lengths. For their real parts: real (C·K, C·K), covariances, which for one channel follow from
    low_correlation; phase (C·K, 2·C·K), with the coarser scale's waves at doubled phase.
    """

    mean: Tensor
    covariance: Tensor
    skewness: Tensor
    kurtosis: Tensor
    least: Tensor
    most: Tensor
    high: Tensor
    low_skewness: list[Tensor]
    low_kurtosis: list[Tensor]
    low_correlation: list[Tensor]
    lengths: list[Tensor]
    length_correlation: list[Tensor]
    beside: list[Tensor]
    above: list[Tensor]
    real: list[Tensor]
    phase: list[Tensor]

    def parts(self) -> Iterator[tuple[str, int, Tensor]]:
        """Every array with its name and scale."""
        for field in fields(self):
            value = getattr(self, field.name)
            for scale, array in enumerate(value if isinstance(value, list) else [value]):
                yield field.name, scale, array


def measure(picture: Tensor, plan: Plan) -> Statistics:
    """The statistics of a picture (C, H, W), differentiable."""
    pyramid = take_apart(picture, plan.scales, plan.orientations)
    size = (picture.shape[-2], picture.shape[-1])
    lows = [centred(pyramid.low)]
    for scale in reversed(range(plan.scales)):
        lows.insert(0, add_scale(lows[0], pyramid.bands[scale].real, scale, size))
    lengths = [band.abs() for band in pyramid.bands]
    still = [centred(length) for length in lengths]
    flat = centred(picture)
    return Statistics(
        mean=picture.mean((-2, -1)),
        covariance=products(flat, flat),
        skewness=skewness(flat),
        kurtosis=kurtosis(flat),
        least=picture.amin((-2, -1)),
        most=picture.amax((-2, -1)),
        high=pyramid.high.square().mean((-2, -1)),
        low_skewness=[skewness(low) for low in lows],
        low_kurtosis=[kurtosis(low) for low in lows],
        low_correlation=[neighbours(low, plan.neighbourhood) for low in lows],
        lengths=[length.mean((-2, -1)).flatten() for length in lengths],
        length_correlation=[neighbours(length.flatten(0, 1), plan.neighbourhood) for length in still],
        beside=[products(length, length) for length in still],
        above=[products(still[n], length) for n, length in enumerate(parent_lengths(pyramid))],
        real=[products(band.real, band.real) for band in pyramid.bands],
        phase=[products(pyramid.bands[n].real, waves) for n, waves in enumerate(parent_waves(pyramid))],
    )


def parent_waves(pyramid: Pyramid) -> list[Tensor]:
    """The next coarser scale's waves at each scale's size and doubled phase, for all scales but the last: (C, 2K, h, w).

    An edge or a line has waves of all sizes in step; doubled, a coarse wave turns as fast as a fine one (the paper's section 2.4).
    Real parts, then imaginary ones.
    """
    made: list[Tensor] = []
    for finer, coarser in zip(pyramid.bands, pyramid.bands[1:], strict=False):
        wave = resized(coarser, (finer.shape[-2], finer.shape[-1]))
        doubled = wave * wave / wave.abs().clamp_min(TINY)
        made.append(torch.cat([doubled.real, doubled.imag], 1))
    return made


def parent_lengths(pyramid: Pyramid) -> list[Tensor]:
    """Lengths of the next coarser scale's waves at each scale's size, less their mean, for all scales but the last: (C, K, h, w)."""
    return [
        centred(resized(coarser, (finer.shape[-2], finer.shape[-1])).abs())
        for finer, coarser in zip(pyramid.bands, pyramid.bands[1:], strict=False)
    ]


def centred(planes: Tensor) -> Tensor:
    """Planes less their means."""
    return planes - planes.mean((-2, -1), keepdim=True)


def skewness(planes: Tensor) -> Tensor:
    """The third moment of planes (C, h, w) whose mean is nothing, in units of their deviation: (C,)."""
    variance = planes.square().mean((-2, -1)).clamp_min(TINY)
    return planes.pow(3).mean((-2, -1)) / variance.pow(1.5)


def kurtosis(planes: Tensor) -> Tensor:
    """The fourth moment of planes (C, h, w) whose mean is nothing, in units of their deviation: (C,)."""
    variance = planes.square().mean((-2, -1)).clamp_min(TINY)
    return planes.pow(4).mean((-2, -1)) / variance.square()


def products(one: Tensor, other: Tensor) -> Tensor:
    """Mean products of every plane of one stack (..., h, w) with every plane of another: (n, m)."""
    a, b = one.reshape(-1, one.shape[-2] * one.shape[-1]), other.reshape(-1, one.shape[-2] * one.shape[-1])
    return a @ b.T / a.shape[1]


def correlations(planes: Tensor) -> Tensor:
    """Mean products of planes (..., h, w) with themselves, moved by every step around: (..., h, w), no step at [0, 0]."""
    spectrum = fft2(planes)
    return ifft2(spectrum.abs().square()).real / (planes.shape[-2] * planes.shape[-1])


def neighbours(planes: Tensor, most: int) -> Tensor:
    """Mean products of pixels with those around them: (C, h, w) -> (C, M, M), no step in the middle.

    M is `most`, or less where the planes are too small for so many steps to be different ones.
    """
    reach = reach_of((planes.shape[-2], planes.shape[-1]), most)
    steps = torch.arange(-reach, reach + 1, device=planes.device)
    rows, columns = steps % planes.shape[-2], steps % planes.shape[-1]
    return correlations(planes)[..., rows[:, None], columns]


def reach_of(size: tuple[int, int], neighbourhood: int) -> int:
    """How many steps of a neighbourhood to one side are used in planes of that size."""
    return max(0, min(neighbourhood // 2, min(size) // 4))


def in_units(found: Statistics, target: Statistics) -> tuple[Tensor, Tensor]:
    """All statistics in two rows, in units of the target's deviations, so that all weigh alike: the rest (n,), and the
    skewnesses and kurtoses (m,), which a few pixels can change.
    """
    deviation = _deviations(target.covariance)
    rows = [found.mean / deviation, found.least / deviation, found.most / deviation]
    rows += [found.covariance / torch.outer(deviation, deviation), found.high / target.high.clamp_min(TINY)]
    rows += [_by_middle(a, b) for a, b in zip(found.low_correlation, target.low_correlation, strict=True)]
    rows += [_by_middle(a, b) for a, b in zip(found.length_correlation, target.length_correlation, strict=True)]
    rows += [a / b.clamp_min(TINY) for a, b in zip(found.lengths, target.lengths, strict=True)]
    lengths, reals = ([_deviations(matrix) for matrix in group] for group in (target.beside, target.real))
    for n in range(len(lengths)):
        rows += [found.beside[n] / torch.outer(lengths[n], lengths[n]), found.real[n] / torch.outer(reals[n], reals[n])]
    for n in range(len(lengths) - 1):
        # A wave's real and imaginary part vary alike.
        doubled = reals[n + 1].view(len(deviation), -1).repeat(1, 2).flatten()
        rows += [
            found.above[n] / torch.outer(lengths[n], lengths[n + 1]),
            found.phase[n] / torch.outer(reals[n], doubled),
        ]
    tones = [found.skewness, found.kurtosis, *found.low_skewness, *found.low_kurtosis]
    return torch.cat([row.flatten() for row in rows]), torch.cat(tones)


def distance(found: Statistics, target: Statistics) -> Tensor:
    """The squared distance of all statistics, in units of the target's deviations."""
    pairs = zip(in_units(found, target), in_units(target, target), strict=True)
    return torch.stack([(ours - theirs).square().sum() for ours, theirs in pairs]).sum()


def misfits(found: Statistics, target: Statistics) -> tuple[float, float]:
    """How far the statistics are from the target's, relative to their length; skewnesses and kurtoses apart."""
    pairs = zip(in_units(found, target), in_units(target, target), strict=True)
    rest, tones = (float((ours - theirs).norm() / theirs.norm()) for ours, theirs in pairs)
    return rest, tones


def _deviations(covariance: Tensor) -> Tensor:
    return covariance.diagonal().sqrt().clamp_min(TINY)


def _by_middle(correlation: Tensor, target: Tensor) -> Tensor:
    middle = target.shape[-1] // 2
    return correlation / target[:, middle, middle].clamp_min(TINY)[:, None, None]
