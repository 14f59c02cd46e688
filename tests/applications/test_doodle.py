"""Doodles: maps decide which part of the painting goes where, and say in one line when they cannot."""

import numpy as np
import pytest

from impasto.applications.doodle import METHOD
from impasto.applications.doodle.maps import read_maps
from impasto.applications.doodle.paint import DoodleEasel, fill, stylize
from impasto.core import Context, InputError, Inputs, RunOptions, Style, UsageError
from impasto.image.tensors import to_tensor
from impasto.reconstruction.schedule import Scale

RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def halves(height, width, left, right, *, across=True):
    """A map of two parts, side by side or one above the other."""
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = right
    if across:
        picture[:, : width // 2] = left
    else:
        picture[: height // 2] = left
    return picture


def stripes_and_checks(height=96, width=96):
    """A painting of two textures: orange stripes on the left, dark checks on the right."""
    y, x = np.mgrid[:height, :width]
    stripes = (0.5 + 0.4 * np.sin(y / 2.0))[..., None] * np.array([1.0, 0.6, 0.2])
    checks = (0.3 + 0.2 * ((x // 4 + y // 4) % 2))[..., None] * np.array([0.3, 0.5, 1.0])
    return np.where((x < width // 2)[..., None], stripes, checks).astype(np.float32)


def doodle(*, target=None, style_map=None, painting=None, content=None, **options):
    painting = stripes_and_checks() if painting is None else painting
    target = halves(80, 96, RED, GREEN, across=False) if target is None else target
    style_map = halves(96, 96, RED, GREEN) if style_map is None else style_map
    blank = content is None
    content = np.full(target.shape, 0.5, np.float32) if content is None else content
    inputs = Inputs(content, (Style(painting),), extras={"style_map": style_map, "target_map": target}, blank=blank)
    return inputs, METHOD.make_options(**({"scales": 1, "steps": 16} | options))


def context():
    return Context(RunOptions(device="cpu", precision="float32"))


def painted_doodle(**changes):
    inputs, options = doodle(**changes)
    return stylize(inputs, options, context())


@pytest.mark.weights
def test_patches_come_from_the_part_of_the_same_label():
    inputs, options = doodle()
    result = stylize(inputs, options, context())
    easel = DoodleEasel(inputs, options, context(), read_maps(inputs))
    objective = easel.objective(Scale((80, 96), 1), True)
    objective.refresh(to_tensor(result.picture))
    right = total = 0
    for found in objective.matches.values():
        height, width = found.shape
        rows = np.arange(height - 2).repeat(width - 2) + 1  # middle of each patch
        wants_left = rows < height / 2
        takes_left = (found.first % found.width + 1 < found.width / 2).numpy()
        right, total = right + (wants_left == takes_left).sum(), total + rows.size
    assert right / total >= 0.95


@pytest.mark.weights
def test_each_part_takes_the_colours_of_its_part_of_the_painting():
    picture = painted_doodle().picture
    top, bottom = picture[:34].mean((0, 1)), picture[46:].mean((0, 1))
    painting = stripes_and_checks()
    warm, cold = painting[:, :44].mean((0, 1)), painting[:, 52:].mean((0, 1))
    assert np.abs(top - warm).max() < 0.1
    assert np.abs(bottom - cold).max() < 0.1


@pytest.mark.weights
def test_a_photo_given_as_well_is_held_on_to(painted):
    photo = painted(80, 96, seed=3)
    kept = painted_doodle(content=photo, content_weight=50.0, steps=8).picture
    free = painted_doodle(content=photo, content_weight=0.0, steps=8).picture
    distance = [np.abs(picture - photo).mean() for picture in (kept, free)]
    assert distance[0] < 0.8 * distance[1]


@pytest.mark.weights
def test_without_weight_the_maps_are_forgotten():
    bound, free = (painted_doodle(map_weight=w, steps=6).picture for w in (10.0, 0.0))
    assert np.abs(bound - free).max() > 0.05


@pytest.mark.weights
def test_variety_copies_more_of_the_painting():
    plain, varied = (painted_doodle(variety=v, steps=8, refresh_every=4).picture for v in (0.0, 0.5))
    assert np.abs(plain - varied).max() > 0.02


@pytest.mark.weights
def test_it_paints_the_golden_picture(golden):
    # A line search amplifies the last bit of a sum, which differs between processors and thread counts.
    golden(painted_doodle(target=halves(64, 64, RED, GREEN, across=False), steps=12).picture, "doodle", tolerance=0.1)


def test_the_first_picture_has_the_mean_colours_of_the_parts():
    inputs, _ = doodle()
    start = fill(read_maps(inputs), inputs.styles[0].picture, seed=0)
    painting = stripes_and_checks()
    assert start.shape == (80, 96, 3)
    # Noise of deviation 0.1, cut at black, over 3,840 pixels.
    np.testing.assert_allclose(start[:40].mean((0, 1)), painting[:, :48].mean((0, 1)), atol=0.02)
    np.testing.assert_allclose(start[40:].mean((0, 1)), painting[:, 48:].mean((0, 1)), atol=0.02)


def test_maps_may_be_of_another_size_and_slightly_other_colours():
    almost_red = (0.95, 0.05, 0.02)
    inputs, _ = doodle(target=halves(160, 192, almost_red, GREEN), style_map=halves(50, 50, RED, GREEN),
                       content=np.full((80, 96, 3), 0.5, np.float32))  # fmt: skip
    maps = read_maps(inputs)
    assert maps.style.shape == (96, 96)
    assert maps.target.shape == (80, 96)
    assert maps.target[0, 0] == maps.style[0, 0] != maps.target[0, -1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": halves(80, 96, BLUE, GREEN)}, r"label #0000ff \(50\.0% of it\) is not in the style_map, which has"),
        ({"style_map": halves(96, 60, RED, GREEN)}, "style_map: 60 x 96 pixels do not lie over the painting of 96 x 96"),
        ({"content": np.zeros((60, 96, 3), np.float32)}, "target_map: 96 x 80 pixels do not lie over the photo of 96 x 60"),
        ({"style_map": np.random.default_rng(0).random((96, 96, 3)).astype(np.float32)}, "style_map: a label map has"),
    ],
)  # fmt: skip
def test_maps_that_do_not_fit_are_refused_in_one_line(changes, message):
    inputs, options = doodle(**changes)
    with pytest.raises(InputError, match=message) as error:
        stylize(inputs, options, context())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style_layers": "relu4_9"}, "no layer 'relu4_9'"),
        ({"style_layers": "relu3_1:0,relu4_1:0"}, "style_layers: all the weights are zero"),
        ({"style_weight": 0}, "style_weight, content_weight: all the weights are zero"),
    ],
)
def test_options_that_cannot_work_are_refused_in_one_line(options, message):
    inputs, chosen = doodle(**options)
    with pytest.raises(UsageError, match=message) as error:
        stylize(inputs, chosen, context())
    assert "\n" not in str(error.value)


def test_a_missing_label_can_be_taken_for_the_nearest():
    inputs, _ = doodle(target=halves(80, 96, (0.0, 0.7, 0.2), RED))
    maps = read_maps(inputs, "nearest")
    assert maps.target[0, 0] == maps.style[0, -1], "green is nearest"
