"""The finished picture as a caller gets it: look at it, save it, read how it was made."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from impasto.core import Array, Result

from .report import provenance

if TYPE_CHECKING:
    from PIL.Image import Image

    from impasto.image.formats import Format


@dataclass(frozen=True, slots=True)
class Stylized(Result):
    """A finished picture with what came along with the photo: transparency (H, W), ICC profile, bit depth, dpi."""

    alpha: Array | None = None
    profile: bytes | None = None
    depth: int = 8
    dpi: tuple[float, float] | None = None

    @property
    def interrupted(self) -> bool:
        """Whether the run was stopped early; the picture is then the best there was."""
        return bool(self.report.get("interrupted", False))

    @property
    def image(self) -> "Image":
        """The picture as an 8-bit PIL image, RGB or, with transparency, RGBA."""
        from PIL import Image

        from impasto.image.arrays import quantise

        channels = self.picture if self.alpha is None else np.dstack([self.picture, self.alpha])
        return Image.fromarray(quantise(channels, 8))

    def save(
        self, path: str | Path, *, metadata: bool = True, quality: int | None = None, depth: int | None = None
    ) -> None:
        """Write the picture in the format of the suffix; the file is complete or absent, never half-written.

        metadata: write down how the picture was made (method, options, seed, versions, hashes of the inputs).
        quality: of JPEG, WebP and HEIC, 1 to 100. depth: bits per channel, 8 or 16; the photo's own where the format
        can hold it. Raises UsageError for a folder or suffix that cannot be written, RunError when the disk is full.
        """
        from impasto.image import save
        from impasto.image.formats import format_of

        save(self.picture, path, **self._extras(format_of(path), metadata, quality, depth))

    def encode(
        self, format: str = "png", *, metadata: bool = True, quality: int | None = None, depth: int | None = None
    ) -> bytes:
        """The bytes of the file that `save` would write, in a format such as "png" or "jpg"."""
        from impasto.image import encode
        from impasto.image.formats import format_named

        return encode(self.picture, format, **self._extras(format_named(format), metadata, quality, depth))

    def _extras(self, format: "Format", metadata: bool, quality: int | None, depth: int | None) -> dict[str, Any]:
        chosen = {} if quality is None else {"quality": quality}
        return chosen | {
            "alpha": self.alpha,
            "profile": self.profile,
            "dpi": self.dpi,
            "metadata": provenance(self.report) if metadata and self.report else None,
            "depth": depth or (self.depth if self.depth in format.depths else 8),
        }
