"""The network at work: what it sees of a picture, and what it paints. Larger pictures are done in tiles, both times."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto import engines
from impasto.core import Array, Context, RunOptions
from impasto.image.resize import resize
from impasto.image.tiles import Tiling, paint_in_tiles
from impasto.reconstruction.networks import alla_prima as network
from impasto.weights import arrays

from .estimate import WHOLE_PIXELS
from .looks import Look, Moments, colour_map, colours_of, feature_maps, joined, mixed

_FEATHER_PX = 16

Planes = NDArray[np.float32]


@lru_cache(maxsize=1)
def _parts() -> dict[str, engines.Network]:
    return network.parts(arrays("alla_prima"))


@lru_cache(maxsize=4)
def _ready(run: RunOptions) -> dict[str, engines.Runner]:
    """Every part on the engine of the run. Kept, since to find out which that is takes longer than a small picture."""
    parts = _parts()
    runners = {name: engines.load(part, run) for name, part in parts.items() if name != "measure"}
    # What is measured decides colours and contrast: no place for few digits.
    exact = run.model_copy(update={"precision": "float32"})
    return runners | {"measure": engines.load(parts["measure"], exact)}


class Painter:
    """The parts of the network on the engine of the run."""

    def __init__(self, context: Context, tile_px: int) -> None:
        """tile_px: side of the tiles in which larger pictures are painted."""
        self.context = context
        self.tiling = Tiling(tile_px, network.REACH_PX, _FEATHER_PX, network.MULTIPLE)
        self.runners = _ready(context.run)

    def look(self, picture: Array, guide: Array | None = None) -> Look:
        """All that is taken from a picture (H, W, 3), or from where the guide (H, W) is white."""
        colours = colours_of(picture, guide)
        quarter, eighth, strokes = self._features(picture, guide)
        return Look(colours, quarter, eighth, strokes)

    def paint(self, photo: Array, look: Look, strength: float = 1.0, guide: Array | None = None) -> Array:
        """The photo (H, W, 3) in that look, so far as `strength` says; measured only where the guide (H, W) is white."""
        import cv2

        contrast = strength * look.colours.contrast
        if strength < 1:
            look = mixed([(self.look(photo, guide), 1 - strength), (look, strength)])
        ground = primed(photo, *colour_map(colours_of(photo, guide), look.colours))
        lay_tooth(ground, contrast, self.context.run.seed)
        if ground.shape[0] * ground.shape[1] <= WHOLE_PIXELS:
            # What was seen while measuring is what is painted from.
            planes = as_planes(ground)
            seen = self._see(planes)
            found = self._moments(seen, guide)
            painted = self._paint({**seen, **feature_maps(*found, look)})[0]
            height, width = photo.shape[:2]
            return settled(cv2.merge([plane[:height, :width] for plane in painted]), look, guide)
        quarter, eighth, _ = self._features(ground, guide)
        maps = feature_maps(quarter, eighth, look)

        def paint(tile: Planes) -> Planes:
            return self._paint({**self._see(tile), **maps})

        return settled(paint_in_tiles(ground, paint, self.tiling, context=self.context), look, guide)

    def report(self) -> dict[str, Any]:
        """Which engine painted, and how."""
        return engines.facts(self.runners["paint"])

    def _moments(self, seen: dict[str, Planes], guide: Array | None) -> tuple[Moments, Moments]:
        """Of the features at a quarter and an eighth, where the guide is white."""
        if guide is not None:
            weights = [resize(_padded(guide), seen[name].shape[2:]) for name in ("quarter", "eighth")]
            # A region too small to be seen at this size has no look of its own there.
            weights = [w if w.sum() >= 1 else None for w in weights]
            quarter = Moments.of(seen["quarter"][0], weights[0], diagonal=True)
            return quarter, Moments.of(seen["eighth"][0], weights[1])
        found = {name: x[0].astype(np.float64) for name, x in self.runners["measure"](seen).items()}
        return Moments(found["quarter_mean"], found["quarter_variance"]), Moments(
            found["eighth_mean"], found["eighth_covariance"]
        )

    def _see(self, planes: Planes) -> dict[str, Planes]:
        return self.runners["see"]({"picture": planes})

    def _paint(self, inputs: dict[str, Planes]) -> Planes:
        return self.runners["paint"](inputs)["picture"]

    def _features(self, picture: Array, guide: Array | None) -> tuple[Moments, Moments, NDArray[np.float64]]:
        """Moments of the features at a quarter and an eighth, and the strokes, over the pieces of a picture."""
        found = []
        for piece, part in _pieces(picture, guide, self.tiling.tile_px):
            seen = self._see(as_planes(piece))
            weight = piece.shape[0] * piece.shape[1] if part is None else float(part.sum())
            if weight <= 0:
                continue
            moments = self._moments(seen, part)
            # Only a painting's strokes are needed; a photo's cost little.
            strokes = self.runners["read"](seen)["strokes"][0].astype(np.float64)
            found.append((weight, *moments, strokes))
        shares = np.array([float(weight) for weight, *_ in found])
        shares /= shares.sum()
        quarter, eighth = (joined([row[i] for row in found], shares) for i in (1, 2))
        return quarter, eighth, sum(share * row[3] for share, row in zip(shares, found, strict=True))


def as_planes(picture: Array) -> Planes:
    """(H, W, 3) as (1, 3, H', W'), mirrored at the right and below to whole multiples."""
    import cv2

    padded = _padded(picture)
    planes = np.empty((1, padded.shape[2], *padded.shape[:2]), np.float32)
    cv2.split(np.ascontiguousarray(padded, np.float32), list(planes[0]))
    return planes


def _padded(picture: Array) -> Array:
    extra = [(0, -side % network.MULTIPLE) for side in picture.shape[:2]]
    if not any(after for _, after in extra):
        return picture
    # Symmetric, not reflected: works for pictures smaller than what is added.
    return np.pad(picture, extra + [(0, 0)] * (picture.ndim - 2), mode="symmetric")


def _pieces(picture: Array, guide: Array | None, tile_px: int) -> Iterator[tuple[Array, Array | None]]:
    """The whole picture, or, of a large one, pieces side by side."""
    height, width = picture.shape[:2]
    if height * width <= WHOLE_PIXELS:
        yield picture, guide
        return
    for top in range(0, height, tile_px):
        for left in range(0, width, tile_px):
            place = (slice(top, top + tile_px), slice(left, left + tile_px))
            yield picture[place], None if guide is None else guide[place]


def primed(photo: Array, matrix: NDArray[np.float64], offset: NDArray[np.float64]) -> Array:
    """A photo (H, W, 3) through a map of colours, kept in [0, 1]; a new array."""
    import cv2

    ground = cv2.transform(photo, np.column_stack([matrix, offset]).astype(np.float32))
    return np.clip(ground, 0, 1, out=ground)


def settled(painted: Array, look: Look, guide: Array | None) -> Array:
    """The finished picture with the look's colours exactly, as far as they stay in [0, 1]."""
    return primed(painted, *colour_map(colours_of(painted, guide), look.colours))


def lay_tooth(ground: Array, contrast: float, seed: int) -> None:
    """Make a picture (H, W, 3) a little uneven, in place: normal noise of several grains, all channels alike."""
    import cv2

    height, width = ground.shape[:2]
    strength = network.TOOTH * contrast / len(network.TOOTH_GRAINS_PX) ** 0.5
    noise = cv2.multiply(_tooth(height, width, seed), strength)
    cv2.add(ground, cv2.merge([noise] * 3), dst=ground)


@lru_cache(maxsize=1)
def _tooth(height: int, width: int, seed: int) -> Array:
    """The unevenness itself (H, W), of unit strength for each grain. Kept for the next picture of that size."""
    import cv2

    noise = np.zeros((height, width), np.float32)
    for number, grain in enumerate(network.TOOTH_GRAINS_PX):
        random = np.random.default_rng((seed, number))
        coarse = random.standard_normal((-(-height // grain), -(-width // grain)), np.float32)
        how = cv2.INTER_LINEAR if number else cv2.INTER_NEAREST
        fine = cv2.resize(coarse, (coarse.shape[1] * grain, coarse.shape[0] * grain), interpolation=how)
        noise += fine[:height, :width]
    noise.flags.writeable = False
    return noise
