"""The amplitude spectrum: style as how much of every frequency there is, which is where regular patterns live.

Gram matrices see no further than the network's receptive fields; the spectrum sees the whole picture at once. The
constraint is that of Liu, Gousseau & Xia 2016, section 3: the picture should be the sample with other phases, the same
for all colours.
"""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.fft import fft2, ifft2, irfft2, rfft2

_FADE = 0.1  # of a side, at either end: without it the frame of the sample would be the strongest line in its spectrum


def amplitude_target(sample: Tensor, size: tuple[int, int]) -> Tensor:
    """The spectrum a picture of `size` should have: (1, 3, h, w) -> complex (1, 3, H, W // 2 + 1).

    The sample, its mean taken off and its edges faded out, is laid on an empty canvas (or its middle cut out where it
    is larger) and raised to the contrast that it had: the random-phase texton of Galerne, Gousseau & Morel 2011.
    """
    mean = sample.mean((2, 3), keepdim=True)
    height, width = size
    top, left = max(0, sample.shape[2] - height) // 2, max(0, sample.shape[3] - width) // 2
    piece = (sample - mean)[:, :, top : top + height, left : left + width]
    window = _fade(piece.shape[2], sample)[:, None] * _fade(piece.shape[3], sample)
    laid = sample.new_zeros((*sample.shape[:2], height, width))
    laid[:, :, : piece.shape[2], : piece.shape[3]] = piece * window
    # One factor for all channels: their correlation is part of the spectrum.
    contrast = (sample - mean).square().mean() / laid.square().mean().clamp_min(1e-12)
    spectrum = rfft2(laid * contrast.sqrt())
    spectrum[..., 0, 0] = mean[..., 0, 0] * (height * width)
    return spectrum


def _fade(length: int, like: Tensor) -> Tensor:
    """Raised cosine at both ends, one between."""
    ramp = torch.linspace(0, 1, length, device=like.device)
    ramp = (torch.minimum(ramp, 1 - ramp) / _FADE).clamp(max=1)
    return 0.5 - 0.5 * torch.cos(torch.pi * ramp)


def project_amplitude(picture: Tensor, target: Tensor) -> Tensor:
    """The nearest picture with the target's spectrum: every frequency turned by one phase, (1, 3, H, W) -> the same.

    x^ -> s^ (s^·x^) / |s^·x^|, the product over the three channels (Liu et al. 2016, eq. 7).
    """
    along = (target.conj() * rfft2(picture)).sum(1, keepdim=True)
    phase = torch.where(along.abs() > 0, along / along.abs().clamp_min(1e-20), torch.ones_like(along))
    return irfft2(target * phase, s=picture.shape[-2:])


def random_phase(target: Tensor, noise: Tensor) -> Tensor:
    """A picture with the target's spectrum and the phases of noise (1, 1, H, W): the sample's frequencies without its shapes.

    One phase for all channels keeps colours that belong together (Galerne et al. 2011, section II).
    """
    phase = rfft2(noise - noise.mean())
    phase = phase / phase.abs().clamp_min(1e-20)
    phase[..., 0, 0] = 1
    return irfft2(target * phase, s=noise.shape[-2:])


def spectrum_loss(picture: Tensor, target: Tensor) -> Tensor:
    """Half the mean squared distance to the nearest picture with the target's spectrum.

    The projection is a constant of the gradient: that of a squared distance to a set is the way to its nearest point.
    """
    with torch.no_grad():
        nearest = project_amplitude(picture, target)
    return 0.5 * (picture - nearest).square().mean()


def periodic(planes: Tensor) -> Tensor:
    """The picture nearest to planes (..., H, W), mean kept, whose right edge continues on its left and its bottom on its top.

    What is taken away is smooth inside and makes up for the jumps at the frame, which would be the strongest lines in
    the spectrum (Moisan 2011, eq. 11 and 13). Nothing is faded out.
    """
    height, width = planes.shape[-2:]
    jumps = torch.zeros_like(planes)
    across, down = planes[..., 0] - planes[..., -1], planes[..., 0, :] - planes[..., -1, :]
    jumps[..., 0] += across
    jumps[..., -1] -= across
    jumps[..., 0, :] += down
    jumps[..., -1, :] -= down
    rows, columns = (
        torch.arange(n, device=planes.device, dtype=planes.dtype) * (2 * torch.pi / n) for n in (height, width)
    )
    laplacian = 4 - 2 * torch.cos(rows)[:, None] - 2 * torch.cos(columns)
    laplacian[0, 0] = 1
    smooth = fft2(jumps) / laplacian
    smooth[..., 0, 0] = 0
    return planes - ifft2(smooth).real


def amplitude(sample: Tensor, size: tuple[int, int]) -> Tensor:
    """How strong each frequency is in pictures like a sample (C, h, w), for pictures of another size: (C, H, W).

    Smoothed, since a sample says little about a single frequency, and nowhere below a fiftieth of its mean. White noise
    under it has the sample's contrast.
    """
    power = fft2(sample, norm="ortho").abs().square()
    smooth = F.avg_pool2d(F.pad(power[None], (1, 1, 1, 1), mode="circular"), 3, 1)[0]
    smooth = torch.fft.fftshift(smooth, dim=(-2, -1))
    found = F.interpolate(smooth[None], size=size, mode="bilinear", align_corners=False)[0].sqrt()
    found = torch.fft.ifftshift(found, dim=(-2, -1))
    # A real picture's spectrum is the same, seen from both sides.
    found = (found + found.flip(-2, -1).roll((1, 1), (-2, -1))) / 2
    return found.maximum(found.mean((-2, -1), keepdim=True) / 50)
