"""Every way to give one picture the colours of another, under one call. Maps of colours only: equal pixels stay equal.

Pictures are float32 sRGB in [0, 1], (H, W, 3); results may leave that range.
"""

from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, UsageError

from .arrays import bands
from .colour import lab_to_rgb, match_histogram, match_mean_covariance, rgb_to_lab

Transform: TypeAlias = Literal["mkl", "pca", "cholesky", "reinhard", "sliced", "histogram", "lab_histogram", "palette"]
"""Names of the ways, and what they match: mean and covariance (three ways), spread in Lab, all of the distribution,
channel histograms in RGB or Lab, main colours."""

_NODES = 33  # a side of the tables that stand for a map of colours
_SAMPLE = 1 << 14  # pixels that distributions are read from
_QUANTILES = 200  # of each projection; more follow the noise of the sample
_ROUNDS = 12  # of three projections each, after which sliced distances hardly fall any more


def transfer_colours(
    source: Array, target: Array, transform: Transform = "mkl", *, seed: int = 0, size: int = 6
) -> Array:
    """The source, recoloured after the target. seed: of random directions and starts. size: of palettes."""
    if transform in ("mkl", "pca", "cholesky"):
        return match_mean_covariance(source, target, transform)
    if transform == "reinhard":
        return match_lab_spread(source, target)
    if transform == "histogram":
        return match_histogram(source, target)
    if transform == "lab_histogram":
        lab = match_histogram(_lab(source), _lab(target))
        return lab_to_rgb(lab).astype(np.float32)
    if transform == "sliced":
        return match_distribution(source, target, seed=seed)
    if transform == "palette":
        return match_palette(source, target, seed=seed, size=size)
    raise UsageError(f"no colour transform '{transform}'. Use {', '.join(get_args(Transform))}.")


def match_lab_spread(source: Array, target: Array) -> Array:
    """Give each axis of CIE Lab the target's mean and standard deviation (Reinhard et al. 2001, eqs. 10 and 11).

    Lab in place of the paper's l-alpha-beta, whose logarithms tear black apart. An axis without spread takes the mean.
    """
    mine, theirs = _lab(source), _lab(target)
    axes = (0, 1)
    mean, spread = mine.mean(axes, dtype=np.float64), mine.std(axes, dtype=np.float64)
    goal, width = theirs.mean(axes, dtype=np.float64), theirs.std(axes, dtype=np.float64)
    gain = np.where(spread > 1e-3, width / np.maximum(spread, 1e-3), 0.0)
    return lab_to_rgb(((mine - mean) * gain + goal).astype(np.float32)).astype(np.float32)


def match_distribution(source: Array, target: Array, *, seed: int = 0, rounds: int = _ROUNDS) -> Array:
    """Give the picture the target's whole distribution of colours: sliced optimal transport in CIE Lab.

    Pitie, Kokaram, Dahyot 2007: turn the axes at random, move each so that its quantiles are the target's, and again.
    The moves are made by a table of colours beside a sample of the picture, and the picture goes through the table: grain
    is not pulled apart, and a large picture costs no more.
    """
    random = np.random.default_rng(seed)
    mine, theirs = _sample(source, random), _sample(target, random)
    nodes = _lab(_grid()[None])[0]
    share = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    for _ in range(rounds):
        axes = np.linalg.qr(random.standard_normal((3, 3)))[0].astype(np.float32)
        for axis in axes:
            along, goal = np.quantile(mine @ axis, share), np.quantile(theirs @ axis, share)
            for cloud in (mine, nodes):
                place = cloud @ axis
                # Beyond the sample's ends, all moves as the end does: np.interp holds its last value.
                cloud += (np.interp(place, along, goal - along))[:, None].astype(np.float32) * axis
    return through_table(source, lab_to_rgb(nodes).astype(np.float32))


def match_palette(source: Array, target: Array, *, seed: int = 0, size: int = 6) -> Array:
    """Move the picture's main colours to the target's, from dark to light, and all others with their neighbours.

    After Chang, Fried, Liu, DiVerdi, Finkelstein 2015 (Palette-based Photo Recoloring): lightness by a rising curve
    through the palettes, black and white kept; a and b by Gaussian weights of the distance to each palette colour. Which
    colour becomes which is decided by lightness, where the paper leaves it to a person.
    """
    random = np.random.default_rng(seed)
    mine, theirs = main_colours(source, size, random), main_colours(target, size, random)
    nodes = _lab(_grid()[None])[0]
    out = nodes.copy()
    ends = np.array([0.0]), np.array([100.0])
    out[:, 0] = np.interp(nodes[:, 0], *(np.concatenate([ends[0], p[:, 0], ends[1]]) for p in (mine, theirs)))
    far = np.linalg.norm(nodes[:, None] - mine[None], axis=-1)
    # Chang et al. 2015, section 3.4: sigma is the mean distance between colours of the palette.
    sigma = max(float(np.mean([np.linalg.norm(a - b) for a in mine for b in mine if a is not b] or [1.0])), 1.0)
    weights = np.exp(-(far**2) / (2 * (sigma / 2) ** 2)) + 1e-9
    weights /= weights.sum(1, keepdims=True)
    out[:, 1:] += weights @ (theirs - mine)[:, 1:]
    # Colour cannot be seen in black and white, and is not brought there.
    out[:, 1:] *= np.clip(np.minimum(out[:, :1], 100 - out[:, :1]) / 4, 0, 1)
    return through_table(source, lab_to_rgb(out).astype(np.float32))


def main_colours(picture: Array, size: int, random: np.random.Generator | None = None) -> NDArray[np.float32]:
    """The main colours of a picture (size, 3) in CIE Lab, from dark to light: k-means from well-spread starts."""
    random = random or np.random.default_rng(0)
    cloud = _sample(picture, random)[: 1 << 13]
    # Each start is the colour furthest from those before (after the mean): no luck, no empty clusters of doubles.
    centres = [cloud.mean(0)]
    for _ in range(size):
        centres.append(cloud[np.min([((cloud - c) ** 2).sum(1) for c in centres], 0).argmax()])
    found = np.array(centres[1:])
    for _ in range(20):
        nearest = ((cloud[:, None] - found[None]) ** 2).sum(-1).argmin(1)
        found = np.array([cloud[nearest == k].mean(0) if (nearest == k).any() else c for k, c in enumerate(found)])
    return found[np.argsort(found[:, 0], kind="stable")]


def through_table(picture: Array, table: Array) -> Array:
    """Send a picture through a map of colours given at _NODES^3 even places (n, 3), red slowest; linear between them."""
    steps = _NODES - 1
    out = np.empty(picture.shape, np.float32)
    for rows in bands(*picture.shape[:2]):
        place = np.clip(picture[rows].reshape(-1, 3), 0, 1) * np.float32(steps)
        low = np.minimum(place.astype(np.int32), steps - 1)
        part = place - low
        base = (low[:, 0] * _NODES + low[:, 1]) * _NODES + low[:, 2]
        # One axis after the other: four, then two, then one blend of corners.
        blue, green, red = part[:, 2:], part[:, 1:2], part[:, :1]
        at = {
            corner: table[base + corner] * (1 - blue) + table[base + corner + 1] * blue
            for corner in (0, _NODES, _NODES**2, _NODES**2 + _NODES)
        }
        near = at[0] * (1 - green) + at[_NODES] * green
        far = at[_NODES**2] * (1 - green) + at[_NODES**2 + _NODES] * green
        total = near * (1 - red) + far * red
        out[rows] = total.reshape(out[rows].shape)
    return out


def _grid() -> Array:
    axis = np.linspace(0, 1, _NODES, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)


def _lab(picture: Array) -> Array:
    return rgb_to_lab(picture).astype(np.float32)


def _sample(picture: Array, random: np.random.Generator) -> Array:
    """Some pixels of a picture in Lab, (n, 3), in random order."""
    pixels = picture.reshape(-1, 3)
    count = len(pixels)
    chosen = random.permutation(count) if count <= _SAMPLE else random.integers(count, size=_SAMPLE)
    return _lab(pixels[chosen][None])[0]
