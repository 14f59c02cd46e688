"""The project's own papers agree with one another: versions, pins, links, commands."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import requires
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import impasto

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def pinned_versions() -> dict[str, str]:
    lines = (ROOT / "constraints" / "dev.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def declared_requirements() -> list[Requirement]:
    extras = (line for extra in PROJECT["optional-dependencies"].values() for line in extra)
    return [Requirement(line) for line in (*PROJECT["dependencies"], *extras)]


@pytest.mark.parametrize("requirement", declared_requirements(), ids=str)
def test_every_dependency_is_pinned_for_development_within_its_range(requirement):
    pins = pinned_versions()
    assert canonicalize_name(requirement.name) in pins, f"{requirement.name}: run 'make pin'"
    assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)])


def test_what_the_pinned_packages_need_themselves_is_pinned_too():
    pins = pinned_versions()
    for requirement in declared_requirements():
        for needed in map(Requirement, requires(requirement.name) or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert canonicalize_name(needed.name) in pins, f"{requirement.name} needs {needed}: run 'make pin'"


def test_the_citation_and_the_changelog_speak_of_this_version():
    assert f"\nversion: {impasto.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^## \[?.*{re.escape(impasto.__version__)}", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


def test_every_make_target_the_pages_name_exists_and_is_listed_by_make_help():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {name for page in PAGES for name in re.findall(r"(?:`|^    )make ([a-z]+)", page.read_text("utf-8"), re.M)}
    assert {"demo", "test"} <= named <= targets
    listed = subprocess.run(["make", "-C", ROOT, "help"], capture_output=True, text=True, check=True).stdout
    assert targets == set(re.findall(r"^  make ([a-z]+) ", listed, re.M))


def test_a_wheel_carries_the_pictures_the_weight_cards_and_the_type_marker(tmp_path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    copytree(ROOT / "src", tmp_path / "src", ignore=ignore_patterns("*.egg-info", "__pycache__"))
    build = "from setuptools.build_meta import build_wheel; print(build_wheel('.'))"
    made = subprocess.run([sys.executable, "-c", build], cwd=tmp_path, capture_output=True, text=True, check=True)
    packed = set(zipfile.ZipFile(tmp_path / made.stdout.split()[-1]).namelist())
    kept = {str(f.relative_to(tmp_path / "src")) for f in (tmp_path / "src" / "impasto").rglob("*") if f.is_file()}
    assert kept <= packed, "package-data in pyproject.toml misses files"
