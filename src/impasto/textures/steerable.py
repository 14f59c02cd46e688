"""The complex steerable pyramid: a picture as waves, sorted by size and direction (Portilla & Simoncelli 2000, section 1.2).

Bands are cut out of the spectrum, so that any size of picture works, nothing aliases, and what was taken apart goes
together again without loss. Every picture is taken to continue on its other side.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.fft import fft2, ifft2


@dataclass(frozen=True, slots=True)
class Pyramid:
    """A picture (C, H, W) taken apart.

    high: (C, H, W), the finest residual. bands: for every scale, fine to coarse, complex (C, K, h, w); the real part is
    what an even filter sees, the imaginary part an odd one. low: (C, h, w), what is left.
    """

    high: Tensor
    bands: tuple[Tensor, ...]
    low: Tensor


def scale_sizes(size: tuple[int, int], scales: int) -> list[tuple[int, int]]:
    """Heights and widths of the bands, fine to coarse, and of what is left.

    >>> scale_sizes((47, 64), 2)
    [(47, 64), (24, 32), (12, 16)]
    """
    sizes = [size]
    for _ in range(scales):
        sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
    return sizes


def take_apart(picture: Tensor, scales: int, orientations: int) -> Pyramid:
    """Sort a picture (C, H, W) into bands. Each scale has half the frequencies, and half the pixels, of the finer one."""
    size = (picture.shape[-2], picture.shape[-1])
    sizes = scale_sizes(size, scales)
    spectrum = fft2(picture)
    high = ifft2(spectrum * outer_high(size, picture.device)).real
    spectrum = spectrum * outer_low(size, picture.device)
    bands: list[Tensor] = []
    for scale in range(scales):
        masks = band_masks(size, sizes[scale], scale, orientations, picture.device)
        bands.append(ifft2(spectrum[:, None] * masks * 2))  # twice one half of the spectrum is both halves of a wave
        spectrum = crop(spectrum * low_mask(size, sizes[scale], scale, picture.device), sizes[scale + 1])
    return Pyramid(high, tuple(bands), ifft2(spectrum).real)


def put_together(pyramid: Pyramid) -> Tensor:
    """The picture (C, H, W) whose bands have these real parts; take_apart's inverse."""
    coarse = pyramid.low
    size = (pyramid.high.shape[-2], pyramid.high.shape[-1])
    for scale in reversed(range(len(pyramid.bands))):
        coarse = add_scale(coarse, pyramid.bands[scale].real, scale, size)
    return finish(coarse, pyramid.high)


def add_scale(coarse: Tensor, bands: Tensor, scale: int, size: tuple[int, int]) -> Tensor:
    """What all coarser scales make together, (C, h/2, w/2), and the real bands (C, K, h, w) of a scale: (C, h, w).

    size: that of the whole picture, which says where frequencies lie.
    """
    here = (bands.shape[-2], bands.shape[-1])
    masks = band_masks(size, here, scale, bands.shape[1], bands.device)
    # A real wave has both halves of its spectrum: the even mask is this half and the other one, mirrored.
    waves = (fft2(bands) * (masks + mirrored(masks))).sum(1)
    below = spread(fft2(coarse), here) * low_mask(size, here, scale, bands.device)
    return ifft2(below + waves).real


def finish(coarse: Tensor, high: Tensor) -> Tensor:
    """All scales together, and the finest residual: the picture."""
    size = (high.shape[-2], high.shape[-1])
    spectrum = fft2(coarse) * outer_low(size, high.device) + fft2(high) * outer_high(size, high.device)
    return ifft2(spectrum).real


def analytic(bands: Tensor, size: tuple[int, int]) -> Tensor:
    """Waves (C, K, h, w) whose real parts are the bands given, as the filters of a pyramid of `size` would see them.

    Half of the spectrum is taken away: the half that looks away from each filter's direction.
    """
    here = (bands.shape[-2], bands.shape[-1])
    return ifft2(fft2(bands) * 2 * half_planes(size, here, bands.shape[1], bands.device))


def resized(planes: Tensor, size: tuple[int, int]) -> Tensor:
    """Planes (..., h, w), real or complex, at a larger size, by their spectrum; values keep their height."""
    made = ifft2(spread(fft2(planes), size))
    return made if planes.is_complex() else made.real


def crop(spectrum: Tensor, size: tuple[int, int]) -> Tensor:
    """The lowest frequencies of a spectrum (..., H, W), as many as a picture of `size` has; values keep their height."""
    height, width = spectrum.shape[-2:]
    rows, columns = _lowest(height, size[0], spectrum.device), _lowest(width, size[1], spectrum.device)
    return spectrum[..., rows[:, None], columns] * (size[0] * size[1] / (height * width))


def spread(spectrum: Tensor, size: tuple[int, int]) -> Tensor:
    """The spectrum of the same picture at a larger size: no frequencies are added."""
    height, width = spectrum.shape[-2:]
    rows, columns = _lowest(size[0], height, spectrum.device), _lowest(size[1], width, spectrum.device)
    laid = spectrum.new_zeros((*spectrum.shape[:-2], *size))
    laid[..., rows[:, None], columns] = spectrum * (size[0] * size[1] / (height * width))
    return laid


def _lowest(length: int, count: int, device: torch.device) -> Tensor:
    """Where the `count` lowest frequencies lie among those of `length` samples."""
    return torch.cat([torch.arange((count + 1) // 2), torch.arange(length - count // 2, length)]).to(device)


# --- masks over the spectrum; the frequencies are those of the whole picture, in radians a pixel ---


def _frequencies(size: tuple[int, int], here: tuple[int, int]) -> tuple[Tensor, Tensor]:
    rows, columns = (
        torch.fft.fftfreq(n, dtype=torch.float64) * n * (2 * math.pi / full)
        for n, full in zip(here, size, strict=True)
    )  # fmt: skip
    radius = torch.hypot(rows[:, None], columns[None])
    return radius, torch.atan2(rows[:, None].expand_as(radius), columns[None].expand_as(radius))


def _fall(radius: Tensor, edge: float) -> tuple[Tensor, Tensor]:
    """Low and high pass that meet in the octave below `edge`, their squares summing to one (the paper's L and H)."""
    octave = torch.log2((radius / edge).clamp(0.25, 2)).clamp(-1, 0)
    return torch.cos(math.pi / 2 * (octave + 1)), torch.cos(math.pi / 2 * octave)


@lru_cache(maxsize=8)
def outer_low(size: tuple[int, int], device: torch.device) -> Tensor:
    """All but the finest residual."""
    return _fall(_frequencies(size, size)[0], math.pi)[0].float().to(device)


@lru_cache(maxsize=8)
def outer_high(size: tuple[int, int], device: torch.device) -> Tensor:
    """The finest residual: corners of the spectrum that no ring fills."""
    return _fall(_frequencies(size, size)[0], math.pi)[1].float().to(device)


@lru_cache(maxsize=32)
def low_mask(size: tuple[int, int], here: tuple[int, int], scale: int, device: torch.device) -> Tensor:
    """What the coarser scales take of a scale's frequencies."""
    return _fall(_frequencies(size, here)[0] * 2**scale, math.pi / 2)[0].float().to(device)


@lru_cache(maxsize=32)
def band_masks(
    size: tuple[int, int], here: tuple[int, int], scale: int, orientations: int, device: torch.device
) -> Tensor:
    """Half rings, (K, h, w): what waves of one scale and of each direction are made of (the paper's H · G_k)."""
    radius, angle = _frequencies(size, here)
    ring = _fall(radius * 2**scale, math.pi / 2)[1]
    order = orientations - 1
    # Their squares, with those of the other halves, sum to one at every angle.
    height = 2**order * math.factorial(order) / math.sqrt(orientations * math.factorial(2 * order))
    masks = []
    for k in range(orientations):
        along = torch.cos(angle - math.pi * k / orientations)
        masks.append(ring * height * along.clamp_min(0) ** order if order else ring * (along > 0))
    return torch.stack(masks).float().to(device)


@lru_cache(maxsize=32)
def half_planes(size: tuple[int, int], here: tuple[int, int], orientations: int, device: torch.device) -> Tensor:
    """One where a direction's half ring lies, a half on the line between the halves, (K, h, w)."""
    angle = _frequencies(size, here)[1]
    halves = [torch.cos(angle - math.pi * k / orientations) for k in range(orientations)]
    return torch.stack([(h > 1e-9).float() + 0.5 * (h.abs() <= 1e-9).float() for h in halves]).to(device)


def mirrored(masks: Tensor) -> Tensor:
    """Masks (..., h, w) with every frequency in its opposite's place."""
    return masks.flip(-2, -1).roll((1, 1), (-2, -1))
