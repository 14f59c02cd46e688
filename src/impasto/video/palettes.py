"""The 256 colours of a GIF: one palette for the whole film, so that nothing flickers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8]

# Bayer's 8 x 8 matrix: it stands still where the picture does, as error diffusion does not.
_TWO = np.array([[0, 2], [3, 1]])
_FOUR = np.block([[4 * _TWO + shift for shift in row] for row in _TWO])
_BAYER = (np.block([[4 * _FOUR + shift for shift in row] for row in _TWO]) + 0.5) / 64 - 0.5
_SPREAD = 18  # 8-bit levels that neighbouring pixels are moved apart: half the gap between colours of a full palette


def common_palette(pictures: Sequence[Samples]) -> Any:
    """A Pillow image that carries the 256 colours of pictures (H, W, 3), by median cut."""
    from PIL import Image

    small = [picture[:: max(1, picture.shape[0] // 128), :: max(1, picture.shape[1] // 128)] for picture in pictures]
    rows = np.concatenate([picture.reshape(-1, 3) for picture in small])
    return Image.fromarray(rows[None]).quantize(256, Image.Quantize.MEDIANCUT)


def with_palette(samples: Samples, palette: Any) -> Any:
    """A frame of a GIF in the palette's colours, dithered in a pattern that stands still."""
    import av
    from PIL import Image

    height, width = samples.shape[:2]
    pattern = np.tile(_BAYER, (-(-height // 8), -(-width // 8)))[:height, :width, None] * _SPREAD
    moved = np.clip(samples + pattern + 0.5, 0, 255).astype(np.uint8)
    image = Image.fromarray(moved).quantize(palette=palette, dither=Image.Dither.NONE)
    colours = np.zeros((256, 4), np.uint8)
    known = np.array(palette.getpalette("RGB"), np.uint8).reshape(-1, 3)[:256]
    colours[: len(known), 1:], colours[:, 0] = known, 255
    return av.VideoFrame.from_ndarray((np.asarray(image), colours), format="pal8")
