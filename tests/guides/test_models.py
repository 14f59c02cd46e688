"""Models: read, rendered and lit so that guides of a ball and of a mesh mean the same."""

import io

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.api import guides
from impasto.core import InputError, UsageError
from impasto.guides.mesh import read_obj, smooth, write_obj
from impasto.guides.normals import sphere_normals
from impasto.guides.render import guides_of, lamp_of, look_at, look_at_ball
from impasto.guides.shapes import SHAPES, ball, knot, vase
from impasto.guides.view import ViewOptions

CUBE = b"""# a cube
v -1 -1 -1\nv 1 -1 -1\nv 1 1 -1\nv -1 1 -1\nv -1 -1 1\nv 1 -1 1\nv 1 1 1\nv -1 1 1
usemtl any\nf 5 6 7 8\nf 1 4 3 2\nf 1/2 5/1 8 4/3\nf -7 -6 -2 -3\nf 4 8 7 3\nf 1 2 6 5
"""


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_written_is_read_again(name):
    made = SHAPES[name]()
    again = read_obj(write_obj(made).encode())
    assert again.faces.shape == made.faces.shape
    np.testing.assert_allclose(again.corners[again.faces], made.corners[made.faces], atol=1e-5)
    np.testing.assert_allclose(again.normals[again.faces], made.normals[made.faces], atol=1e-4)


def test_faces_of_four_corners_become_two_and_numbers_may_count_from_the_end():
    cube = read_obj(CUBE)
    assert len(cube.faces) == 12
    np.testing.assert_allclose(np.abs(cube.normals), 1 / 3**0.5, atol=0.25)
    outward = (cube.normals * cube.corners).sum(1)
    assert (outward > 0).all()


def test_corners_in_one_place_share_their_normal():
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    made = smooth(points, np.array([[0, 1, 2], [3, 4, 5]], np.int32))
    assert np.array_equal(made.normals[0], made.normals[3])
    np.testing.assert_allclose(np.linalg.norm(made.normals, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"v 1 2\n", "line 1 of the mesh cannot be read (three finite numbers are needed)."),
        (b"v 0 0 0\nv 1 0 nan\n", "line 2 of the mesh cannot be read (three finite numbers are needed)."),
        (b"v 0 0 0\nv 1 0 0\nf 1 2 3\n", "line 3 of the mesh cannot be read (there is no number 3 among 2)."),
        (b"v 0 0 0\nv 1 0 0\nf 1 2\n", "line 3 of the mesh cannot be read (a face of fewer than three corners)."),
        (b"v 0 0 0\nf 1 x 1\n", "line 2 of the mesh cannot be read (invalid literal for int() with base 10: b'x')."),
        (b"solid stl\n", "there are no faces in it; is it a Wavefront .obj file?"),
    ],
)
def test_a_file_that_is_no_mesh_is_refused_in_a_line(text, line):
    with pytest.raises(InputError) as caught:
        read_obj(text, "thing.obj")
    assert str(caught.value) == f"thing.obj: {line}"


def test_a_rendered_ball_has_the_normals_of_the_formula():
    made = guides_of(look_at_ball(61))["normals"]
    wanted = sphere_normals(61)
    inside = (made.max(2) > 0) & (wanted.max(2) > 0)
    assert inside.mean() > 0.98 * (wanted.max(2) > 0).mean()
    assert np.abs(made - wanted)[inside].max() < 0.02


def test_a_turned_cube_shows_the_sides_that_it_should():
    cube = read_obj(CUBE)
    front = guides_of(look_at(cube, (48, 64), ViewOptions()))
    there = front["mask"][..., 0] > 0
    assert there.any(1).sum() == pytest.approx(0.94 * 48, abs=2)  # fills the shorter way
    assert there.any(0).sum() == pytest.approx(0.94 * 48, abs=2)
    # Turned to the right, its right half lies farther away; seen from near, it is then smaller.
    near = look_at(cube, (64, 64), ViewOptions(turn=30, field_of_view=60))
    heights = near.there.sum(0)
    used = np.flatnonzero(heights)
    assert heights[used[len(used) // 10]] != heights[used[-len(used) // 10]]
    upright, rolled = (look_at(vase(24), (40, 40), ViewOptions(roll=roll)).there for roll in (0, 90))
    assert (np.rot90(upright, -1) != rolled).mean() < 0.02


def test_a_lamp_that_is_hidden_leaves_a_shadow():
    flat = np.array([[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0], [-2, 2, 3], [-1, 2, 3], [-1, 5, 3], [-2, 5, 3]], np.float32)  # fmt: skip
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]], np.int32)
    seen = look_at(smooth(flat, faces), (80, 80), ViewOptions())
    dark = (seen.lit < 0.5) & seen.there
    assert 0.005 < dark.mean() < 0.1
    columns = np.nonzero(dark)[1]
    assert columns.mean() > 40 - 80 * 1.5 / 18, "the lamp is at the left: shadows fall to the right of what throws them"


@pytest.mark.parametrize("lamp", [(0.6, 0.3, 0.74), (-0.5, -0.5, 0.71)])
def test_the_lamp_of_a_painted_ball_is_found(lamp):
    painted = guides_of(look_at_ball(64, lamp), lamp)["full"]
    found = lamp_of(painted)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert np.dot(found[:2], lamp[:2]) > 0.9 * np.linalg.norm(found[:2]) * np.linalg.norm(lamp[:2])


def test_folds_are_darker_than_what_is_open():
    made = guides_of(look_at(knot(12, 90), (64, 64), ViewOptions()))
    assert made["indirect"].max() <= 1
    assert np.array_equal(made["normals"].max(2) > 0, made["mask"][..., 0] > 0)


@pytest.fixture(scope="module")
def painted_ball():
    """A ball in stripes of two colours, red where the light is."""
    light = guides_of(look_at_ball(80))["full"][..., :1]
    stripes = 0.5 + 0.1 * np.sin(np.arange(80) / 2)[None, :, None]
    return np.clip(np.dstack([0.2 + 0.8 * light, 0.3 + 0 * light, stripes + 0 * light]), 0, 1).astype(np.float32)


@pytest.mark.parametrize("method", ["styleblit", "stylit", "ebsynth"])
def test_a_model_is_painted_like_a_ball(method, painted_ball, tmp_path):
    path = tmp_path / "thing.obj"
    path.write_text(write_obj(ball(48)))
    done = impasto.stylize(path, painted_ball, method=method, preset="tiny", device="cpu", threads=1)
    assert done.picture.shape == (64, 64, 3)
    assert done.report["inputs"]["content"]["name"] == "thing.obj"
    # A ball like a ball: the light lies where it lay. Its edges are a little inside the picture.
    small = np.asarray(Image.fromarray((painted_ball * 255).astype(np.uint8)).resize((60, 60))) / 255
    inner = np.s_[16:48, 16:48]
    ours, theirs = done.picture[inner][..., 0], np.pad(small[..., 0], 2)[inner]
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.75


def test_a_ball_that_is_cut_out_gives_a_model_that_is(painted_ball, tmp_path):
    path = tmp_path / "vase.obj"
    path.write_text(guides.write_model("vase"))
    cut = np.dstack([painted_ball, sphere_normals(80).max(2) > 0])
    done = impasto.stylize(path, cut, method="styleblit", preset="tiny", device="cpu", tilt=20)
    assert done.alpha is not None
    assert set(np.unique(done.alpha)) == {0.0, 1.0}
    assert Image.open(io.BytesIO(done.encode("png"))).mode == "RGBA"


def test_models_are_refused_where_there_is_no_use_for_them(painted_ball, tmp_path):
    path = tmp_path / "vase.obj"
    path.write_text(guides.write_model("vase"))
    with pytest.raises(UsageError, match="takes no 3D models; 'impasto guides' makes"):
        impasto.stylize(path, painted_ball, method="adain")
    with pytest.raises(UsageError, match="A model needs one beside it"):
        impasto.stylize(path, method="styleblit")
