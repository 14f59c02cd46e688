"""3D models that stand in for a photo: rendered, with a ball lit alike for the painted ball that is the style."""

import hashlib
import os
from collections.abc import Mapping

import numpy as np

from impasto.core import Array, BaseOptions, Content, Method, UsageError
from impasto.guides.inputs import MOST_PAIRS, pair_names
from impasto.guides.mesh import Mesh, is_mesh, read_obj
from impasto.guides.view import ViewOptions
from impasto.image import Picture
from impasto.image.files import read_bytes, shown

from . import sizes, sources

_FULL = "full"  # the guide that looks like a photo of the model


def is_model(source: sources.Source) -> bool:
    """Whether a source is the name of a 3D model."""
    return isinstance(source, str | os.PathLike) and is_mesh(os.fspath(source))


def read(source: sources.Source) -> tuple[Mesh, str, str]:
    """A model with the base name and hash of its file. Raises InputError, in one line, for what is none."""
    data = read_bytes(source)
    name = os.path.basename(shown(source))  # noqa: PTH119  (of a name made printable)
    return read_obj(data, shown(source)), name, hashlib.sha256(data).hexdigest()


def stand_in(
    source: sources.Source,
    method: Method,
    options: BaseOptions,
    painting: Picture,
    extras: Mapping[str, sources.Source],
) -> tuple[Picture, dict[str, Array]]:
    """A picture of a model, to stand in for the photo, and the guides of it and of the painted ball that were not given.

    It is as large as asked for, or as the method's default, on both sides, or has the shape of a guide that was given.
    Where the painting is cut out, so is the model.
    """
    from impasto.guides.render import guides_of, lamp_of, look_at, look_at_ball

    assert isinstance(options, ViewOptions)
    mesh, name, digest = read(source)
    ball, top, left = middle(sources.opaque(painting))
    lamp = lamp_of(ball)
    shape = shape_for(method, options, extras)
    ours = guides_of(look_at(mesh, shape, options, lamp), lamp)
    theirs = guides_of(look_at_ball(len(ball), lamp), lamp)
    guides: dict[str, Array] = {}
    for number, kind in enumerate(kinds(method), 1):
        over_style, over_content = pair_names(number)
        laid = np.zeros((*painting.size, 3), np.float32)
        laid[top : top + len(ball), left : left + len(ball)] = theirs[kind]
        guides |= {over_style: laid, over_content: ours[kind]}
    cut = None if painting.alpha is None else ours["mask"][..., 0]
    picture = Picture(ours[_FULL], alpha=cut, sha256=digest, name=name)
    return picture, {name: guide for name, guide in guides.items() if name not in extras}


def check_taken(source: sources.Source, method: Method, options: BaseOptions) -> None:
    """Raise UsageError for a method that takes no models."""
    if not kinds(method) or not isinstance(options, ViewOptions):
        raise UsageError(f"{shown(source)}: '{method.id}' takes no 3D models; 'impasto guides' makes pictures of one.")


def kinds(method: Method) -> tuple[str, ...]:
    """Which guides a method wants of a model; none where it takes no models."""
    return next((spec.models for spec in method.inputs if isinstance(spec, Content)), ())


def shape_for(method: Method, options: BaseOptions, extras: Mapping[str, sources.Source]) -> sizes.Shape:
    """Height and width of the result for a model: square, or like the first guide of it that was given."""
    side = getattr(options, "size", None) or method.size.default or 512
    given = [extras[name] for _, name in map(pair_names, range(1, MOST_PAIRS + 1)) if name in extras]
    if not given:
        return side, side
    return sizes.result_size(sources.picture(given[0], "content_guide").size, side, method.size)


def middle(painting: Array) -> tuple[Array, int, int]:
    """The largest square in the middle of a painting, and the row and column where it begins."""
    side = min(painting.shape[:2])
    top, left = ((length - side) // 2 for length in painting.shape[:2])
    return painting[top : top + side, left : left + side], top, left
