"""--quality: a method chosen by how good the picture should be."""

import pytest

import impasto
from impasto import registry
from impasto.core import UsageError

WORDS = ("photo.png", "painting.png", "-o", "o.png")
pytestmark = pytest.mark.usefixtures("photo", "painting")


def test_a_quality_chooses_the_method_and_its_options(run, monkeypatch):
    monkeypatch.setitem(registry.QUALITY, "best", ("colour_transfer", None))
    monkeypatch.setattr(registry, "DEFAULT_METHOD", "gatys")
    report = run(*WORDS, "--json", "--quality", "best", "--strength", "0.5").report
    assert (report["method"], report["options"]["strength"]) == ("colour_transfer", 0.5)


def test_default_is_the_default_method(run):
    assert run(*WORDS, "--json", "--quality", "default").report["method"] == registry.DEFAULT_METHOD


def test_every_quality_has_a_method():
    assert {name: registry.choose(quality=name).id for name in registry.QUALITY} == {
        "default": registry.DEFAULT_METHOD,
        "fast": "alla_prima",
        "good": "gatys",
        "best": "nnst",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--quality", "bets"), "no quality 'bets'. Did you mean 'best'? There is: fast, good, default, best."),
        (("--quality", "best", "-m", "colour_transfer"), "leave out either it or method 'colour_transfer'"),
    ],
)
def test_what_cannot_be_chosen_is_one_line(run, words, message):
    outcome = run(*WORDS, *words)
    assert outcome.code == 2
    assert message in outcome.line


def test_the_api_takes_a_quality_too(painted, monkeypatch):
    monkeypatch.setitem(registry.QUALITY, "best", ("colour_transfer", None))
    done = impasto.stylize(painted(20, 20), painted(20, 20, seed=1), quality="best")
    assert done.report["method"] == "colour_transfer"
    with pytest.raises(UsageError, match="leave out either"):
        impasto.stylize(painted(20, 20), painted(20, 20, seed=1), quality="best", method="colour_transfer")


def test_the_quality_of_jpeg_files_is_another_flag(run, tmp_path):
    words = ("photo.png", "painting.png", "-q", "--jpeg-quality")
    assert run(*words, "30", "-o", "low.jpg").code == run(*words, "95", "-o", "high.jpg").code == 0
    assert (tmp_path / "low.jpg").stat().st_size < (tmp_path / "high.jpg").stat().st_size


def test_a_quality_may_bring_a_preset(run, monkeypatch):
    monkeypatch.setitem(registry.QUALITY, "quick", ("gatys", "tiny"))
    report = run(*WORDS, "--json", "--quality", "quick", "--steps", "2").report
    assert (report["method"], report["preset"], report["options"]["scales"]) == ("gatys", "tiny", 1)
    assert "'quick' chooses preset 'tiny' by itself" in run(*WORDS, "--quality", "quick", "--preset", "paper").line
