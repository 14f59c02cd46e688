"""`impasto compare`: one sheet, one report, every method checked before the first starts."""

from pathlib import Path

import pytest
from PIL import Image

from impasto.core import Cancelled, Content, Result, RunError

pytestmark = pytest.mark.usefixtures("photo", "painting")


@pytest.fixture(autouse=True)
def _without_network(monkeypatch):
    def evaluate_all(_content, _style, _results):
        raise RunError("no weights here")

    monkeypatch.setattr("impasto.api.measure.evaluate_all", evaluate_all)


def test_it_writes_one_sheet_and_one_report(run, photo, painting, add_method):
    add_method()
    done = run("compare", photo, painting, "-m", "invert", "-m", "colour_transfer", "-o", "sheet.png", "--json")
    assert done.code == 0, done.stderr
    assert Image.open("sheet.png").size[0] > 4 * 200
    report = done.report
    assert [row["title"] for row in report["results"]] == ["invert", "colour_transfer"]
    assert all(row["seconds"] >= 0 for row in report["results"])
    assert set(report["runs"]) == {"invert", "colour_transfer"}
    assert report["output"] == "sheet.png"


def test_without_weights_the_sheet_is_made_without_metrics(run, photo, painting):
    done = run("compare", photo, painting, "-m", "colour_transfer", "-o", "sheet.png")
    assert done.code == 0
    assert "impasto: warning: no metrics: no weights here" in done.stderr
    assert Path("sheet.png").exists()


def test_a_method_may_come_with_a_preset_and_all_share_the_size(run, photo, painting):
    words = ("-m", "colour_transfer", "-m", "colour_transfer:tiny", "-o", "sheet.png", "--json")
    assert [row["size"] for row in run("compare", photo, painting, *words).report["results"]] == [[96, 64], [64, 43]]
    shared = run("compare", photo, painting, *words, "--size", "40").report["results"]
    assert [row["size"] for row in shared] == [[40, 27], [40, 27]]


def test_a_failed_method_leaves_a_gap_and_exit_code_one(run, photo, painting, add_method):
    def failing(_inputs, _options, _context):
        raise RunError("the brush broke")

    add_method(failing)
    done = run("compare", photo, painting, "-m", "failing", "-m", "colour_transfer", "-o", "sheet.png", "--json")
    assert done.code == 1
    assert done.report["failed"] == {"failing": "the brush broke"}
    assert Path("sheet.png").exists()


def test_a_filter_without_styles_may_stand_beside_the_others(run, photo, painting, add_method):
    add_method(inputs=(Content(),))
    done = run("compare", photo, painting, "-m", "invert", "-m", "colour_transfer", "-o", "sheet.png", "--json")
    assert done.code == 0
    assert [row["title"] for row in done.report["styles"]] == ["painting.png"]


def test_stopping_ends_the_comparison_with_what_there_is(run, photo, painting, add_method):
    def stopped(inputs, _options, context):
        context.stop()
        return Result(inputs.content.copy())

    add_method(stopped)
    done = run("compare", photo, painting, "-m", "stopped", "-m", "colour_transfer", "-o", "sheet.png", "--json")
    assert done.code == 130
    assert [row["title"] for row in done.report["results"]] == ["stopped"]


def test_stopping_before_there_is_any_picture_writes_nothing(run, photo, painting, add_method):
    def cancelled(_inputs, _options, _context):
        raise Cancelled("too early")

    add_method(cancelled)
    done = run("compare", photo, painting, "-m", "cancelled", "-m", "colour_transfer", "-o", "sheet.png", "--quiet")
    assert done.code == 130
    assert not Path("sheet.png").exists()


def test_when_every_method_fails_nothing_is_written(run, photo, painting, add_method):
    def failing(_inputs, _options, _context):
        raise RunError("the brush broke")

    add_method(failing)
    done = run("compare", photo, painting, "-m", "failing", "-o", "sheet.png")
    assert done.code == 1
    assert not Path("sheet.png").exists()


def test_every_method_is_checked_before_the_first_one_starts(run, photo, painting, add_method):
    def must_not_run(_inputs, _options, _context):
        raise AssertionError

    add_method(must_not_run)
    done = run("compare", photo, painting, "-m", "must_not_run", "-m", "colour_transfr", "-o", "sheet.png")
    assert done.code == 2
    assert "Did you mean 'colour_transfer'?" in done.line


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "no methods to compare"),
        (("-m", "colour_transfer", "--size", "0"), "--size: "),
        (("-m", "colour_transfer", "--seed", "-1"), "--seed: "),
        (("-m", "colour_transfer:papr"), "no preset 'papr'"),
        (("-m", "colour_transfer", "-o", "nowhere/sheet.png"), "nowhere"),
        (("-m", "colour_transfer", "-o", "photo.png"), "one of the inputs"),
        (("-m", "colour_transfer", "-o", "-", "--json"), "both want standard output"),
    ],
)
def test_wrong_use_is_one_line(run, words, reason):
    done = run("compare", "photo.png", "painting.png", *words)
    assert done.code == 2
    assert reason in done.line
