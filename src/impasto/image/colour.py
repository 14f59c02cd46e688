"""Colour spaces, and the palette of one picture moved onto another. Plain NumPy; no band of it needs much memory.

Pictures are sRGB in [0, 1], colour in the last axis. YUV is that of ITU-R BT.601; Lab is CIE 1976 under D65.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, UsageError

from .arrays import bands

Floats: TypeAlias = NDArray[np.floating[Any]]
Matching: TypeAlias = Literal["mkl", "pca", "cholesky"]

LUMA = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in luma (ITU-R BT.601)."""

# U and V are blue and red minus luma, scaled to at most 0.436 and 0.615 (BT.601, analogue).
_YUV = np.stack([LUMA, 0.436 / (1 - 0.114) * (np.eye(3)[2] - LUMA), 0.615 / (1 - 0.299) * (np.eye(3)[0] - LUMA)])
_XYZ = np.array(  # linear sRGB to XYZ under D65 (IEC 61966-2-1, as computed by Lindbloom)
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _XYZ.sum(1)  # so that white, and with it every grey, has a = b = 0 exactly
_DELTA = 6 / 29  # where CIE Lab's cube root gives way to a line
_EPS = 1e-5  # on the diagonal of covariances: flat pictures stay finite (Gatys et al. 2017, authors' code)


def _by_bands(function: Callable[[Floats], Floats]) -> Callable[[NDArray[Any]], Floats]:
    """Apply a function of pixels to a few rows at a time, so that only the result is as large as the picture."""

    @wraps(function)
    def apply(pixels: NDArray[Any]) -> Floats:
        pixels = np.asarray(pixels)
        if pixels.dtype.kind != "f":
            pixels = pixels.astype(np.float32)
        if pixels.ndim < 3:
            return function(pixels)
        out: Floats | None = None
        for rows in bands(*pixels.shape[:2]):
            part = function(pixels[rows])
            if out is None:
                out = np.empty(pixels.shape[:1] + part.shape[1:], part.dtype)
            out[rows] = part
        return function(pixels) if out is None else out

    return apply


def _times(pixels: Floats, matrix: NDArray[np.float64]) -> Floats:
    return pixels @ matrix.T.astype(pixels.dtype)


@_by_bands
def srgb_to_linear(picture: Floats) -> Floats:
    """Light intensities of sRGB values (IEC 61966-2-1).

    >>> round(float(srgb_to_linear(np.array(0.5))), 4)
    0.214
    """
    return np.where(picture <= 0.04045, picture / 12.92, ((np.maximum(picture, 0) + 0.055) / 1.055) ** 2.4)


@_by_bands
def linear_to_srgb(light: Floats) -> Floats:
    """Stored sRGB values of light intensities (IEC 61966-2-1).

    >>> round(float(linear_to_srgb(np.array(0.214))), 4)
    0.5
    """
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)


@_by_bands
def luminance(picture: Floats) -> Floats:
    """Luma, the grey a picture turns into on a black-and-white screen: (..., 3) gives (...).

    >>> luminance(np.array([1.0, 0.0, 0.0])).tolist()
    0.299
    """
    return picture @ LUMA.astype(picture.dtype)


@_by_bands
def rgb_to_yuv(picture: Floats) -> Floats:
    """Luma in [0, 1] and two signed colour differences.

    >>> np.abs(rgb_to_yuv(np.ones(3)) - [1, 0, 0]).max() < 1e-12
    np.True_
    """
    return _times(picture, _YUV)


@_by_bands
def yuv_to_rgb(yuv: Floats) -> Floats:
    """The picture of luma and colour differences; not clipped."""
    return _times(yuv, np.linalg.inv(_YUV))


@_by_bands
def rgb_to_lab(picture: Floats) -> Floats:
    """CIE Lab: lightness 0 to 100, a (green to red) and b (blue to yellow) about -110 to 110.

    >>> rgb_to_lab(np.array([1.0, 0.0, 0.0])).round(1).tolist()
    [53.2, 80.1, 67.2]
    """
    xyz = _times(srgb_to_linear(picture), _XYZ / _WHITE[:, None])
    f = np.where(xyz > _DELTA**3, np.cbrt(xyz), xyz / (3 * _DELTA**2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


@_by_bands
def lab_to_rgb(lab: Floats) -> Floats:
    """The picture of CIE Lab values; not clipped, so that colours outside sRGB stay recognisable."""
    lightness, a, b = np.moveaxis(lab, -1, 0)
    y = (lightness + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200], -1)
    xyz = np.where(f > _DELTA, f**3, 3 * _DELTA**2 * (f - 4 / 29))
    return linear_to_srgb(_times(xyz, np.linalg.inv(_XYZ / _WHITE[:, None])))


def mean_covariance(picture: Array) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean colour (3,) and covariance (3, 3) of a picture's pixels, summed in double precision."""
    count = picture.shape[0] * picture.shape[1]
    rows = list(bands(*picture.shape[:2]))
    mean = sum(picture[band].sum((0, 1), dtype=np.float64) for band in rows) / count
    covariance = np.zeros((3, 3))
    for band in rows:
        centred = picture[band].reshape(-1, 3) - mean
        covariance += centred.T @ centred
    return np.asarray(mean), covariance / count


def match_mean_covariance(source: Array, target: Array, method: Matching = "mkl", *, clip: bool = False) -> Array:
    """Recolour a picture so that its colours have the mean and covariance of another's; shapes stay as they are.

    x -> A (x - mean_s) + mean_t with A cov_s A^T = cov_t. Of all such A, "mkl" moves colours least (the linear
    Monge-Kantorovich map, Pitie & Kokaram 2007: the only symmetric one); "pca" and "cholesky" are
    cov_t^1/2 cov_s^-1/2 and L_t L_s^-1 (Gatys et al. 2016, Preserving Color).
    (H, W, 3) and (h, w, 3) give (H, W, 3) float32. Without `clip`, values may leave [0, 1] and the moments match to
    rounding; a source of one flat colour keeps no covariance to stretch and takes the target's mean.
    """
    (mean_s, cov_s), (mean_t, cov_t) = mean_covariance(source), mean_covariance(target)
    matrix = _transport(cov_s + _EPS * np.eye(3), cov_t + _EPS * np.eye(3), method)
    shift = (mean_t - matrix @ mean_s).astype(np.float32)
    out = np.empty(source.shape, np.float32)
    for rows in bands(*source.shape[:2]):
        out[rows] = source[rows] @ matrix.T.astype(np.float32) + shift
    return np.clip(out, 0, 1, out=out) if clip else out


def _transport(cov_s: NDArray[np.float64], cov_t: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    """A matrix A with A cov_s A^T = cov_t, of the asked-for kind."""
    if method == "mkl":
        root, inverse = _power(cov_s, 0.5), _power(cov_s, -0.5)
        return inverse @ _power(root @ cov_t @ root, 0.5) @ inverse
    if method == "pca":
        return _power(cov_t, 0.5) @ _power(cov_s, -0.5)
    if method == "cholesky":
        return np.linalg.cholesky(cov_t) @ np.linalg.inv(np.linalg.cholesky(cov_s))
    raise UsageError(f"no colour matching '{method}'. Use mkl, pca or cholesky.")


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Power of a symmetric positive definite matrix."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T


def match_histogram(source: Array, target: Array) -> Array:
    """Recolour a picture so that each of its channels has the other's histogram; the order of its values is kept.

    (H, W, 3) and (h, w, 3) give (H, W, 3) float32: the value at a share q of a channel's pixels becomes the target's at
    q, between two of them interpolated. Equal values stay equal: they share their middle rank.
    """
    out = np.empty(source.shape, np.float32)
    for channel in range(source.shape[2]):
        _, place, counts = np.unique(source[..., channel], return_inverse=True, return_counts=True)
        ranks = (np.cumsum(counts) - 0.5 * counts) / place.size
        values = np.sort(target[..., channel], axis=None)
        out[..., channel] = np.interp(ranks, (np.arange(values.size) + 0.5) / values.size, values)[place].reshape(
            source.shape[:2]
        )
    return out


def transfer_luminance(result: Array, content: Array) -> Array:
    """Give a stylised picture the photo's colours: its luma with the photo's U and V (Gatys et al. 2016, Preserving Color).

    Both (H, W, 3). Where that luma and colour cannot be shown together, the colour is drawn towards grey just far
    enough: hue and luma are kept, and nothing is clipped. Elsewhere U and V are the photo's to rounding.
    """
    if result.shape != content.shape:
        raise ValueError(f"pictures of shapes {result.shape} and {content.shape} do not lie on each other")
    out = np.empty(result.shape, np.float32)
    for rows in bands(*result.shape[:2]):
        luma = np.clip(luminance(result[rows]), 0, 1)[..., None]
        colour = content[rows] - luminance(content[rows])[..., None]  # the part of RGB that U and V make up
        room = np.where(colour > 0, 1 - luma, luma) / np.maximum(np.abs(colour), 1e-12)
        out[rows] = luma + colour * np.minimum(room.min(-1, keepdims=True), 1)
    return np.clip(out, 0, 1, out=out)  # rounding only


def match_luminance(style: Array, content: Array, *, clip: bool = False) -> Array:
    """The style in grey, with the mean and spread of the photo's luma (Gatys et al. 2016, Preserving Color).

    L' = sigma_c / sigma_s (L - mu_s) + mu_c, in three equal channels: (H, W, 3) float32. Without `clip`, values may
    leave [0, 1]. A style of one flat grey becomes the photo's mean.
    """
    luma, goal = luminance(style), luminance(content)
    spread = float(luma.std(dtype=np.float64))
    gain = float(goal.std(dtype=np.float64)) / spread if spread > 1e-6 else 0.0
    luma = (luma - luma.mean(dtype=np.float64)) * gain + goal.mean(dtype=np.float64)
    if clip:
        luma = np.clip(luma, 0, 1)
    return np.repeat(luma.astype(np.float32)[..., None], 3, -1)
