"""Colour profiles: from a file's own colours to sRGB and back.

Profiles made of three primaries and tone curves, which is what cameras, phones and screens embed, are computed here
in floating point, because Pillow's colour engine takes no more than 8 bits of RGB. Profiles made of tables, CMYK
and Lab go through that engine (Little CMS), relative colorimetric with black point compensation.

ICC.1:2022, sections 7.2 (header), 8.3.3 and 8.4.3 (three-component matrix-based), 10.6 and 10.18 (curves), F.3.
"""

import io
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array

from .arrays import bands, quantise, to_float
from .colour import linear_to_srgb, srgb_to_linear

if TYPE_CHECKING:
    from PIL import ImageCms
    from PIL.Image import Image

# sRGB primaries adapted to D50, the profile connection space (Lindbloom, Bradford): columns are red, green, blue.
SRGB_TO_XYZ_D50 = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
_SAME = 0.75 / 255  # curves and matrices that differ from sRGB's by less than an 8-bit level are sRGB's


class ProfileError(Exception):
    """The profile cannot be used; the message says why and fits behind "the colour profile"."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A tone curve from stored samples to linear light, both in [0, 1]: a table, or the five-part formula

    (a x + b)^g + e for x >= d, c x + f below (ICC.1, table 68, type 4, of which the others are special cases).
    """

    table: tuple[float, ...] = ()
    formula: tuple[float, ...] = (1, 1, 0, 0, 0, 0, 0)

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """Linear light of stored samples."""
        if self.table:
            return np.interp(x, np.linspace(0, 1, len(self.table)), self.table)
        g, a, b, c, d, e, f = self.formula
        return np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)

    def inverse(self, y: NDArray[Any]) -> NDArray[Any]:
        """Stored samples of linear light."""
        if self.table:
            rising = np.maximum.accumulate(self.table)  # flat and falling stretches have no inverse; take the first
            return np.interp(y, rising, np.linspace(0, 1, len(self.table)))
        g, a, b, c, d, e, f = self.formula
        upper = (np.maximum(y - e, 0) ** (1 / g) - b) / a
        return np.where(y >= float(self(np.array(d))), upper, (y - f) / c if c else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Shaper:
    """A profile of tone curves and, for colour, the matrix from linear RGB to linear sRGB; grey has one curve."""

    curves: tuple[Curve, ...]
    matrix: NDArray[np.float64] | None = None

    def to_srgb(self, pixels: NDArray[Any], white: float) -> Array:
        """The picture as sRGB in [0, 1] from samples of 0 to white: (H, W, 3), or (H, W) for grey."""
        whole = pixels.dtype.kind == "u"  # then every value a sample can have is looked up, not computed
        scale = np.arange(int(white) + 1 if whole else 0) / white
        tables = [curve(scale).astype(np.float32) for curve in self.curves]
        out = np.empty(pixels.shape, np.float32)
        for rows in bands(*pixels.shape[:2]):
            channels = pixels[rows].reshape(-1, len(self.curves)).T
            if whole:
                linear = np.stack([table[channel] for table, channel in zip(tables, channels, strict=True)])
            else:
                linear = np.stack([curve(channel) for curve, channel in zip(self.curves, channels, strict=True)])
            if self.matrix is not None:
                linear = self.matrix.astype(np.float32) @ linear
            out[rows] = linear_to_srgb(np.clip(linear, 0, 1)).T.reshape(out[rows].shape)
        return out

    def from_srgb(self, picture: Array) -> Array:
        """The profile's own samples, in [0, 1], of an sRGB picture (H, W, 3)."""
        if self.matrix is None:
            raise ProfileError("is for grey pictures")
        inverse = np.linalg.inv(self.matrix).astype(np.float32)
        out = np.empty(picture.shape, np.float32)
        for rows in bands(*picture.shape[:2]):
            linear = np.clip(inverse @ srgb_to_linear(picture[rows].reshape(-1, 3).T), 0, 1)
            stored = [curve.inverse(channel) for curve, channel in zip(self.curves, linear, strict=True)]
            out[rows] = np.stack(stored, -1).reshape(out[rows].shape)
        return out

    @property
    def is_srgb(self) -> bool:
        """Whether converting would change nothing anyone could see."""
        steps = np.linspace(0, 1, 33)
        curved = max(float(np.abs(linear_to_srgb(curve(steps)) - steps).max()) for curve in self.curves)
        mixed = 0.0 if self.matrix is None else float(np.abs(self.matrix - np.eye(3)).max())
        return curved < _SAME and mixed < _SAME


def space(profile: bytes) -> str:
    """What a profile describes: "RGB", "GRAY", "CMYK", "Lab". Raises ProfileError for something that is no profile."""
    if len(profile) < 132 or profile[36:40] != b"acsp":
        raise ProfileError("is broken")
    if profile[12:16] not in (b"mntr", b"scnr", b"prtr", b"spac"):
        raise ProfileError("is of a kind that describes no picture")
    return profile[16:20].decode("latin-1").strip()


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    found = {}
    for place in range(132, 132 + 12 * min(count, 200), 12):
        tag, start, length = struct.unpack_from(">4sII", profile, place)
        if start + length > len(profile):
            raise ProfileError("is cut off")
        found[tag] = profile[start : start + length]
    return found


def _curve(body: bytes) -> Curve:
    kind, count = struct.unpack_from(">4s4xI", body)
    if kind == b"curv":
        if count == 0:
            return Curve()
        values = struct.unpack_from(f">{count}H", body, 12)
        if count == 1:  # one number is a gamma, in 256ths
            return _formula([values[0] / 256])
        return Curve(table=tuple(value / 65535 for value in values))
    if kind == b"para":
        number = (1, 3, 4, 5, 7)[count >> 16]  # the function's type stands in the upper half
        return _formula([value / 65536 for value in struct.unpack_from(f">{number}i", body, 12)])
    raise ProfileError("has tone curves of an unknown kind")


def _formula(p: list[float]) -> Curve:
    """The general formula of the five kinds of parametric curve (ICC.1, table 68)."""
    g, a, b, c, d, e, f = (*p, *[0.0] * (7 - len(p)))
    if len(p) == 1:
        a = 1.0
    elif len(p) in (3, 4):  # CIE 122 and IEC 61966-3: they begin where a x + b turns positive, at c or level below
        e = f = c if len(p) == 4 else 0.0
        c, d = 0.0, (-b / a if a else 0.0)
    if g <= 0 or a <= 0:
        raise ProfileError("has a tone curve that is none")
    return Curve(formula=(g, a, b, c, d, e, f))


@lru_cache(maxsize=8)
def shaper(profile: bytes) -> Shaper | None:
    """The curves and matrix of a profile; None for one that is made of tables. Raises ProfileError for a broken one."""
    try:
        tags = _tags(profile)
        if space(profile) == "GRAY" and profile[20:24] == b"XYZ " and b"kTRC" in tags:
            return Shaper((_curve(tags[b"kTRC"]),))
        wanted = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
        tables = {b"A2B0", b"A2B1", b"D2B0", b"D2B1"} & tags.keys()
        if space(profile) != "RGB" or tables or any(tag not in tags for tag in wanted):
            return None
        columns = [[value / 65536 for value in struct.unpack_from(">3i", tags[tag], 8)] for tag in wanted[:3]]
        matrix = np.linalg.inv(SRGB_TO_XYZ_D50) @ np.array(columns).T
        if not np.linalg.cond(matrix) < 1e4:
            raise ProfileError("has primaries that span no colours")
        return Shaper(tuple(_curve(tags[tag]) for tag in wanted[3:]), matrix)
    except (struct.error, IndexError, ZeroDivisionError, np.linalg.LinAlgError):
        raise ProfileError("is broken") from None


def to_srgb(pixels: NDArray[Any], white: float, profile: bytes) -> Array:
    """Samples in a profile's colours as sRGB in [0, 1]: (H, W, 3) RGB or (H, W) grey. Raises ProfileError."""
    shape = shaper(profile)
    if shape is not None:
        return to_float(pixels, white) if shape.is_srgb else shape.to_srgb(pixels, white)
    from PIL import Image

    grey = pixels.ndim == 2
    eight = pixels if pixels.dtype == np.uint8 else quantise(to_float(pixels, white), 8)
    converted = to_float(np.asarray(convert_image(Image.fromarray(eight), profile)), 255)
    return np.ascontiguousarray(converted[..., 0]) if grey else converted


def from_srgb(picture: Array, profile: bytes) -> Array:
    """An sRGB picture (H, W, 3) in the colours of an RGB profile, both in [0, 1]. Raises ProfileError."""
    shape = shaper(profile)
    if shape is not None:
        return picture if shape.is_srgb else shape.from_srgb(picture)
    from PIL import Image

    image = Image.fromarray(quantise(picture, 8))
    return to_float(np.asarray(_apply(image, _srgb(), _open(profile), "RGB")), 255)


def check_writable_profile(profile: bytes) -> None:
    """Raise ProfileError unless sRGB colours can be converted into the profile's."""
    from_srgb(np.zeros((1, 1, 3), np.float32), profile)


def convert_image(image: "Image", profile: bytes | None) -> "Image":
    """An 8-bit RGB image in sRGB from one in a profile's colours (RGB, grey, CMYK); no profile: from Lab.

    Raises ProfileError.
    """
    from PIL import ImageCms

    return _apply(image, _open(profile) if profile else ImageCms.createProfile("LAB"), _srgb(), "RGB")


def _srgb() -> Any:
    from PIL import ImageCms

    return ImageCms.createProfile("sRGB")


def _open(profile: bytes) -> "ImageCms.ImageCmsProfile":
    from PIL import ImageCms

    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (OSError, TypeError, ValueError):
        raise ProfileError("is broken") from None


def _apply(image: "Image", source: Any, target: Any, mode: str) -> "Image":
    from PIL import ImageCms

    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    try:
        transform = ImageCms.buildTransform(source, target, image.mode, mode, intent, flags)
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        raise ProfileError(f"cannot be used ({error})") from None
    assert converted is not None  # only in-place transforms give nothing back
    return converted
