"""Meshes: triangles with normals, read from the .obj files that every 3D program writes."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from impasto.core import InputError

MOST_CORNERS = 2_000_000
"""Vertices of a mesh that is read."""
MOST_FACES = 4_000_000
"""Triangles of a mesh that is read."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """Corners (n, 3), a normal for each (n, 3) of length one, and triangles (m, 3) of corner numbers. y is up, z towards the eye."""

    corners: NDArray[np.float32]
    normals: NDArray[np.float32]
    faces: NDArray[np.int32]


def is_mesh(name: object) -> bool:
    """Whether a source is a mesh by its name.

    >>> is_mesh("golem.obj"), is_mesh("golem.png")
    (True, False)
    """
    return isinstance(name, str | bytes) and str(name).lower().endswith(".obj")


def read_obj(data: bytes, name: str = "mesh") -> Mesh:
    """The mesh in a Wavefront .obj file: its corners and faces; faces of more than three corners become fans.

    Normals are the file's own where every face names them, else smooth ones. Everything else in the file (textures,
    materials, groups) is passed over. Raises InputError, in one line, for a file that is no such mesh.
    """
    corners: list[list[float]] = []
    normals: list[list[float]] = []
    triangles: list[tuple[int, int, int]] = []
    pairs: list[tuple[int, int, int]] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        words = line.split()
        if not words or words[0] not in (b"v", b"vn", b"f"):
            continue
        try:
            if words[0] == b"f":
                ends = [_corner(word, len(corners), len(normals)) for word in words[1:]]
                if len(ends) < 3:
                    raise ValueError("a face of fewer than three corners")
                for b, c in pairwise(ends[1:]):
                    triangles.append((ends[0][0], b[0], c[0]))
                    pairs.append((ends[0][1], b[1], c[1]))
            else:
                values = [float(word) for word in words[1:4]]
                if len(values) < 3 or not all(-1e30 < value < 1e30 for value in values):
                    raise ValueError("three finite numbers are needed")
                (corners if words[0] == b"v" else normals).append(values)
        except (ValueError, IndexError) as error:
            raise InputError(f"{name}: line {number} of the mesh cannot be read ({error}).") from None
        if len(corners) > MOST_CORNERS or len(triangles) > MOST_FACES:
            raise InputError(f"{name}: the mesh is larger than {MOST_CORNERS:,} corners or {MOST_FACES:,} triangles.")
    if not triangles:
        raise InputError(f"{name}: there are no faces in it; is it a Wavefront .obj file?")
    points, faces = np.array(corners, np.float32), np.array(triangles, np.int32)
    own = np.array(pairs, np.int32)
    if len(normals) and (own >= 0).all():
        return _split(points, np.array(normals, np.float32), faces, own)
    return smooth(points, faces)


def _corner(word: bytes, corners: int, normals: int) -> tuple[int, int]:
    """Numbers of corner and normal, from 0; -1 for no normal. Negative ones in the file count from the last."""
    parts = word.split(b"/")
    return _index(parts[0], corners), _index(parts[2], normals) if len(parts) > 2 and parts[2] else -1


def _index(word: bytes, count: int) -> int:
    number = int(word)
    found = number - 1 if number > 0 else count + number
    if number == 0 or not 0 <= found < count:
        raise ValueError(f"there is no number {number} among {count}")
    return found


def _split(points: NDArray[np.float32], normals: NDArray[np.float32], faces: NDArray[np.int32], own: NDArray[np.int32]) -> Mesh:  # fmt: skip
    """A corner for every pair of place and normal that is used."""
    both, number = np.unique(np.stack([faces.ravel(), own.ravel()], 1), axis=0, return_inverse=True)
    return Mesh(points[both[:, 0]], _unit(normals[both[:, 1]]), number.reshape(faces.shape).astype(np.int32))


def smooth(points: NDArray[np.float32], faces: NDArray[np.int32]) -> Mesh:
    """A mesh whose normals are the means of the faces around each place, larger ones counting more.

    Corners in the same place share their normal, so that seams do not show.
    """
    _, place = np.unique(points, axis=0, return_inverse=True)
    place = place.reshape(-1)
    a, b, c = (points[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)  # as long as the face is large
    total = np.zeros((int(place.max()) + 1, 3))
    for k in range(3):
        np.add.at(total, place[faces[:, k]], across)
    return Mesh(points, _unit(total[place].astype(np.float32)), faces)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    # A corner of faces without area looks at the eye.
    return np.where(lengths > 1e-20, vectors / np.maximum(lengths, 1e-20), np.array([0, 0, 1], np.float32)).astype(
        np.float32
    )


def write_obj(mesh: Mesh) -> str:
    """The mesh as a Wavefront .obj file."""
    lines = [f"v {x:.6g} {y:.6g} {z:.6g}" for x, y, z in mesh.corners]
    lines += [f"vn {x:.5g} {y:.5g} {z:.5g}" for x, y, z in mesh.normals]
    lines += [f"f {a}//{a} {b}//{b} {c}//{c}" for a, b, c in mesh.faces + 1]
    return "\n".join([*lines, ""])
