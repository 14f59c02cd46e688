"""The complex steerable pyramid: nothing is lost, every wave has one home, and bands are halves of spectra."""

import math

import pytest
import torch
from torch.fft import fft2

from impasto.textures.steerable import analytic, crop, put_together, resized, spread, take_apart

SIZES = [(32, 32), (47, 61), (33, 20)]


def picture(*size, seed=0):
    return torch.randn((2, *size), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("scales", "orientations"), [(2, 4), (3, 2), (1, 5)])
def test_what_is_taken_apart_goes_together_again(size, scales, orientations):
    whole = picture(*size)
    again = put_together(take_apart(whole, scales, orientations))
    torch.testing.assert_close(again, whole, atol=2e-5, rtol=0)


@pytest.mark.parametrize("size", SIZES)
def test_no_energy_is_gained_or_lost(size):
    whole = picture(*size)
    pyramid = take_apart(whole, 2, 4)
    planes = [pyramid.high, *(band.real for band in pyramid.bands), pyramid.low]
    # Coarse planes have fewer pixels of the same height: each stands for several.
    energy = sum(p.square().sum() * (size[0] * size[1] / (p.shape[-2] * p.shape[-1])) for p in planes)
    torch.testing.assert_close(energy, whole.square().sum(), rtol=1e-4, atol=0)


@pytest.mark.parametrize(("direction", "way"), [(0, (0, 1)), (1, (1, 1)), (2, (1, 0)), (3, (1, -1))])
def test_a_wave_is_found_in_the_band_of_its_direction_and_size(direction, way):
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    wave = torch.cos(2 * math.pi * 8 / 64 * (way[0] * y + way[1] * x))[None]
    pyramid = take_apart(wave, 3, 4)
    lengths = [band.abs().mean((0, 2, 3)) for band in pyramid.bands]
    scale = max(range(3), key=lambda n: float(lengths[n].max()))
    assert int(lengths[scale].argmax()) == direction
    # A pure wave is as long everywhere: that is what the imaginary part is for.
    band = pyramid.bands[scale][0, direction].abs()
    assert band.std() < 1e-4 * band.mean()


@pytest.mark.parametrize("size", SIZES)
def test_real_parts_alone_give_the_whole_wave_back(size):
    bands = take_apart(picture(*size), 2, 4).bands[1]
    torch.testing.assert_close(analytic(bands.real, size), bands, atol=1e-5, rtol=0)
    # Half of a band's spectrum is empty.
    spectrum = fft2(bands[0, 0])
    assert spectrum[:, bands.shape[-1] // 2 + 1 :].abs().max() < 1e-4 * spectrum.abs().max()


@pytest.mark.parametrize("small", [(9, 8), (7, 15)])
def test_enlarging_and_cropping_a_spectrum_keep_values(small):
    low = take_apart(picture(*small), 1, 2).low  # nothing at its highest frequency
    size = (low.shape[-2], low.shape[-1])
    large = resized(low, (24, 31))
    torch.testing.assert_close(large.mean((-2, -1)), low.mean((-2, -1)), atol=1e-6, rtol=0)
    torch.testing.assert_close(crop(spread(fft2(low), (24, 31)), size), fft2(low), atol=1e-5, rtol=0)
