"""A decoded picture and everything about it that must survive until the result is saved."""

from dataclasses import dataclass

from impasto.core import Array


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels with what came along with them in the file.

    rgb: float32 (H, W, 3), sRGB in [0, 1], the right way up. alpha: float32 (H, W) in [0, 1], or None when opaque;
    colours are not premultiplied. profile: the file's own RGB profile, which a saved result is converted back to;
    None for sRGB, grey and CMYK sources. sha256: of the file's bytes, None for arrays and PIL images.
    name: base name of the file, or "array". depth: 8, or 16 when the source held more than 8 bits per sample.
    notes: what had to be ignored or approximated, one sentence each. whole: height and width in the file, where it was
    decoded at a fraction of them.
    """

    rgb: Array
    alpha: Array | None = None
    profile: bytes | None = None
    sha256: str | None = None
    name: str = "array"
    depth: int = 8
    dpi: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    whole: tuple[int, int] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels, of the file."""
        return self.whole or (self.rgb.shape[0], self.rgb.shape[1])
