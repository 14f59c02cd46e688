"""How `anime_sky` makes its frame: flatten, move the palette, paint the sky, tone, ink, let light bloom."""

import numpy as np

from impasto import filters
from impasto.core import Array, Context, Estimate, Inputs, Result, RunOptions
from impasto.filters.flow import edge_flow
from impasto.filters.guided import guided
from impasto.filters.lines import contours
from impasto.filters.tones import livelier
from impasto.image.colour import lab_to_rgb, luminance, rgb_to_lab

from . import Options
from .sky import painted_sky, sky_mask

# The film's palette: means and spreads of lightness, a and b, of clear summer days. Set by eye; no frame was measured.
_MEAN, _SPREAD = np.array([62, -3, -8], np.float32), np.array([25, 15, 21], np.float32)
_TONE = 0.08  # how far shadows turn to blue (250 degrees) and highlights to warm yellow (45 degrees)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Work on the photo, then lay the painted sky over what is sky, then light both together."""
    import cv2

    photo, run = inputs.content, context.run
    scale = filters.scale_of(photo.shape)
    radius = filters.within(options.radius * scale, photo.shape, "radius", context)
    width = filters.within(max(options.line_width * scale, 0.4), photo.shape, "line_width", context)
    mask = sky_mask(photo, run.seed) * np.float32(options.sky) if options.sky else np.zeros(photo.shape[:2], np.float32)
    context.report(1, 2)
    frame = cv2.merge([guided(plane, plane, max(1, round(radius)), 0.04) for plane in cv2.split(photo)])
    frame = _toned(livelier(_moved(rgb_to_lab(frame), options.palette, mask), options.saturation))
    if options.line_strength:
        flow = edge_flow(photo, 2.5 * scale)
        paper = contours(luminance(photo), flow, width, 5 * scale, faintest=0.012, threads=run.threads)
        frame *= (1 - options.line_strength * (1 - paper))[..., None]
    if mask.any():
        sky = painted_sky(mask.shape, _horizon(mask), options.clouds, run.seed)
        frame += mask[..., None] * (sky - frame)
    frame = _shouldered(_bloomed(frame, options.bloom))
    picture = photo + np.float32(options.strength) * (frame - photo)
    context.report(2, 2)
    if options.sky and not mask.any():
        context.warn("no sky was found in the photo; none was painted.")
    return Result(np.clip(picture, 0, 1).astype(np.float32), {"sky": round(float(mask.mean()), 4)})


def _moved(lab: Array, far: float, mask: Array) -> Array:
    """Lab towards the film's means and spreads, judged without the sky, which gets its own; lightness half as far."""
    weight = 1 - mask
    total = max(float(weight.sum()), 1.0)
    mean = (lab * weight[..., None]).sum((0, 1), dtype=np.float64) / total
    spread = np.sqrt((((lab - mean) ** 2) * weight[..., None]).sum((0, 1)) / total)
    # A grey photo keeps what little colour it has: stretched, it would be noise.
    gain = np.clip(_SPREAD / np.maximum(spread, 1), 0.7, 1.4)
    goal = mean + np.clip(_MEAN - mean, -14, 14) * (0.7, 0.5, 0.5)
    share = np.array([0.5, 1, 1]) * far
    return (lab + share * ((lab - mean) * gain + goal - lab)).astype(np.float32)


def _toned(lab: Array) -> Array:
    """The picture of Lab with cool shadows and warm highlights (split toning)."""
    light = np.clip(lab[..., 0] / 100, 0, 1)
    for hue, weight in ((250, (1 - light) ** 2), (75, light**2)):  # 75: in Lab, the yellow that is 45 degrees in HSV
        angle = np.radians(hue)
        lab[..., 1] += 60 * _TONE * weight * np.float32(np.cos(angle))
        lab[..., 2] += 60 * _TONE * weight * np.float32(np.sin(angle))
    return np.clip(lab_to_rgb(lab), 0, 1).astype(np.float32)


def _horizon(mask: Array) -> float:
    """How far down the sky reaches, a share of the height."""
    rows = np.flatnonzero(mask.mean(1) > 0.05)
    return float((rows[-1] + 1) / len(mask)) if len(rows) else 1.0


def _bloomed(frame: Array, amount: float) -> Array:
    """Highlights, blurred over 2 % of the long side and screened on top."""
    import cv2

    if not amount:
        return frame
    glow = frame * np.clip((frame.max(-1, keepdims=True) - np.float32(0.8)) / np.float32(0.2), 0, 1)
    glow = cv2.GaussianBlur(glow, (0, 0), max(0.02 * max(frame.shape[:2]), 0.5), borderType=cv2.BORDER_REPLICATE)
    return 1 - (1 - frame) * (1 - np.float32(amount) * glow)


def _shouldered(frame: Array) -> Array:
    """Values bent below white from 0.9 on, so that no highlight is clipped."""
    over = np.maximum(frame - np.float32(0.9), 0)
    return np.minimum(frame, np.float32(0.9)) + np.float32(0.1) * (1 - np.exp(-over / np.float32(0.1)))


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need: as measured, 30 float32 planes, and 1.3 microseconds for each pixel on one thread."""
    return filters.estimated(height * width, planes=30, nanoseconds=1300, run=run)
