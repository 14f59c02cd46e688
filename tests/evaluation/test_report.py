import json

import numpy as np
import pytest

from impasto.evaluation import METRICS, Entry, Evaluation, comparison_report
from impasto.evaluation.report import best_of, duration, own_value_of, plain, shown

STYLE_RATIO, SSIM = METRICS[0], METRICS[4]


def evaluation(style_ratio=0.1, ssim=0.5):
    return Evaluation(style_ratio, {"relu1_1": style_ratio}, 0.6, ssim, 0.2, 0.4, 1.1, 5.0, 15.0, (30, 20))


def entry(title, **values):
    return Entry(title, np.zeros((20, 30, 3), np.float32), 1.5, evaluation(**values))


def test_best_follows_the_direction_of_the_metric():
    entries = [entry("a", style_ratio=0.3, ssim=0.9), entry("b", style_ratio=0.1, ssim=0.2), Entry("failed")]
    assert best_of(STYLE_RATIO, entries) == {1}
    assert best_of(SSIM, entries) == {0}


def test_what_reads_equal_is_equally_good():
    entries = [entry("a", ssim=0.50001), entry("b", ssim=0.50002), entry("c", ssim=0.4)]
    assert best_of(SSIM, entries) == {0, 1}


def test_there_is_no_best_without_a_choice():
    assert best_of(SSIM, []) == set()
    assert best_of(SSIM, [entry("a")]) == set()
    assert best_of(SSIM, [entry("a"), entry("b")]) == set()
    assert best_of(STYLE_RATIO, [entry("a", style_ratio=None), entry("b", style_ratio=0.2)]) == set()


def test_the_photos_own_values_give_the_scale():
    own = {metric.key: own_value_of(metric, evaluation()) for metric in METRICS}
    assert own == {
        "style_ratio": 1, "remd": 0.4, "histogram_distance": 15, "content_cosine": 1, "ssim": 1, "laplacian_error": 0,
    }  # fmt: skip
    assert own_value_of(STYLE_RATIO, evaluation(style_ratio=None)) is None


def test_numbers_are_rounded_only_when_shown():
    assert shown(SSIM, 0.123456) == "0.123"
    assert shown(SSIM, None) == "-"


def test_the_report_is_strict_json_and_says_everything():
    content, style = entry("photo.jpg"), Entry("painting.jpg", np.zeros((9, 7, 3), np.float32))
    results = [entry("gatys", style_ratio=0.1234567), entry("adain", style_ratio=0.2), Entry("wct", note="no weights")]
    report = json.loads(json.dumps(comparison_report(content, [style], results), allow_nan=False))
    assert report["styles"] == [{"title": "painting.jpg", "size": [7, 9]}]
    assert report["results"][0]["metrics"]["style_ratio"] == 0.1234567
    assert report["results"][0]["seconds"] == 1.5
    assert report["results"][2] == {"title": "wct", "note": "no weights"}
    assert report["best"] == {"style_ratio": ["gatys"]}
    assert {metric["better"] for metric in report["metrics"]} == {"lower", "higher"}


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0.00 s"), (0.994, "0.99 s"), (0.996, "1.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (3599, "59 min 59 s")]
)  # fmt: skip
def test_durations_read_well_at_the_edges(seconds, text):
    assert duration(seconds) == text


def test_text_is_reduced_to_what_the_font_can_draw():
    assert plain("Ölbild – Zürich × 中\n x") == "Olbild - Zurich x ? x"
