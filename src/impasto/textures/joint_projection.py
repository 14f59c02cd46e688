"""Giving a picture another's joint statistics, one after the other (Portilla & Simoncelli 2000, section 3 and appendix).

Every adjustment is the smallest change, or nearly, that sets one group of statistics; each upsets the others a little, and
rounds of all of them settle. `sweep` is one round.
"""

from math import comb

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.fft import fft2, ifft2

from .joint_statistics import (
    TINY,
    Plan,
    Statistics,
    centred,
    correlations,
    parent_lengths,
    parent_waves,
)
from .steerable import Pyramid, add_scale, analytic, finish, take_apart
from .transport_map import transport_map

_RIDGE = 1e-6  # on covariances: a share of their mean variance
_MOST_STRETCH = 50.0  # of a wave's length in one round; waves of hardly any length have no phase to stretch


def sweep(picture: Tensor, target: Statistics, plan: Plan) -> Tensor:
    """One round of adjustments, coarse to fine: (C, H, W) -> the same."""
    size = (picture.shape[-2], picture.shape[-1])
    pyramid = take_apart(picture - picture.mean((-2, -1), keepdim=True), plan.scales, plan.orientations)
    coarse = adjusted_low(centred(pyramid.low), target, plan.scales)
    for scale in reversed(range(plan.scales)):
        bands = adjusted_waves(pyramid, target, scale, size)
        pyramid = with_bands(pyramid, scale, bands)
        coarse = adjusted_low(add_scale(coarse, bands.real, scale, size), target, scale)
    # The finest residual may only be too strong: noise that nothing else takes away.
    strength = (target.high / pyramid.high.square().mean((-2, -1)).clamp_min(TINY)).sqrt().clamp(max=1)
    return adjusted_pixels(finish(coarse, pyramid.high * strength[:, None, None]), target)


def with_bands(pyramid: Pyramid, scale: int, bands: Tensor) -> Pyramid:
    """The pyramid with one scale's bands replaced: finer scales look at their parents as they have become."""
    return Pyramid(pyramid.high, (*pyramid.bands[:scale], bands, *pyramid.bands[scale + 1 :]), pyramid.low)


def adjusted_low(low: Tensor, target: Statistics, scale: int) -> Tensor:
    """What a scale and all coarser ones show together, (C, h, w), with the target's neighbours and tones."""
    low = with_correlations(low, target.low_correlation[scale])
    low = with_skewness(low, target.low_skewness[scale])
    return with_kurtosis(low, target.low_kurtosis[scale])


def adjusted_waves(pyramid: Pyramid, target: Statistics, scale: int, size: tuple[int, int]) -> Tensor:
    """Waves of one scale, complex (C, K, h, w), with the target's lengths and the target's phases to the coarser ones."""
    waves = pyramid.bands[scale]
    here = Pyramid(pyramid.high, pyramid.bands[scale : scale + 2], pyramid.low)
    length = waves.abs()
    still = centred(length)
    if scale < len(target.above):
        still = with_products(still, target.beside[scale], parent_lengths(here)[0], target.above[scale])
    else:
        still = with_products(still, target.beside[scale])
    flat = with_correlations(still.flatten(0, 1), target.length_correlation[scale])
    wanted = (flat.view_as(length) + target.lengths[scale].view(*length.shape[:2], 1, 1)).clamp_min(0)
    waves = waves * (wanted / length.clamp_min(TINY)).clamp(max=_MOST_STRETCH)
    if scale >= len(target.phase):
        return analytic(with_products(waves.real, target.real[scale]), size)
    real = with_products(waves.real, target.real[scale], parent_waves(here)[0], target.phase[scale])
    return analytic(real, size)


def adjusted_pixels(picture: Tensor, target: Statistics) -> Tensor:
    """The picture (C, H, W) with the target's mean, contrast, skewness, kurtosis and range."""
    flat = with_products(centred(picture)[:, None], target.covariance)[:, 0]
    flat = with_kurtosis(with_skewness(flat, target.skewness), target.kurtosis)
    whole = flat + target.mean[:, None, None]
    return torch.maximum(torch.minimum(whole, target.most[:, None, None]), target.least[:, None, None])


def with_products(planes: Tensor, wanted: Tensor, others: Tensor | None = None, shared: Tensor | None = None) -> Tensor:
    """Planes (C, K, h, w), mixed so that their mean products are `wanted` and those with other planes `shared`.

    x' = M x + N y with M the least-moving map that leaves the right covariance beside what y has to bring (the paper's
    appendix A.2; the authors choose M by its nearness to a rotation instead).
    """
    x = planes.reshape(-1, planes.shape[-2] * planes.shape[-1])
    own, goal = _matrix(x @ x.T) / x.shape[1], _matrix(wanted)
    if others is None or shared is None:
        return (_tensor(transport_map(own, goal, _RIDGE), x) @ x).view_as(planes)
    y = others.reshape(-1, x.shape[1])
    brought, between = _matrix(y @ y.T) / y.shape[1], _matrix(x @ y.T) / y.shape[1]
    back = np.linalg.inv(brought + (_RIDGE * np.trace(brought) / len(brought) + TINY) * np.eye(len(brought)))
    share = _matrix(shared)
    left = _not_negative(own - between @ back @ between.T)
    mix = transport_map(left, _not_negative(goal - share @ back @ share.T), _RIDGE)
    add = (share - mix @ between) @ back
    return (_tensor(mix, x) @ x + _tensor(add, x) @ y).view_as(planes)


def _not_negative(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest covariance: a parent may be asked for more than there is."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * values.clip(1e-4 * max(values.max(), 0.0))) @ vectors.T


def with_correlations(planes: Tensor, wanted: Tensor) -> Tensor:
    """Planes (C, h, w) under a filter that leaves the products of neighbours `wanted` (C, M, M).

    The square of the filter's spectrum is sought as a small symmetric kernel: products of the filtered plane are those of the plane
    under that kernel, which makes the equations linear (the paper's appendix A.3).
    """
    reach = wanted.shape[-1] // 2
    height, width = planes.shape[-2:]
    # Half of the steps: the other half has the same products.
    steps = [(y, x) for y in range(reach + 1) for x in range(-reach, reach + 1) if y or x >= 0]
    dy, dx = (torch.tensor(way, device=planes.device) for way in zip(*steps, strict=True))
    now = correlations(planes).double()
    there = now[:, (dy[:, None] - dy) % height, (dx[:, None] - dx) % width]
    back = now[:, (dy[:, None] + dy) % height, (dx[:, None] + dx) % width]
    once = ((dy == 0) & (dx == 0)).double()
    system = there + back * (1 - once)
    goal = wanted[:, dy + reach, dx + reach].double()
    strength = now[:, 0, 0].clamp_min(TINY)[:, None, None]
    # Least squares: smooth planes leave many kernels that do nearly the same.
    kernel = torch.linalg.lstsq(
        system / strength, (goal / strength[..., 0])[..., None], driver="gelsd", rcond=1e-9
    ).solution[..., 0]
    laid = torch.zeros_like(now)
    laid[:, dy % height, dx % width] = kernel
    laid[:, -dy % height, -dx % width] = kernel
    power = fft2(laid).real.abs().sqrt().to(planes.dtype)
    return ifft2(fft2(planes) * power).real


def with_skewness(planes: Tensor, wanted: Tensor) -> Tensor:
    """Planes (C, h, w), moved along the gradient of their skewness until it is `wanted` (C,); mean and variance are kept."""
    return _with_moment(planes, wanted, 3)


def with_kurtosis(planes: Tensor, wanted: Tensor) -> Tensor:
    """Planes (C, h, w), moved along the gradient of their kurtosis until it is `wanted` (C,); mean and variance are kept."""
    return _with_moment(planes, wanted, 4)


def _with_moment(planes: Tensor, wanted: Tensor, order: int) -> Tensor:
    variance = planes.square().mean((-2, -1), keepdim=True).clamp_min(TINY)
    along = planes * (planes.pow(order).mean((-2, -1), keepdim=True) / variance)
    ways = centred(planes.pow(order - 1)) - along
    return torch.stack(
        [_moved(plane, way, float(goal), order) for plane, way, goal in zip(planes, ways, wanted, strict=True)]
    )


def _moved(plane: Tensor, way: Tensor, wanted: float, order: int) -> Tensor:
    """The plane, a little along `way`, where its moment of that order, in units of its deviation, is or comes nearest to `wanted`.

    Moments of plane + t·way are polynomials in t, so all the places where the moment is right are roots of one. Of
    these the nearest is taken; where there is none, the nearest place where the moment is extreme (the paper's appendix A.1).
    """
    deviation = float(plane.square().mean().sqrt())
    if deviation < 1e-6 or not np.isfinite(wanted):
        return plane
    x = plane / deviation
    reach = float(way.square().mean().sqrt())
    if reach < TINY:
        return plane
    w = way / reach
    second, high = _powers(x, w, 2), _powers(x, w, order)

    def moment(t: float) -> float:
        return float(high(t) / max(second(t), 1e-9) ** (order / 2))

    # The third moment's sign is lost when it is squared; wrong ones are sorted out below.
    wrong = high**2 - wanted**2 * second**3 if order == 3 else high - wanted * second**2
    real = _real_roots(wrong, 1e-6)
    good = [float(t) for t in real if abs(moment(t) - wanted) < 1e-3 * (1 + abs(wanted))]
    # Extremes: (m / v^(n/2))' = 0.
    turns = _real_roots(high.deriv() * second - order / 2 * high * second.deriv(), 1e-9)
    low, top = max((t for t in turns if t < 0), default=-np.inf), min((t for t in turns if t > 0), default=np.inf)
    inside = [t for t in good if low <= t <= top]
    if inside:
        step = min(inside, key=abs)
    else:
        ends = [t for t in (low, top) if np.isfinite(t)]
        if not ends:
            return plane
        step = float(min(ends, key=lambda t: abs(moment(t) - wanted)))
    moved = centred((x + step * w)[None])[0]
    return moved * (deviation / moved.square().mean().sqrt().clamp_min(TINY))


def _real_roots(polynomial: np.poly1d, tolerance: float) -> NDArray[np.float64]:
    roots = np.asarray(np.roots(polynomial.coeffs), np.complex128)
    return np.real(roots)[np.abs(np.imag(roots)) < tolerance * (1 + np.abs(np.real(roots)))]


def _powers(x: Tensor, w: Tensor, order: int) -> np.poly1d:
    """The mean of (x + t·w) to the power of `order`, as a polynomial in t."""
    return np.poly1d(
        [comb(order, n) * float((x.pow(order - n) * w.pow(n)).mean(dtype=torch.float64)) for n in range(order, -1, -1)]
    )


def _matrix(tensor: Tensor) -> NDArray[np.float64]:
    return tensor.detach().cpu().double().numpy()


def _tensor(matrix: NDArray[np.float64], like: Tensor) -> Tensor:
    return torch.from_numpy(matrix).to(like)
