"""Where the sky is in a photo, and a painted one to put there."""

import numpy as np

from impasto.core import Array
from impasto.filters.guided import guided
from impasto.filters.tones import noise
from impasto.image.colour import luminance

_LOOK_PX = 320  # long side of the picture that the sky is looked for on
_LEAST = 0.4  # share of the upper edge that has to be sky
_ZENITH, _MIDDLE, _HORIZON = ((0.10, 0.30, 0.72), (0.27, 0.57, 0.93), (0.80, 0.92, 0.99))  # of the painted sky
_SHADOW, _LIT = (0.50, 0.63, 0.86), (1.0, 0.985, 0.95)  # of its clouds


def sky_mask(photo: Array, seed: int = 0) -> Array:
    """How much of each pixel (H, W) is sky, 0 to 1: all zeros where no sky touches the upper edge."""
    import cv2

    height, width = photo.shape[:2]
    scale = min(1.0, _LOOK_PX / max(height, width))
    small = cv2.resize(
        photo, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    likely = _likely(small)
    # An open sky takes up much of the upper edge; a bright wall behind someone's head seldom does.
    if likely[: max(1, len(likely) // 50)].any(0).mean() < _LEAST:
        likely[:] = False
    if not 0.01 < likely.mean() < 0.995 or min(small.shape[:2]) < 8:
        return np.full((height, width), likely.mean() >= 0.995, np.float32)
    labels = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cv2.erode(likely.astype(np.uint8), np.ones((9, 9)), borderValue=1) > 0] = cv2.GC_FGD
    labels[cv2.dilate(likely.astype(np.uint8), np.ones((25, 25))) == 0] = cv2.GC_BGD
    if (labels == cv2.GC_BGD).any() and (labels == cv2.GC_FGD).any():
        cv2.setRNGSeed(seed & 0x7FFFFFFF)  # its mixtures start at random
        eight_bits = np.ascontiguousarray((small * 255 + 0.5).astype(np.uint8))
        cv2.grabCut(eight_bits, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
        likely = _from_above((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
    rough = cv2.resize(likely.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    # Along the photo's own edges: roofs and branches, which the small picture has lost.
    fine = guided(rough, luminance(photo), max(2, round(4 / scale)), 0.02)
    return np.clip((fine - 0.2) / 0.6, 0, 1)


def _likely(small: Array) -> np.ndarray:
    """Pixels that look like sky and hang together with the upper edge, (h, w) bool."""
    import cv2

    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    hue, saturation, value = cv2.split(hsv)
    luma = luminance(small)
    wave = cv2.GaussianBlur(np.abs(luma - cv2.GaussianBlur(luma, (0, 0), 1.5)), (0, 0), 2)
    blue = (hue > 170) & (hue < 265) & (saturation > 0.12) & (value > 0.25)
    bright = (value > 0.6) & (saturation < 0.35)
    calm = wave < 0.02
    return _from_above((blue | bright) & calm)


def _from_above(mask: np.ndarray) -> np.ndarray:
    """The parts of a mask that touch the picture's first rows, small holes closed."""
    import cv2

    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5)))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3)))
    _, labels = cv2.connectedComponents(opened, connectivity=4)
    touching = np.unique(labels[: max(1, len(labels) // 50)])
    return np.isin(labels, touching[touching > 0])


def painted_sky(shape: tuple[int, int], horizon: float, clouds: float, seed: int) -> Array:
    """A summer sky (H, W, 3) down to `horizon` (a share of the height): deep blue above, pale below, cumulus between."""
    height, width = shape
    unit = max(shape) / 1000
    fall = np.clip(np.linspace(0, 1, height, dtype=np.float32) / max(horizon, 0.05), 0, 1)[:, None, None]
    zenith, middle, low = (np.array(colour, np.float32) for colour in (_ZENITH, _MIDDLE, _HORIZON))
    sky = np.where(fall < 0.5, zenith + (middle - zenith) * 2 * fall, middle + (low - middle) * (2 * fall - 1))
    sky = np.broadcast_to(sky, (height, width, 3))
    if not clouds:
        return np.ascontiguousarray(sky)
    density = _cumulus(shape, fall[..., 0], clouds, unit, seed)
    light = _light(density, unit)[..., None]
    paint = np.array(_SHADOW, np.float32) * (1 - light) + np.array(_LIT, np.float32) * light
    cover = np.clip(density * 3.5, 0, 1)[..., None]
    # Distance: clouds near the horizon fade into its haze.
    haze = 0.55 * fall**3
    return sky + cover * ((paint + haze * (sky - paint)) - sky)


def _cumulus(shape: tuple[int, int], fall: Array, clouds: float, unit: float, seed: int) -> Array:
    """Thickness of the clouds (H, W), 0 where there are none: heaps upon heaps, flatter and denser towards the horizon."""
    import cv2

    masses = noise(shape, max(330 * unit, 4), seed, octaves=2)
    heaps = sum(
        (np.abs(noise(shape, max(size * unit, 2), seed + number)) - 0.25) * share
        for number, (size, share) in enumerate(((150, 0.5), (70, 0.28), (32, 0.14), (15, 0.07)), 1)
    )
    # They stand on the horizon: more of them, and thicker, in the lower half of the sky.
    level = 0.75 * masses + 1.1 * heaps + 1.5 * (fall - 0.6) + 2.2 * (clouds - 0.62)
    return cv2.GaussianBlur(np.clip(level, 0, 1.5).astype(np.float32), (0, 0), max(0.8 * unit, 0.5))


def _light(density: Array, unit: float) -> Array:
    """How much sun falls on each place of the clouds, 0 to 1: little where there is cloud between it and above left."""
    import cv2

    total = np.zeros_like(density)
    for step in (6, 14, 30):
        move = np.array([[1, 0, -0.6 * step * unit], [0, 1, -step * unit]], np.float32)
        above = cv2.warpAffine(
            cv2.GaussianBlur(density, (0, 0), max(step * unit / 3, 0.5)), move, density.shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        total += np.clip(density - above, -0.4, 0.4)
    return np.clip(0.5 + 1.1 * total, 0, 1)
