"""Help pages: the main job first, a method's own flags with their limits, and no page too wide to read."""

import pytest

from impasto import registry
from impasto.core import RunOptions, describe


def test_the_front_page_shows_the_main_job_and_every_command(run):
    page = run("--help").stdout
    assert page.startswith("Usage: impasto PHOTO PAINTING... [-o OUT]")
    for command in ("stylize", "compare", "methods", "evaluate", "doctor"):
        assert f"  {command} " in page


def test_no_arguments_show_the_front_page(run):
    assert run().stdout == run("--help").stdout


def test_the_version_is_printed(run):
    from impasto import __version__

    assert run("--version").stdout == f"impasto {__version__}\n"


@pytest.mark.parametrize("method", registry.methods())
def test_a_methods_help_has_every_option_of_the_method_and_of_every_run(run, method):
    page = run("stylize", "--method", method, "--help").stdout
    for spec in (*describe(registry.get(method).options), *describe(RunOptions)):
        assert spec.flag in page, spec.name


def test_a_presets_help_shows_the_presets_defaults(run):
    pages = [" ".join(run("stylize", *words, "--help").stdout.split()) for words in (("--preset", "tiny"), ())]
    assert ["[default 64; 1 to 100000]" in page for page in pages] == [True, False]


@pytest.mark.parametrize("page", ["", "stylize", "compare", "methods", "evaluate", "doctor"])
def test_help_fits_into_a_hundred_columns(run, page):
    lines = run(*page.split(), "--help").stdout.splitlines()
    assert max(map(len, lines)) <= 100


def test_help_has_limits_and_choices(run):
    page = " ".join(run("stylize", "--help").stdout.split())
    assert "--transform mkl|pca|cholesky" in page
    assert "[default 1; 0 to 1]" in page
