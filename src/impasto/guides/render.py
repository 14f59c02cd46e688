"""Pictures of a mesh: normals, positions, and light by the ways it came, as StyLit's guides want it.

One lamp, a matt surface that shines a little. The ball that a painter painted is rendered in the same light, so that
what looks alike was lit alike (Fiser et al. 2016, section 3).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array
from impasto.image.colour import luminance

from .mesh import Mesh
from .shapes import ball
from .view import ViewOptions

LAMP = (-0.51, 0.66, 0.55)
"""Where the lamp is, unless a painted ball says otherwise: upper left, in front."""
Lamp = tuple[float, float, float]

_LOWEST = 0.35  # how far in front of the picture a lamp is at least: from behind it would light nothing
_MARGIN = 0.94  # of the picture's shorter way that a model fills; a painted ball fills all of it
_SHADOW_PX = 1024  # long side of the picture that the lamp sees
_SHADOW_BIAS, _SLANT_BIAS = (
    0.015,
    0.08,
)  # of the model's radius: nearer to what the lamp sees is lit; more where light grazes
_AROUND_PX = ((0, 0), (-3, -1), (3, 1), (-1, 3), (1, -3), (-5, 4), (5, -4), (4, 5), (-4, -5))
_GLOSS = 40.0  # of Blinn's highlight: the larger, the smaller
_MATT, _SHINE, _AROUND = 0.75, 0.45, 0.35  # how strong each way of the light is in the full picture


@dataclass(frozen=True, slots=True)
class Surface:
    """What is seen in each pixel: normals (H, W, 3) towards the eye, places (H, W, 3), distance and light (H, W), and whether there is anything."""

    normals: Array
    places: Array
    distance: Array
    lit: Array
    there: NDArray[np.bool_]


def look_at(
    mesh: Mesh, shape: tuple[int, int], view: ViewOptions, lamp: Lamp = LAMP, margin: float = _MARGIN
) -> Surface:
    """What a picture of that shape shows of a mesh in its middle, as large as fits."""
    turned = placed(mesh, view)
    corners = turned.corners
    # The eye is as far away as makes a ball of radius 1 fill its field of view.
    away = 1 / np.sin(np.radians(view.field_of_view / 2)) if view.field_of_view else None
    flat = corners[:, :2] / (1 if away is None else (away - corners[:, 2:]) / away)
    low, top = flat.min(0), flat.max(0)
    # As large as fits: the model's outline touches two edges of the picture, or nearly.
    scale = margin * min(shape[1] / max(top[0] - low[0], 1e-9), shape[0] / max(top[1] - low[1], 1e-9))
    across, down = ((flat - (low + top) / 2) * [scale, -scale] + [shape[1] / 2, shape[0] / 2]).T
    screen = np.stack([across, down, -corners[:, 2]], -1)
    face, weights, distance = drawn(screen.astype(np.float32), turned.faces, shape)
    there = face >= 0
    ends = turned.faces[face[there]]
    u, v = weights[there][:, :1], weights[there][:, 1:]
    share = np.stack([1 - u - v, u, v], 1)
    if away is not None:  # what is far counts less in a pixel than its place on the screen says
        share = share / (away - corners[ends, 2])[..., None]
        share /= share.sum(1, keepdims=True)
    normals, places = ((values[ends] * share).sum(1).astype(np.float32) for values in (turned.normals, corners))
    normals = _towards_eye(normals)
    lit = shadowed(turned, places, normals, np.array(lamp, np.float32))
    empty = np.zeros((*shape, 3), np.float32)
    return Surface(
        normals=_laid(empty, there, normals),
        places=_laid(empty, there, places),
        distance=np.where(there, distance, np.float32(1)),
        lit=_laid(empty[..., 0], there, lit),
        there=there,
    )


def look_at_ball(side: int, lamp: Lamp = LAMP) -> Surface:
    """What a square picture shows of a ball that fills it, lit as meshes are."""
    return look_at(ball(2 * min(max(side, 48), 256)), (side, side), ViewOptions(), lamp, margin=1.0)


def lamp_of(painted: Array) -> Lamp:
    """Where the lamp of a painted ball seems to be, which fills a square picture (S, S, 3): its light, as a plane over normals.

    A ball as light on all sides is lit by the usual lamp.
    """
    ball_there = look_at_ball(len(painted))
    normals, light = ball_there.normals[ball_there.there], luminance(painted)[ball_there.there]
    found, *_ = np.linalg.lstsq(np.c_[normals, np.ones(len(normals), np.float32)], light, rcond=None)
    if np.linalg.norm(found[:3]) < 0.02:
        return LAMP
    way = found[:3] / np.linalg.norm(found[:3])
    # Highlights are seen from in front; strokes and paper make the estimate of depth a poor one.
    flat = way[:2] / max(float(np.linalg.norm(way[:2])), 1e-9)
    front = float(np.clip(way[2], _LOWEST, 0.9))
    x, y = flat * np.sqrt(1 - front**2)
    return float(x), float(y), front


def placed(mesh: Mesh, view: ViewOptions) -> Mesh:
    """A mesh moved to the middle, shrunk into a ball of radius 1, turned, tilted and rolled."""
    middle = (mesh.corners.min(0) + mesh.corners.max(0)) / 2
    corners = (mesh.corners - middle).astype(np.float64)
    corners /= max(float(np.linalg.norm(corners, axis=1).max()), 1e-30)
    turn, tilt, roll = np.radians(view.turn), np.radians(view.tilt), np.radians(view.roll)
    about_y = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    about_z = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    way = (about_z @ about_x @ about_y).T
    return Mesh((corners @ way).astype(np.float32), (mesh.normals @ way).astype(np.float32), mesh.faces)


def drawn(points: Array, faces: NDArray[np.int32], shape: tuple[int, int]) -> tuple[NDArray[np.int32], Array, Array]:
    """Triangle (H, W), -1 for none; weights of its corners (H, W, 2); and distance, inf for none."""
    from impasto.kernels.raster import rasterise

    depth = np.full(shape, np.inf, np.float32)
    face, weights = np.full(shape, -1, np.int32), np.zeros((*shape, 2), np.float32)
    rasterise(points, faces, depth, face, weights)
    return face, weights, depth


def shadowed(mesh: Mesh, places: Array, normals: Array, lamp: Array) -> Array:
    """How much of the lamp's light reaches places (n, 3) on a mesh: nothing where the lamp sees something nearer, (n,)."""
    side = np.cross([0, 1, 0], lamp)
    side /= np.linalg.norm(side)
    axes = np.stack([side, np.cross(lamp, side), -lamp]).T.astype(np.float32)
    half = _SHADOW_PX / 2

    def seen(points: Array) -> Array:
        return (
            (points @ axes) * np.array([half, -half, 1], np.float32) + np.array([half, half, 0], np.float32)
        ).astype(np.float32)

    _, _, depth = drawn(seen(mesh.corners), mesh.faces, (_SHADOW_PX, _SHADOW_PX))
    at = seen(places)
    bias = _SHADOW_BIAS + _SLANT_BIAS * (1 - np.abs(normals @ lamp))
    # Softened, as by a lamp that is not a point: the share of places around that are no nearer.
    light = np.zeros(len(places), np.float32)
    for dy, dx in _AROUND_PX:
        columns, rows = (
            np.clip((at[:, k] + step).astype(np.intp), 0, _SHADOW_PX - 1) for k, step in ((0, dx), (1, dy))
        )
        light += (at[:, 2] <= depth[rows, columns] + bias) / np.float32(len(_AROUND_PX))
    return light


def _laid(empty: Array, there: NDArray[np.bool_], values: Array) -> Array:
    laid = empty.copy()
    laid[there] = values
    return laid


def _towards_eye(normals: Array) -> Array:
    """Normals of length one; those of surfaces seen from behind are turned around."""
    turned = normals * np.where(normals[:, 2:] < -0.2, -1, 1)
    turned[:, 2] = np.maximum(turned[:, 2], 0)
    return (turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def guides_of(surface: Surface, lamp: Lamp = LAMP) -> dict[str, Array]:
    """Every picture there is of a surface, (H, W, 3) in [0, 1], black where there is nothing.

    normals: as `normals.sphere_normals` stores them. positions: red to the right, green up, blue towards the eye, around
    the middle. mask; depth, near is light. diffuse, specular: the lamp's light as a matt and as a shining surface throw
    it; indirect: light that came from everywhere else; full: all of it.
    """
    there, towards = surface.there[..., None].astype(np.float32), np.array(lamp, np.float32)
    facing = np.maximum(surface.normals @ towards, 0)
    middle = towards + np.array([0, 0, 1], np.float32)
    glance = np.maximum(surface.normals @ (middle / np.float32(np.linalg.norm(middle))), 0)
    diffuse = facing * surface.lit
    specular = glance ** np.float32(_GLOSS) * surface.lit * (facing > 0)
    sky = np.float32(0.5) + np.float32(0.5) * surface.normals[..., 1]
    indirect = (np.float32(0.25) + np.float32(0.75) * sky) * openness(surface)
    full = _MATT * diffuse + _SHINE * specular + _AROUND * indirect
    planes = {"diffuse": diffuse, "specular": specular, "indirect": indirect, "full": full}
    greys = {
        name: np.repeat(np.clip(plane[..., None], 0, 1) * there, 3, 2).astype(np.float32)
        for name, plane in planes.items()
    }
    near = (1 - surface.distance[..., None]) / 2
    return {
        "normals": ((surface.normals + 1) / 2 * there).astype(np.float32),
        "positions": (np.clip((surface.places + 1) / 2, 0, 1) * there).astype(np.float32),
        "mask": np.repeat(there, 3, 2),
        "depth": np.repeat(np.clip(near, 0, 1) * there, 3, 2).astype(np.float32),
        **greys,
    }


def openness(surface: Surface) -> Array:
    """How little of the sky is hidden by what lies before a place, (H, W) in [0, 1]: dark in folds, guessed from distances."""
    import cv2

    sigma = 0.04 * min(surface.distance.shape)
    there = surface.there.astype(np.float32)
    share = cv2.GaussianBlur(there, (0, 0), sigma)
    around = cv2.GaussianBlur(np.where(surface.there, surface.distance, 0).astype(np.float32), (0, 0), sigma)
    behind = surface.distance - around / np.maximum(share, 1e-6)
    return np.clip(1 - np.clip(behind, 0, 0.5) * np.float32(3), np.float32(0.3), 1).astype(np.float32)


GUIDES = ("normals", "positions", "mask", "depth", "full", "diffuse", "specular", "indirect")
"""What `guides_of` gives."""
