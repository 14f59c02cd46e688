"""Guides as pictures of their own: what `impasto guides` writes, for styleblit, ebsynth and stylit to take."""

import os

import numpy as np

from impasto.core import Array, UsageError, unknown
from impasto.guides import appearance, normals, positions
from impasto.guides.mesh import Mesh, write_obj
from impasto.guides.pairs import appearance_pair
from impasto.guides.render import GUIDES, guides_of, look_at, look_at_ball
from impasto.guides.shapes import SHAPES
from impasto.guides.view import ViewOptions
from impasto.image.files import shown
from impasto.image.labels import labels_of, nearest
from impasto.image.resize import fit_size, resize

from . import models, sources

OF_PICTURES = ("appearance", "grey", "detail", "edges", "positions", "segmentation", "normals")
"""Guides that are made of pictures; normals, of a picture of depths."""
KINDS = tuple(dict.fromkeys((*OF_PICTURES, *GUIDES)))
_MODEL_SIZE = 512  # long side of a rendered guide that nobody gave a size
_BLUR = 1 / 80  # of the long side, as in guides made on the way


def make(
    kind: str, source: sources.Source, *, like: sources.Source | None = None, size: int | None = None,
    relief: float = 0.2, view: ViewOptions | None = None,
) -> Array:  # fmt: skip
    """A guide (H, W, 3) in [0, 1] of a picture, of a model (.obj), or of a shape by its name: ball, knot or vase.

    like: for appearance, the painting whose distribution of light and dark the guide is to have; for segmentation, the
    other label picture, whose colours are taken. relief: for normals of a depth picture, how high white lies above
    black, relative to the long side. view: where a model is seen from. Raises UsageError or InputError in one line.
    """
    if kind not in KINDS:
        raise unknown("guide", kind, KINDS, f"There are: {', '.join(KINDS)}.")
    if isinstance(source, str) and source in SHAPES and not os.path.exists(source):  # noqa: PTH110
        return rendered(kind, None if source == "ball" else SHAPES[source](), source, size, view)
    if models.is_model(source):
        mesh, name, _ = models.read(source)
        return rendered(kind, mesh, name, size, view)
    given = sources.picture(source, "picture")
    picture = sources.opaque(given)
    if size is not None:
        picture = resize(picture, fit_size(given.size, size))
    if kind not in OF_PICTURES:
        raise UsageError(
            f"{given.name}: '{kind}' is a picture of a model; of a picture there are: {', '.join(OF_PICTURES)}."
        )
    other = None if like is None else sources.opaque(sources.picture(like, "like"))
    if other is not None and kind not in ("appearance", "segmentation"):
        raise UsageError(f"like: '{kind}' has no use for a second picture; appearance and segmentation have.")
    return of_picture(kind, picture, given.name, other, relief)


def rendered(kind: str, mesh: Mesh | None, name: str, size: int | None, view: ViewOptions | None) -> Array:
    """A guide of a mesh, or of a ball that fills its square."""
    if kind not in GUIDES:
        raise UsageError(f"{shown(name)}: '{kind}' is made of a picture; of a model there are: {', '.join(GUIDES)}.")
    side = size or _MODEL_SIZE
    surface = look_at_ball(side) if mesh is None else look_at(mesh, (side, side), view or ViewOptions())
    return guides_of(surface)[kind]


def of_picture(kind: str, picture: Array, name: str, other: Array | None, relief: float) -> Array:
    """A guide of a picture (H, W, 3)."""
    blur = max(picture.shape[:2]) * _BLUR
    match kind:
        case "appearance":
            made = appearance_pair(picture if other is None else other, picture, 0.0 if other is None else 1.0)[1]
        case "grey":
            made = appearance.grey(picture, blur / 4)
        case "detail":
            made = appearance.detail(picture, 4 * blur, blur / 4)
        case "edges":
            made = appearance.edges(picture, blur / 4)
        case "positions":
            made = positions.positions((picture.shape[0], picture.shape[1]))
        case "normals":
            made = normals.normals_of_depth(picture.mean(2), relief)
        case _:
            made = segmentation(picture, name, other)
    planes = made if made.ndim == 3 else np.repeat(made[..., None], 3, 2)
    return np.clip(planes, 0, 1).astype(np.float32)


def segmentation(picture: Array, name: str, other: Array | None) -> Array:
    """A label picture without soft borders and noise: every pixel has its region's colour, or the other's nearest one."""
    labels, palette = labels_of(picture, name)
    if other is not None:
        _, theirs = labels_of(other, "like")
        palette = theirs[nearest(palette, theirs)]
    return palette[labels]


def write_model(shape: str) -> str:
    """One of the shapes that are made here, as the text of an .obj file."""
    if shape not in SHAPES:
        raise unknown("shape", shape, SHAPES, f"There are: {', '.join(SHAPES)}.")
    return write_obj(SHAPES[shape]())
