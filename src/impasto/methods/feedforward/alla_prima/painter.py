"""The network at work: what it sees of a picture, and what it paints."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto import engines
from impasto.core import Array, Context
from impasto.image.resize import resize
from impasto.reconstruction.networks import alla_prima as network
from impasto.weights import load_arrays

from .looks import Look, Moments, colour_map, feature_maps, mixed

_LOOK_PX = 1024  # long side at which a larger photo is measured before it is painted in tiles


@lru_cache(maxsize=1)
def _parts() -> dict[str, engines.Network]:
    return network.parts(load_arrays("alla_prima"))


class Painter:
    """The parts of the network on the engine of the run."""

    def __init__(self, context: Context, tile_px: int) -> None:
        """tile_px: side of the tiles in which larger pictures are painted."""
        self.context, self.tile_px = context, tile_px
        self.runners = {name: engines.load(part, context.run) for name, part in _parts().items()}

    def see(self, planes: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Features of (1, 3, H, W)."""
        return self.runners["see"]({"picture": planes})

    def look(self, picture: Array) -> Look:
        """All that is taken from a picture (H, W, 3)."""
        planes = as_planes(picture)
        seen = self.see(planes)
        strokes = self.runners["read"](seen)["strokes"][0].astype(np.float64)
        return Look(Moments.of(planes[0]), Moments.of(seen["quarter"][0]), Moments.of(seen["eighth"][0]), strokes)

    def paint(self, photo: Array, look: Look, strength: float = 1.0, guide: Array | None = None) -> Array:
        """The photo (H, W, 3) in that look, so far as `strength` says; measured only where the guide (H, W) is white."""
        if strength < 1:
            look = mixed([(self.look(photo), 1 - strength), (look, strength)])
        planes = as_planes(photo)
        weights = None if guide is None else _padded(guide)
        matrix, offset = colour_map(Moments.of(planes[0], weights), look.colours)
        planes = recoloured(planes, matrix, offset)
        seen = self.see(planes)
        maps = feature_maps(*(_moments(seen[name][0], weights) for name in ("quarter", "eighth")), look)
        painted = self.runners["paint"]({"picture": planes, **seen, **maps})["picture"][0]
        height, width = photo.shape[:2]
        return np.ascontiguousarray(painted[:, :height, :width].transpose(1, 2, 0))

    def report(self) -> dict[str, Any]:
        """Which engine painted."""
        return {}


def as_planes(picture: Array) -> NDArray[np.float32]:
    """(H, W, 3) as (1, 3, H', W'), mirrored at the right and below to whole multiples."""
    return np.ascontiguousarray(_padded(picture).transpose(2, 0, 1)[None], np.float32)


def _padded(picture: Array) -> Array:
    extra = [(0, -side % network.MULTIPLE) for side in picture.shape[:2]]
    if not any(after for _, after in extra):
        return picture
    # Symmetric, not reflected: works for pictures smaller than what is added.
    return np.pad(picture, extra + [(0, 0)] * (picture.ndim - 2), mode="symmetric")


def recoloured(planes: NDArray[np.float32], matrix: NDArray[np.float64], offset: NDArray[np.float64]) -> NDArray[np.float32]:
    """Planes (1, 3, H, W) through a map of colours, kept in [0, 1]."""
    flat = matrix.astype(np.float32) @ planes.reshape(3, -1) + offset.astype(np.float32)[:, None]
    return np.clip(flat, 0, 1, out=flat).reshape(planes.shape)


def _moments(features: NDArray[np.float32], weights: Array | None) -> Moments:
    return Moments.of(features, None if weights is None else resize(weights, features.shape[1:]))
