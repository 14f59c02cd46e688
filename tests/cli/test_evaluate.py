"""`impasto evaluate`: numbers for people and for programs. The measures themselves are tested in tests/evaluation."""

import pytest

from impasto.evaluation import METRICS, Evaluation

pytestmark = pytest.mark.usefixtures("photo", "painting", "measure")


def measured(remd: float) -> Evaluation:
    return Evaluation(
        style_ratio=0.25, style_ratio_layers={}, content_cosine=0.5, ssim=0.75, remd=remd, remd_content=0.5,
        laplacian_error=None, histogram_distance=12.25, histogram_distance_content=30.0, size=(96, 64),
    )  # fmt: skip


@pytest.fixture
def measure(monkeypatch):
    """Stand in for the network: what is measured is how many results there were before."""
    seen = []

    def evaluate_all(content, style, results):
        seen.append((content.shape, style.shape, {name: result.shape for name, result in results.items()}))
        return {name: measured(float(number)) for number, name in enumerate(results)}

    monkeypatch.setattr("impasto.api.measure.evaluate_all", evaluate_all)
    return seen


def test_a_table_has_a_row_for_each_result_and_a_column_for_each_metric(run, photo, painting):
    page = run("evaluate", photo.name, painting.name, photo.name, painting.name).stdout
    assert "photo.png" in page
    assert "painting.png" in page
    assert all(metric.title.split()[0] in page for metric in METRICS)
    assert "0.250" in page


def test_json_is_one_report_in_the_order_given(run):
    report = run("evaluate", "photo.png", "painting.png", "painting.png", "photo.png", "--json").report
    assert [row["result"] for row in report["results"]] == ["painting.png", "photo.png"]
    assert [row["remd"] for row in report["results"]] == [0.0, 1.0]
    assert report["results"][0]["laplacian_error"] is None


def test_the_pictures_reach_the_measures_in_their_roles(run, photo, measure):
    run("evaluate", "photo.png", "painting.png", "-", stdin=photo.read_bytes())
    assert measure == [((64, 96, 3), (72, 80, 3), {"stdin": (64, 96, 3)})]


def test_a_missing_result_is_one_line(run):
    done = run("evaluate", "photo.png", "painting.png", "result.png")
    assert done.code == 2
    assert done.line.startswith("impasto: result.png: no such file")


def test_a_missing_argument_is_one_line(run):
    done = run("evaluate", "photo.png", "painting.png")
    assert done.code == 2
    assert done.line == "impasto: missing argument 'RESULT...'. See 'impasto evaluate --help'."
