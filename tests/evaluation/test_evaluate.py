import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from impasto.core import UsageError
from impasto.evaluation import METRICS, evaluate, evaluate_all
from impasto.evaluation.evaluate import measured_size


def test_the_photo_itself_keeps_all_content_and_gains_no_style(eye, picture):
    photo, painting = picture(60, 80, 0.3), picture(70, 50, 1.1)
    found = evaluate(photo, painting, photo, encoder=eye)
    assert found.style_ratio == 1
    assert set(found.style_ratio_layers.values()) == {1}
    assert found.content_cosine == pytest.approx(1)
    assert found.ssim == pytest.approx(1)
    assert found.laplacian_error == 0
    assert found.remd == found.remd_content > 0
    assert found.histogram_distance == found.histogram_distance_content > 0


def test_the_painting_itself_has_all_the_style(eye, picture):
    photo, painting = picture(60, 80, 0.3), picture(60, 80, 1.1)
    found = evaluate(photo, painting, painting, encoder=eye)
    assert found.style_ratio == found.histogram_distance == 0
    assert found.remd == pytest.approx(0, abs=1e-6)
    assert found.content_cosine < 0.99
    assert found.ssim < 0.9
    assert found.laplacian_error > 0.5


@pytest.mark.weights
@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((90, 120), (5.8302, 0.8943, 0.1171, 0.1218, 0.8720, (120, 90))),
        ((90, 700), (2.0903, 0.5783, 0.1374, 0.1974, 0.2657, (512, 66))),
    ],
)
def test_vgg19_numbers_agree_with_another_programs(picture, shape, expected):
    """The expected values come from a separate implementation that read 8-bit PNG files of these pictures."""
    photo, painting = picture(90, 120, 0.3), picture(150, 100, 1.1)
    result = 0.6 * photo + 0.4 * picture(90, 120, 2.0) if shape == (90, 120) else picture(*shape, 0.3)
    found = evaluate(photo, painting, result)
    ours = (found.style_ratio, found.content_cosine, found.remd, found.remd_content, found.ssim)
    assert ours == pytest.approx(expected[:5], abs=1e-3)  # the metrics' stated agreement; theirs are rounded to 1e-4
    assert found.size == expected[5]


@pytest.mark.parametrize(
    ("size", "measured"),
    [
        ((640, 427), (512, 342)),
        ((427, 640), (342, 512)),
        ((512, 100), (512, 100)),
        ((80, 60), (80, 60)),  # never enlarged
        ((2000, 20), (1600, 16)),  # narrow: no further down than what the network can see
        ((16, 3000), (16, 3000)),
    ],
)
def test_the_size_of_measurement(size, measured):
    assert measured_size(size) == measured


def test_pictures_are_brought_to_the_results_size_as_eight_bit_lanczos(eye, picture):
    photo, painting, result = picture(40, 60, 0.3), picture(300, 200, 1.1), picture(80, 120, 2.0)
    evaluate(photo, painting, result, encoder=eye)
    sizes = [(120, 80), (120, 80), (80, 120)]  # result, photo to its size, painting to its long side
    for seen, source, size in zip(eye.seen, (result, photo, painting), sizes, strict=True):
        file = Image.fromarray(np.rint(source * 255).astype(np.uint8)).resize(size, Image.Resampling.LANCZOS)
        assert np.array_equal(seen[0].permute(1, 2, 0).numpy(), np.asarray(file, np.float32) / 255)


def test_photo_and_painting_are_seen_once_for_each_size(eye, picture):
    photo, painting = picture(40, 60, 0.3), picture(70, 50, 1.1)
    results = {"a": photo, "b": 1 - photo, "c": picture(20, 30, 2.0)}
    found = evaluate_all(photo, painting, results, encoder=eye)
    assert list(found) == ["a", "b", "c"]
    assert len(eye.seen) == 3 + 2 + 2
    assert found["b"] == evaluate(photo, painting, 1 - photo, encoder=eye)


def test_inputs_are_left_as_they_were(eye, picture):
    pictures = [picture(40, 60, 0.3), picture(70, 50, 1.1), picture(40, 60, 2.0)]
    copies = [p.copy() for p in pictures]
    for p in pictures:
        p.flags.writeable = False
    evaluate(*pictures, encoder=eye)
    assert all(np.array_equal(p, copy) for p, copy in zip(pictures, copies, strict=True))


def test_a_photo_in_the_style_of_itself_has_no_style_ratio(eye, picture):
    photo = picture(40, 60, 0.3)
    found = evaluate(photo, photo, picture(40, 60, 1.0), encoder=eye)
    assert found.style_ratio is None
    assert set(found.style_ratio_layers.values()) == {None}
    assert found.remd > found.remd_content


@pytest.mark.parametrize("levels", [(0, 0, 0), (0, 1, 1), (1, 0, 0.5), (0.5, 0.5, 1)])
def test_flat_pictures_give_numbers_or_none_and_strict_json(eye, levels):
    flats = [np.full((16, 16, 3), level, np.float32) for level in levels]
    found = evaluate(*flats, encoder=eye)
    assert found.laplacian_error is None
    values = [getattr(found, metric.key) for metric in METRICS]
    assert all(value is None or np.isfinite(value) for value in values)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["size"] == [16, 16]


def test_the_report_is_not_rounded(eye, picture):
    found = evaluate(picture(40, 60, 0.3), picture(70, 50, 1.1), picture(40, 60, 2.0), encoder=eye)
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["ssim"] == found.ssim != round(found.ssim, 4)
    assert plain["style_ratio_layers"].keys() == {f"relu{i}_1" for i in range(1, 6)}


@pytest.mark.parametrize(
    ("shape", "noted"), [((40, 60), False), ((41, 60), False), ((20, 31), False), ((60, 40), True), ((40, 70), True)]
)
def test_a_result_of_another_shape_is_noted(eye, picture, shape, noted):
    found = evaluate(picture(400, 600, 0.3), picture(70, 50, 1.1), picture(*shape, 2.0), encoder=eye)
    assert bool(found.notes) == noted
    assert not noted or "600 x 400" in found.notes[0]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (np.zeros((20, 20, 3), np.uint8), "float array"),
        (np.zeros((20, 20), np.float32), "float array"),
        (np.zeros((20, 20, 4), np.float32), "float array"),
        ([[0.0]], "got list"),
        (np.zeros((20, 15, 3), np.float32), "15 x 20 pixels; the metrics need at least 16 x 16"),
        (np.zeros((1, 1, 3), np.float32), "1 x 1 pixels"),
        (np.full((20, 20, 3), np.nan, np.float32), "not finite"),
        (np.full((20, 20, 3), 255, np.float32), "outside"),
    ],
)
@pytest.mark.parametrize("role", ["content", "style", "result"])
def test_bad_pictures_are_named_with_the_reason(eye, picture, role, bad, reason):
    pictures = {name: picture(32, 32, 0.3) for name in ("content", "style", "result")} | {role: bad}
    with pytest.raises(UsageError, match=reason) as error:
        evaluate(**pictures, encoder=eye)
    assert role in str(error.value)
    assert "\n" not in str(error.value)


def test_importing_evaluation_loads_no_network():
    code = "import sys, impasto.evaluation; sys.exit(any(m in sys.modules for m in ('torch', 'numba', 'cv2', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
