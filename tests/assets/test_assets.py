"""The bundled pictures: small, free, listed, readable."""

import re
from pathlib import Path

import pytest
from PIL import Image

from impasto import assets
from impasto.core import UsageError

ROOT = Path(assets.__file__).parent
LICENCES = {"Public domain", "CC0-1.0"}


def listed_sources() -> dict[str, dict[str, str]]:
    """Rows of the tables in SOURCES.md by file name, as {column: cell}, with the heading they stand under."""
    rows: dict[str, dict[str, str]] = {}
    heading, columns = "", []
    for line in (ROOT / "SOURCES.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").lower()
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells[:1] == ["file"]:
            columns = cells
        elif cells and not set(line) <= set("|-"):
            rows[cells[0]] = dict(zip(columns, cells, strict=True), kind=heading)
    return rows


@pytest.mark.parametrize("name", assets.names())
def test_every_picture_decodes_and_is_at_most_640_px(name):
    with Image.open(assets.path(name)) as picture:
        picture.load()
        assert picture.mode == "RGB"
        assert 256 <= max(picture.size) <= 640


def test_all_pictures_together_stay_under_a_megabyte_and_a_half():
    assert sum(file.stat().st_size for file in ROOT.rglob("*") if file.suffix not in {".py", ".pyc"}) <= 1_500_000


def test_every_picture_has_a_source_an_author_and_a_free_licence():
    rows = listed_sources()
    assert set(rows) == set(assets.names())
    for name, row in rows.items():
        assert row["licence"] in LICENCES, name
        assert row["author"] and row["source"] and row["shows"], name
        assert name in assets.names(row["kind"]), f"{name} is listed under the wrong heading"


def test_every_painter_died_over_eighty_years_ago():
    for name in assets.names("paintings"):
        died = re.search(r"\(\d{4}–(\d{4})\)", listed_sources()[name]["author"])
        assert died and int(died[1]) <= 1944, name


def test_no_picture_carries_metadata():
    for name in assets.names():
        with Image.open(assets.path(name)) as picture:
            assert not picture.getexif() and "icc_profile" not in picture.info, name


def test_there_is_a_choice_of_both_kinds_and_none_shadows_another():
    photos, paintings = assets.names("photos"), assets.names("paintings")
    assert len(photos) >= 4 and len(paintings) >= 6
    assert not set(photos) & set(paintings)
    assert assets.names() == tuple(sorted(photos + paintings))


def test_nothing_but_listed_pictures_is_shipped():
    on_disk = {file.name for kind in ("photos", "paintings") for file in (ROOT / kind).iterdir()}
    assert on_disk == set(assets.names())


def test_a_wrong_name_is_told_the_nearest_one():
    with pytest.raises(UsageError, match=r"no bundled picture 'starynight.jpg'. Did you mean 'starry_night.jpg'\?"):
        assets.path("starynight.jpg")
    with pytest.raises(UsageError, match=r"Did you mean 'photos'\?"):
        assets.names("photo")


@pytest.mark.parametrize("name", ["../SOURCES.md", "photos/castle.jpg", "", "__init__.py"])
def test_only_pictures_can_be_asked_for(name):
    with pytest.raises(UsageError):
        assets.path(name)
