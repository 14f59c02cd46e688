"""`impasto.stylize`: anything that holds a picture goes in, a picture with its account comes out."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

import impasto
from impasto import registry
from impasto.core import Context, InputError, RunOptions, UsageError
from impasto.image import decode


@pytest.fixture(autouse=True)
def _light_default(monkeypatch):
    monkeypatch.setattr(registry, "DEFAULT_METHOD", "colour_transfer")


@pytest.fixture
def expected(photo, painting):
    return impasto.stylize(photo, painting).picture


@pytest.mark.parametrize(
    "form",
    [
        str,
        Path,
        lambda path: path.read_bytes(),
        lambda path: io.BytesIO(path.read_bytes()),
        Image.open,
        lambda path: np.asarray(Image.open(path)),
        lambda path: np.asarray(Image.open(path), np.float32) / 255,
        decode,
    ],
    ids=["str", "Path", "bytes", "file", "PIL", "uint8", "float", "Picture"],
)
def test_every_form_of_the_same_pictures_gives_the_same_result(photo, painting, expected, form):
    assert_allclose(impasto.stylize(form(photo), form(painting)).picture, expected, atol=1e-6)


def test_styles_may_be_one_a_list_pairs_or_a_dict(photo, painting, painted, tmp_path):
    other = tmp_path / "other.png"
    Image.fromarray((painted(30, 30, seed=5, warmth=-1) * 255).astype(np.uint8)).save(other)
    forms = (
        [(painting, 3), (other, 1)],
        [(painting, 0.75), (other, 0.25)],
        {painting: 3, other: 1},
        [painting, painting, painting, other],
    )
    results = [impasto.stylize(photo, form).picture for form in forms]
    for result in results[1:]:
        assert_allclose(result, results[0], atol=1e-6)  # float32 sums in another order
    equal = impasto.stylize(photo, [painting, other]).picture
    assert np.abs(equal - results[0]).max() > 0.01
    assert_allclose(impasto.stylize(photo, (painting, 2.0)).picture, impasto.stylize(photo, painting).picture)


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_a_weight_that_is_not_above_zero_is_refused(photo, painting, weight):
    with pytest.raises(UsageError, match="weight must be a number above 0"):
        impasto.stylize(photo, [(painting, weight)])


def test_arrays_of_the_caller_are_never_written_to_and_stay_writable(painted):
    content, style = painted(30, 40), painted(30, 30, seed=2)
    before = content.copy(), style.copy()
    done = impasto.stylize(content, style)
    done.picture[:] = 0
    assert np.array_equal(content, before[0])
    assert np.array_equal(style, before[1])
    assert content.flags.writeable


def test_the_default_size_only_shrinks_and_an_asked_for_size_is_used_as_it_is(photo, painting):
    shapes = [impasto.stylize(photo, painting, size=size).picture.shape for size in (None, 48, 120)]
    assert shapes == [(64, 96, 3), (32, 48, 3), (80, 120, 3)]


def test_transparency_comes_back_at_the_size_of_the_result(painted, painting):
    alpha = np.zeros((64, 96, 1), np.float32)
    alpha[:, 48:] = 1
    done = impasto.stylize(np.dstack([painted(64, 96), alpha]), painting, size=48)
    assert done.alpha.shape == (32, 48)
    assert done.image.mode == "RGBA"
    assert_allclose(done.alpha[:, :20], 0)  # averaging blurs the edge by a pixel or two
    assert_allclose(done.alpha[:, 28:], 1, atol=1e-6)


def test_what_lies_under_transparency_does_not_colour_the_result(painted, painting):
    content = np.dstack([painted(64, 96), np.ones((64, 96, 1), np.float32)])
    content[:, :48, 3] = 0
    loud = content.copy()
    loud[:, :48, :3] = (1, 0, 1)
    results = [impasto.stylize(picture, painting).picture for picture in (content, loud)]
    assert np.array_equal(*results)


def test_saving_writes_the_format_of_the_suffix_and_nothing_else(photo, painting, tmp_path):
    done = impasto.stylize(photo, painting)
    before = set(tmp_path.iterdir())
    for name, kind in (("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.webp", "WEBP"), ("a.tif", "TIFF")):
        done.save(tmp_path / name)
        assert Image.open(tmp_path / name).format == kind
    assert len(set(tmp_path.iterdir()) - before) == 4


def test_the_saved_picture_is_the_picture(photo, painting, tmp_path):
    done = impasto.stylize(photo, painting)
    done.save(tmp_path / "out.png")
    assert_allclose(np.asarray(Image.open(tmp_path / "out.png")) / 255, done.picture, atol=0.5 / 255 + 1e-6)
    assert np.array_equal(np.asarray(done.image), np.asarray(Image.open(tmp_path / "out.png")))


def test_the_report_tells_how_to_make_the_picture_again(photo, painting):
    report = impasto.stylize(photo, painting, preset="tiny", seed=9, strength=0.5).report
    json.dumps(report, allow_nan=False)
    assert (report["method"], report["preset"], report["seed"]) == ("colour_transfer", "tiny", 9)
    assert report["options"] == {"size": 64, "transform": "mkl", "palette_size": 6, "strength": 0.5}
    assert report["inputs"]["content"]["sha256"] == decode(photo).sha256
    assert "torch" not in report["versions"] or report["versions"]["torch"]


def test_the_listener_hears_every_step(photo, painting):
    heard = []
    impasto.stylize(photo, [painting, painting], listener=heard.append)
    assert [(progress.step, progress.total) for progress in heard] == [(1, 2), (2, 2)]


def test_a_context_of_the_callers_own_can_stop_the_run(photo, painting):
    context = Context(RunOptions(seed=4))
    context.stop()
    done = impasto.stylize(photo, painting, context=context)
    assert done.interrupted
    assert done.report["seed"] == 4
    with pytest.raises(UsageError, match=r"^seed: set this in the context"):
        impasto.stylize(photo, painting, context=context, seed=1)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"method": "colour_transfr"}, "no method 'colour_transfr'. Did you mean 'colour_transfer'?"),
        ({"preset": "papr"}, "no preset 'papr'"),
        ({"strenght": 1}, "no option 'strenght'. Did you mean 'strength'?"),
        ({"strength": 2}, "strength: must be"),
        ({"seed": -1}, "seed: must be"),
        ({"device": "gpu"}, "device: 'gpu' is not one of"),
        ({"size": 0}, "size: must be"),
        ({"masks": ["mask.png"]}, "'colour_transfer' takes no masks."),
        ({"extras": {"guide": "g.png"}}, "no input 'guide'."),
    ],
)
def test_a_wrong_call_is_refused_in_one_line_before_any_picture_is_read(wrong, reason):
    with pytest.raises(UsageError) as caught:
        impasto.stylize("missing.png", "missing too.png", **wrong)
    assert str(caught.value).startswith(reason)
    assert "\n" not in str(caught.value)


def test_no_style_is_refused(photo):
    with pytest.raises(UsageError, match="needs a photo and a style"):
        impasto.stylize(photo)


def test_what_is_no_picture_is_refused(photo):
    for wrong in (3, object(), np.zeros((4, 4, 7)), b"not a picture"):
        with pytest.raises(InputError):
            impasto.stylize(photo, wrong)


def test_evaluate_takes_pictures_in_any_form(photo, painting, monkeypatch):
    seen = {}

    def evaluate_all(content, style, results):
        seen.update(results, content=content, style=style)
        return dict.fromkeys(results, "measured")

    monkeypatch.setattr("impasto.api.measure.evaluate_all", evaluate_all)
    assert impasto.evaluate(photo, Image.open(painting), decode(photo).rgb) == "measured"
    assert {name: picture.shape for name, picture in seen.items()} == {
        "result": (64, 96, 3), "content": (64, 96, 3), "style": (72, 80, 3),
    }  # fmt: skip


def test_what_came_along_with_the_photo_goes_along_with_the_result(photo, painting, tmp_path):
    given = replace(decode(photo), dpi=(300.0, 300.0), profile=b"a profile", depth=16)
    done = impasto.stylize(given, painting)
    assert (done.dpi, done.profile, done.depth) == ((300.0, 300.0), b"a profile", 16)
    replace(done, profile=None).save(tmp_path / "out.png")
    assert Image.open(tmp_path / "out.png").info["dpi"] == pytest.approx((300, 300), abs=0.01)


def test_notes_about_a_picture_become_warnings(photo, painting):
    given = replace(decode(photo), notes=("the colour profile was ignored",))
    assert impasto.stylize(given, painting).report["warnings"] == ["photo.png: the colour profile was ignored"]
